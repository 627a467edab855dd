#!/usr/bin/env python3
"""Drives a gateway with the real official Python client, and reports what happened.

    python drive.py --base-url http://127.0.0.1:3000/api/openmem/v1 --key mpg-… --scenario success

Prints one line of JSON for each call of the client:

    {"step": "search", "requests": 1, "ok": true, "code": 0, "message": "ok", …}

* `step`: `add`, `search` or `get`;
* `requests`: how many HTTP requests the client really sent for this one call;
* `statuses`, `request_ids`: HTTP status and `X-Request-Id` of each of them;
* `ok`: the client returned an answer, and its `code` is 0;
* `code`, `message`, `data`: the answer as the client's caller reads it, null if there was none;
* `raised`: the exception that the caller got instead, or null.

It judges nothing: whoever starts it does. Exit status: 0 when every step was
taken, whatever the gateway answered; 2 when the client could not be loaded.
The client's own log goes to standard error.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import client

USER = "python-user"
CONVERSATION = "python-conversation"
APIS = ("add", "search", "get")
# Over 4,000 tokens in every tokenizer in use: none merges words across spaces.
LONG = "memory " * 6_000

Call = Callable[[Any], Any]
Step = tuple[str, Call]


def add(content: str = "I have planned a trip to Guangzhou.") -> Step:
    messages = [
        {"role": "user", "content": content},
        {"role": "assistant", "content": "Noted."},
    ]
    return "add", lambda memos: memos.add_message(
        messages=messages, user_id=USER, conversation_id=CONVERSATION
    )


def search(query: str = "Where do I travel?", memories: int | None = None) -> Step:
    limit = {} if memories is None else {"memory_limit_number": memories}
    return "search", lambda memos: memos.search_memory(
        query=query, user_id=USER, conversation_id=CONVERSATION, **limit
    )


def get(messages: int | None = None) -> Step:
    limit = {} if messages is None else {"message_limit_number": messages}
    return "get", lambda memos: memos.get_message(
        user_id=USER, conversation_id=CONVERSATION, **limit
    )


def each_api() -> list[Step]:
    return [add(), search(), get()]


SCENARIOS: dict[str, Callable[[], list[Step]]] = {
    "add": lambda: [add()],
    "search": lambda: [search()],
    "get": lambda: [get()],
    "success": each_api,
    # The caller gives the key of an account that has nothing left.
    "over-quota": each_api,
    "over-tokens": lambda: [add(LONG), search(LONG)],
    "over-memories": lambda: [search(memories=11)],
    "over-messages": lambda: [get(messages=51)],
    # The key given is ignored: this one has the right shape and was never issued.
    "bad-key": each_api,
}
UNKNOWN_KEY = "mpg-" + "0" * 40


def report(name: str, call: Call, memos: Any, traffic: client.Traffic) -> dict[str, Any]:
    """Makes one call of the client and describes what its caller got."""
    traffic.reset()
    answer, raised = None, None
    try:
        answer = call(memos)
    except Exception as error:  # Whatever the client throws is the finding.
        raised = f"{type(error).__name__}: {error}"
    code = getattr(answer, "code", None)
    data = getattr(answer, "data", None)
    return {
        "step": name,
        "requests": len(traffic.statuses),
        "ok": raised is None and code == 0,
        "code": code,
        "message": getattr(answer, "message", None),
        "raised": raised,
        "statuses": list(traffic.statuses),
        "request_ids": list(traffic.request_ids),
        "data": None if data is None else data.model_dump(mode="json"),
    }


def run(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    traffic = client.Traffic()
    traffic.install()
    key = UNKNOWN_KEY if options.scenario == "bad-key" else options.key
    memos = client.load(options.wheel)(api_key=key, base_url=options.base_url)
    for _ in range(options.repeat):
        for name, call in SCENARIOS[options.scenario]():
            if options.api in (None, name):
                yield report(name, call, memos, traffic)


def parse() -> argparse.Namespace:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    tools = os.environ.get("ALLOWANCE_TOOLS") or f"{cache}/allowance/tools"
    wheel = os.environ.get("ALLOWANCE_PYTHON_CLIENT") or f"{tools}/python-client"
    parser = argparse.ArgumentParser(description="Drive a gateway with the official Python client.")
    parser.add_argument("--base-url", required=True, help="ends in /api/openmem/v1")
    parser.add_argument("--key", default=UNKNOWN_KEY, help="an API key of the gateway")
    parser.add_argument("--scenario", required=True, choices=sorted(SCENARIOS))
    parser.add_argument("--api", choices=APIS, help="take only this API's steps")
    parser.add_argument("--repeat", type=int, default=1, help="how often to take the steps")
    parser.add_argument("--wheel", type=Path, default=Path(wheel), help="the wheel, or its folder")
    return parser.parse_args()


def main() -> int:
    options = parse()
    # A proxy of the surroundings must not stand between the client and a server on this machine.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost,::1"
    try:
        for line in run(options):
            print(json.dumps(line), flush=True)
    except (FileNotFoundError, ImportError) as error:
        print(f"drive.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

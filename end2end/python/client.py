"""Loads the official client out of its wheel, and counts what it sends.

`import memos` pulls a tree of model and vector libraries that the HTTP client
never touches. The two modules that are the client (`memos.api.client` and
`memos.api.product_models`) are therefore imported straight from the wheel, as
published, with stand-ins for the two names they take from the rest:

* `memos.log.get_logger`: the standard library's logger;
* `memos.types`: names used in annotations of requests, which this test never builds.
"""

import enum
import importlib
import logging
import sys
import types
from pathlib import Path
from typing import Any

import requests.adapters


class SearchMode(str, enum.Enum):
    """The values that the request models name as defaults."""

    FAST = "fast"
    FINE = "fine"
    MIXTURE = "mixture"


class Traffic:
    """Every HTTP request that leaves the process, counted where it is sent."""

    def __init__(self) -> None:
        self.statuses: list[int | None] = []
        self.request_ids: list[str | None] = []

    def reset(self) -> None:
        self.statuses.clear()
        self.request_ids.clear()

    def install(self) -> None:
        """Wraps the one method that all of `requests` sends through."""
        traffic, send = self, requests.adapters.HTTPAdapter.send

        def counted(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            traffic.statuses.append(None)
            traffic.request_ids.append(None)
            response = send(adapter, request, *args, **kwargs)
            traffic.statuses[-1] = response.status_code
            traffic.request_ids[-1] = response.headers.get("X-Request-Id")
            return response

        requests.adapters.HTTPAdapter.send = counted


def wheel_in(place: Path) -> Path:
    """The wheel itself, or the only one of the client in a folder."""
    if place.is_file():
        return place
    wheels = sorted(place.glob("[Mm]emory[Oo][Ss]-*.whl"))
    if len(wheels) != 1:
        raise FileNotFoundError(
            f"expected one MemoryOS wheel in {place}, found {len(wheels)}: run scripts/setup.sh test"
        )
    return wheels[0]


def load(place: Path) -> type:
    """Returns the class `MemOSClient` of the wheel at, or in, `place`."""
    wheel = wheel_in(place)
    _package("memos", f"{wheel}/memos")
    _package("memos.api", f"{wheel}/memos/api")
    _stand_in("memos.log", get_logger=logging.getLogger)
    _stand_in(
        "memos.types",
        MessageList=list[dict[str, Any]],
        MessagesType=str | list[dict[str, Any]],
        PermissionDict=dict[str, Any],
        SearchMode=SearchMode,
    )
    module = importlib.import_module("memos.api.client")
    if not str(module.__file__).startswith(str(wheel)):
        raise ImportError(f"the client came from {module.__file__}, not from {wheel}")
    return module.MemOSClient


def _package(name: str, path: str) -> None:
    """A package whose modules are found in the wheel, without running its `__init__`."""
    module = types.ModuleType(name)
    module.__path__ = [path]
    sys.modules[name] = module


def _stand_in(name: str, **names: Any) -> None:
    module = types.ModuleType(name)
    vars(module).update(names)
    sys.modules[name] = module

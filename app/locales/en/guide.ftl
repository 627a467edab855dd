# Quick start and limits.

nav-limits = Limits
nav-quick-start = Quick start

limits-title = Limits
limits-lead = What is free, what one call may carry, and what your account has.
limits-quota-heading = Quota
limits-call-heading = Limits of one call
limits-api = API
limits-consumption = Counted by
limits-calls = Number of calls
limits-one-each = Each successful request uses 1 call
limits-free = Free quota
limits-granted = Granted to you
limits-charged = Charged
limits-remaining = Remaining
limits-shared = Quota belongs to your account: all its projects and API keys share it.
limits-failed-free = Failed requests use no quota: wrong key, wrong parameter, over a limit, and so on.
limits-codes = What the error codes mean
limits-input = Most input per request
limits-output = Most output per request
limits-total = Total call limit
limits-tokens = { $most ->
    [one] { $most } token
   *[other] { $most } tokens
}
limits-items = { $noun ->
    [memories] { $most ->
        [one] { $most } memory
       *[other] { $most } memories
    }
    [messages] { $most ->
        [one] { $most } message
       *[other] { $most } messages
    }
   *[other] { $most } { $noun }
}
limits-no-limit = No limit
limits-over-free = A request over one of these limits gets its error code, and uses no quota.
limits-advice = Stay at or below { $rate } requests a second. This is advice, not a hard limit: above it, calls may be slower, depending on the load of the platform.
limits-more-heading = Need more calls?
limits-more-text = Tell us what you build. Granted calls count from your next call on.

start-title = Quick start
start-lead = Four steps to a first call.
start-base-heading = Point your client at this base URL
start-base-text = Every call goes to an address below it. Nothing else in your code changes.
start-copy-base = Copy the base URL
start-key-heading = Bring your API key
start-key = API key
start-use-key = Use this key
start-no-key = You have no API key yet. Make one: it is shown once, with a first call to paste.
start-make-key = Create an API key
start-secret = The calls below are for “{ $name }” ({ $hint }). Only a hash of it is kept, so its secret can’t be shown again. If you don’t have it any more, make a new one.
start-export = Put the secret into the variable { $variable } in place of YOUR_API_KEY. Everything below reads it from there.
start-export-label = Command that sets the key
start-call-heading = Make a call
start-language = Language of the examples
start-needs-curl = Paste it into a terminal.
start-needs-python = Needs Python 3 and the package requests.
start-needs-javascript = Needs Node.js 18 or newer. Save it as call.mjs and run node call.mjs.
start-official = With the official client (pip install MemoryOS)
start-copy-snippet = Copy the example: { $name }
start-test-heading = Or send a test call from here
start-test-no-key = Once you have an API key, you can send a call from this page.
start-test-text = A real call of { $api }, through the same gateway: it costs one call, and shows up in your usage.
start-test-send = Send a test call
start-test-good = It worked, and was charged as one call.
start-test-bad = It failed, and cost nothing.
start-test-answer = Answer
start-test-code = Code
start-test-time = Took
start-test-ms = { $ms } ms
start-test-id = Request ID

# What the server says of a form that it could not take.

problem-sign-in = The e-mail or the password is wrong.
problem-required = This field is needed.
problem-too-long = Use { $most } characters at most.
problem-too-short = Use { $least } characters or more.
problem-not-an-email = Enter an e-mail address, such as ann@example.com.
problem-unknown-time-zone = Choose a time zone from the list.
problem-not-a-number = Enter a whole number, such as 2000.
problem-out-of-range = Enter a number from { $least } to { $most }.
problem-not-a-date = Enter a date that exists.
problem-date-past = Choose today or a later day.
problem-unknown-project = Choose one of your projects.
problem-unknown-api = Choose one of the APIs in the list.
problem-unknown-key = Choose one of your API keys. It may have been deleted in the meantime.
problem-name-taken = This name is taken. Choose another.
problem-request-open = A request for this API is already open. Withdraw it first, or wait for its answer.
problem-already-answered = This request was answered or withdrawn in the meantime. Nothing was changed.
problem-too-many = { $most ->
    [one] There can be { $most } at most.
   *[other] There can be { $most } at most. Disable or remove one first.
}
problem-busy = Too much is going on right now. Wait a moment and send it again.
problem-account-disabled = This account is disabled. Write to support.

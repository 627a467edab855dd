codes-lead-statuses = Errors come with an HTTP status and a code in the envelope. This is what each code means, and what to do.
codes-status-note-sent = Every answer carries its request ID in X-Request-Id.

code-40002 = Field missing or empty
code-40002-meaning = A required field is missing, or its text is empty.
code-40002-advice = The answer’s message names the field. Fill it in, then send the call again.
code-40003 = List empty
code-40003-meaning = A required list has no items.
code-40003-advice = The answer’s message names the list. Put at least one item in, then send the call again.
code-40010 = User ID too long
code-40010-meaning = The user ID has more than 100 characters.
code-40010-advice = Use a shorter ID, and the same one for the same user or conversation each time.
code-40011 = Conversation ID too long
code-40011-meaning = The conversation ID has more than 100 characters.

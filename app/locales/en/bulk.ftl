# Grants to many accounts by a CSV file.

nav-admin-bulk = Bulk grants
bulk-title = Bulk grants
bulk-lead = Give calls to many accounts with one CSV file. You see what it does before anything is given.
bulk-file = CSV file
bulk-file-hint = One grant a line, up to 20,000 lines and 4 MiB. The first line names the columns: account, api, calls, reason.
bulk-account-hint = An account is named by e-mail, reference code or ID.
bulk-send = Check file
bulk-example = Example
bulk-problems = Nothing was taken from this file. Correct it and upload it again.
bulk-check-title = Check, then give
bulk-lines = Grants
bulk-accounts = Accounts
bulk-calls = Calls in all
bulk-same = This very file was given before, on { $day }. Give it again only if you mean to.
bulk-line = Line
bulk-now = Left now
bulk-after = Then
bulk-state = State
bulk-given = Given
bulk-not-given = Not given
bulk-confirm = { $lines ->
    [one] Give { $lines } grant
   *[other] Give { $lines } grants
}
bulk-go-on = Give the other { $lines }
bulk-all-given = All of this list was given on { $day }.
bulk-begun = { $given } of { $lines } are given. Nothing is given twice: go on with the rest.
bulk-another = Another file
bulk-first = First lines
bulk-next = Next lines
done-bulk-given = The calls were given, each line once.
bulk-problem-empty = The file has no lines.
bulk-problem-too-large = The file is larger than 4 MiB. Split it.
bulk-problem-too-many-lines = The file has more than 20,000 lines. Split it.
bulk-problem-not-text = The file is not text in UTF-8. Save it as “CSV UTF-8”.
bulk-problem-columns = The first line must name these four columns: account, api, calls, reason.
bulk-problem-fields = Line { $line } has { $found } fields, not 4.
bulk-problem-account = Line { $line }: there is no account “{ $account }”.
bulk-problem-api = Line { $line }: there is no API “{ $api }”. Write its name as in the example.
bulk-problem-calls = Line { $line }: { $calls } is not a whole number from 1 to 1,000,000,000.
bulk-problem-reason = Line { $line }: the reason is missing or too long.
bulk-problem-twice = Line { $line } names the same account and API as line { $first }.

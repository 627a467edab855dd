# The admin's desk.

accounts-title = Accounts
accounts-lead = Find an account by e-mail, name, reference code, masked key or request ID.
accounts-search = E-mail, name, reference code, masked key or request ID
accounts-none-title = No account matches
accounts-none-text = Check the spelling, or search for a part of the e-mail.
accounts-waiting = { $requests ->
    [one] { $requests } request waits for an answer.
   *[other] { $requests } requests wait for an answer.
}
accounts-answer = Answer
account-title = Account
account-account = Account
account-name = Name
account-reference = Reference code
account-id = ID
account-zone = Time zone
account-left = What remains
account-requests = Requests for quota
account-waiting = { $requests } waiting
account-created = Joined
account-no-keys-title = No keys
account-no-keys-text = This account has not made a key yet.
account-no-requests-title = No requests
account-no-requests-text = This account has not asked for more.
role-staff = Staff

grant-heading = Grant calls
grant-calls = Calls
grant-reason = Reason
grant-reason-hint = It is kept in the audit log.
grant-send = Grant
grant-given = Granted
grant-free = Free quota
grants-heading = Grants
grants-none-title = No grants
grants-none-text = This account has been given no calls.

queue-title = Requests for quota
queue-lead = Approve as asked or with another number, or say why not. The developer sees your answer.
queue-state = State
queue-open = Waiting
queue-answered = Answered
queue-left = { $remaining } left of { $api }
queue-none-title = Nobody is waiting
queue-none-text = New requests appear here, the oldest first.
queue-no-answers-title = No answers yet
queue-no-answers-text = Answered requests are kept here.
answer-calls = Calls to grant
answer-text = Answer
answer-hint = Needed when you reject.
answer-approve = Approve
answer-reject = Reject

audit-title = Audit log
audit-lead = Every change, who made it, and what it was before. Nothing here can be edited.
audit-none-title = No changes yet
audit-none-text = Grants, answers, keys and projects leave their trace here.
audit-when = When
audit-who = Who
audit-what = What
audit-account = Account
audit-change = Change
audit-before = before
audit-after = after
audit-newest = Newest
audit-older = Older

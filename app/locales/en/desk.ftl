# What staff may not do, and the parts of the desk for many accounts at once.

problem-above-ceiling = You can give { $most } calls at most at once. Ask an owner for more.
problem-owners-only = Only an owner can do this. Ask one.
problem-yourself = You cannot do this to your own account. Ask another admin.
problem-already-so = That is so already. Load the page again.

nav-admin-overview = Overview
overview-title = Overview
overview-lead = What needs you, and how the last 24 hours went.
overview-waiting = Requests waiting
overview-since = The oldest since
overview-answer = Answer them
overview-calls = Calls in 24 hours
overview-calls-short = Calls
overview-charged = { $calls } charged
overview-failed = Failed or blocked
overview-failed-note = Nothing was charged for these.
overview-accounts-note = { $new } new in 24 hours, { $disabled } disabled
overview-more = Only the newest 100,000 calls are counted here.
overview-near = Accounts near their limit
overview-near-since = Since
overview-near-none = No account is near its limit
overview-near-none-text = Accounts appear here when they have used as much as their own notices say, 80 % by default.
overview-left = { $left } of { $of }
overview-errors = What went wrong
overview-error = Reason
overview-errors-none = No call failed
overview-errors-none-text = Errors of the last 24 hours are counted here.

account-is-disabled = Disabled
account-calls = Latest calls
account-no-calls-title = No calls
account-no-calls-text = This account has not called in this time.
account-project-keys = { $keys ->
    [one] { $keys } key
   *[other] { $keys } keys
}
role-heading = Role
role-text = Support answers requests, gives up to a limit and invites. An owner does everything. Whoever is signed in to this account signs in again.
role-developer = Developer
role-support = Support
role-owner = Owner
role-change = Change role
done-role-changed = The role is changed.
account-disable = Disable account
account-disable-text = Its keys stop at once and nobody can sign in to it. Its history stays, and you can enable it again.
account-disable-reason = Reason
account-enable = Enable account
account-enable-text = Its keys work again, and its owner can sign in.
done-account-disabled = The account is disabled. Its keys no longer work.
done-account-enabled = The account is enabled again.

notes-title = Notes
notes-new = New note
notes-hint = Only staff see it.
notes-send = Add note
done-note-added = The note was added.

queue-one-by-one = Answer one by one
next-title = Answer requests
next-lead = Enter approves. Tab leads to the answer and to Reject. The next request follows by itself.
next-place = { $place } of { $waiting } waiting
next-skip = Skip
next-all = Whole queue
next-this = This request
next-earlier = Earlier requests
next-answered = Answered requests
next-calls-hint = As asked, or another number.

audit-subject = ID of what was changed
audit-from = From
audit-to = To
audit-filter = Filter
audit-all = Show all
audit-no-match = No change matches
audit-no-match-text = Ask for less, or for more days.
audit-bad-date = One of the dates does not exist, so it was left out.

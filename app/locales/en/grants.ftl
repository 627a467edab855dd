# Grants: their terms and states, and what is told about them.

grant-burnt-of = Used
grant-used-of = { $burnt } of { $calls }
grant-state = State
grant-when = Time
grant-actions = Actions
grant-in-force = In force
grant-all-used = Used up
grant-upcoming = Upcoming
grant-lapsed = Lapsed
grant-revoked = Revoked
grant-no-end = Does not lapse
grant-starts = Starts { $at }
grant-lapses = Until { $at }
grant-lapsed-at = Lapsed { $at }
grant-once = Once
grant-every-day = Every day
grant-every-week = Every week
grant-every-month = Every month
grant-rolls-over = { $period }, up to { $most } left calls roll over
grant-rest = Left over from the last period
grant-priority-is = Priority { $priority }
grant-terms = Start, end, repetition
grant-first-day = First day
grant-first-day-hint = Leave it empty to start now.
grant-last-day = Last day
grant-last-day-hint = Leave it empty for calls that do not lapse. Days are those of the account’s time zone.
grant-recurs = Give
grant-roll-over = Calls that roll over
grant-roll-over-hint = At most so many left calls go on into the next period. The rest lapses.
grant-priority = Priority
grant-priority-hint = From −100 to 100, usually 0. Lower burns first.
grant-revoke = Revoke
grant-revoke-what = Revoke: { $api }
grant-revoke-text = What is not used yet is taken back. Calls under way finish.
grant-revoke-recurring-text = What is not used yet is taken back, and it does not come again. Calls under way finish.
grant-revoke-now = Revoke now
done-grant-revoked = The grant was revoked.
problem-grant-over = This grant has ended or was revoked in the meantime. Nothing was changed.
problem-ends-before-start = The last day lies before the first.

limits-grants-heading = Your grants
limits-grants-text = Calls burn those that lapse first.

alert-lapse = { $calls ->
    [one] { $api }: { $shown } granted call lapses on { $at }.
   *[other] { $api }: { $shown } granted calls lapse on { $at }.
}
alert-lapse-see = See your grants
alert-pace = Your account called more than { $rate } times a second. Calls are still served, but slow down.
alert-pace-see = What is advised
alert-dismiss-pace = Dismiss: calls a second

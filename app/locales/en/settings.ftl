# Settings, sessions and notices.

done-form-kept = Your session had ended, so nothing was sent yet. Sign in: what you typed is kept for half an hour.
done-session-ended = Your session had ended, so nothing was sent. Sign in to go on.
form-unsent = Nothing was sent yet: your session had ended. Check what you typed, and send it again.

done-account-renamed = Your name was changed.
done-password-changed = Your password was changed. All other sessions are signed out.
done-time-zone-changed = Your time zone was changed. All days are now cut in it.
done-thresholds-changed = Your notices were changed.
done-session-revoked = The session is signed out.
done-sessions-revoked = All other sessions are signed out.
done-account-deleted = Your account is deleted. Its keys have stopped working.

nav-settings = Settings
settings-title = Settings
settings-lead = Your profile, how you sign in, and what is kept about you.
settings-save = Save
settings-profile = Profile
settings-name = Name
settings-password = Password
settings-password-text = Changing it signs you out everywhere else.
settings-password-current = Current password
settings-password-new = New password
settings-password-again = New password once more
settings-password-change = Change password
settings-zone = Time zone
settings-zone-text = Days in charts, tables and exports start at midnight in this zone. Your whole history follows.
settings-looks = Language and colours
settings-looks-text = The language follows you to other browsers. Colours are kept in this one.
settings-sessions = Sessions
settings-sessions-text = Where you are signed in. End what you don’t recognise, and change your password.
settings-thresholds = Notices
settings-thresholds-text = The console tells you when so much of an API’s quota is used: once for each time it happens.
settings-percents = Percent used
settings-percents-hint = Up to five numbers, such as 80, 100. Leave it empty for no notices.
settings-data = Your data
settings-data-text = Everything kept about your account as one JSON file: projects, keys without their secrets, grants, requests, changes, and every call.
settings-export = Export everything
settings-delete = Delete account
settings-delete-text = Your keys stop at once, and your name and e-mail are removed. This can’t be undone. Export your data first if you need it.
settings-delete-open = Delete this account…
settings-delete-email = Type your e-mail to confirm
settings-delete-password = Your password
settings-delete-do = Delete it for good

sessions-none-title = No sessions
sessions-none-text = Sign in again to see where you are signed in.
sessions-revoke-others = Sign out everywhere else
session-unknown = Unknown device
session-this = This one
session-signed-in = Signed in
session-seen = Last seen
session-revoke = Sign out
session-revoke-what = Sign out: { $device }

region-africa = Africa
region-america = America
region-antarctica = Antarctica
region-arctic = Arctic
region-asia = Asia
region-atlantic = Atlantic
region-australia = Australia
region-europe = Europe
region-indian = Indian Ocean
region-pacific = Pacific
region-other = Other names

notices-label = Quota notices
notices-past = Past notices
notice-share = { $api }: { $percent } % of your quota is used.
notice-all = { $api }: your whole quota is used up. Calls are refused.
notice-more = Ask for more
notice-dismiss = Dismiss
notice-dismiss-what = Dismiss: { $api }
notice-past = { $api }: { $percent } % used ({ $charged } of { $granted } calls)
notice-lifted = calls were granted since

problem-wrong-password = This is not your password.
problem-not-the-same = This differs from the new password.
problem-not-the-email = This is not the e-mail of your account.
problem-last-owner = You are the only owner of this site. Make somebody else an owner first.
problem-not-percents = Enter whole numbers with commas between, such as 80, 100.
problem-too-many-numbers = { $most ->
    [one] Enter { $most } number at most.
   *[other] Enter { $most } numbers at most.
}

# One key, one project, and their caps.

save = Save

key-title = API key
key-all = All API keys
key-masked = Key
key-id = ID
key-usage = Usage of this key
key-until = until { $day }
key-edit-heading = Name and expiry
key-cap = Limit this key
key-cap-calls = Calls at most
key-cap-api = API
key-cap-period = Counted
key-cap-hint = A cap stops this key before it uses up what all keys share. More can be set on its page.

key-rotate-heading = Rotate
key-rotate-text = Gives this key a new secret and keeps its name, its caps and its history.
key-rotate = Rotate key
key-rotate-twice = An older secret still works. It stops when you rotate again.
key-rotated-title = “{ $name }” has a new secret
key-rotated-until = The old one works until { $until }, then it stops by itself.
key-rotated-stopped = The old one has stopped.
grace = The old secret works on for
grace-none = No time: it stops at once
grace-1h = 1 hour
grace-24h = 24 hours
grace-7d = 7 days
old-secret = Old secret { $hint } works until { $until }.
old-secret-stop = Stop it now
old-secret-stop-of = Stop it now: the old secret of { $name }

key-end-heading = Disable or delete
key-end-text = A disabled key can be enabled again. A deleted one is gone for good.
key-delete = Delete key
key-delete-text = Calls with this key are refused from then on. What it used stays in your totals.
key-delete-now = Delete for good

keys-filter = Filter keys
keys-filter-hint = Name or last four
keys-filter-project = In project
keys-filter-state = In state
keys-filter-all = All
keys-filter-apply = Show
keys-filter-clear = Clear filter
keys-none-title = No key matches
keys-none-text = Look for a part of the name, or clear the filter.

caps-heading = Caps
caps-column = Caps
caps-text-key = A cap stops this key before it uses up what all keys of the account share. Leave the number empty for no cap.
caps-text-project = A cap holds for all keys of this project together. Leave the number empty for no cap.
caps-of-project = Caps of its project hold too
cap-none = No cap
cap-calls = Calls
cap-period = Counted
cap-placeholder = No cap
cap-hint = Empty for no cap, 0 to close this API.
cap-save-of = Save the cap on { $api }
cap-day = each day
cap-week = each week
cap-month = each month
cap-total = in all
cap-used-day = { $charged } of { $calls } today
cap-used-week = { $charged } of { $calls } this week
cap-used-month = { $charged } of { $calls } this month
cap-used-total = { $charged } of { $calls } in all
cap-renews = Starts anew { $at }
cap-never-renews = Does not start anew

project-title = Project
project-all = All projects
project-keys = Its keys
project-new-key = New key
project-no-keys-title = No keys in this project
project-no-keys-text = Create one to start calling.
project-edit-heading = Name and description
project-end-heading = Delete
project-only = This is your only project. Create another before you delete this one.
project-delete = Delete project
project-delete-text = Its keys stop at once. What they used stays in your totals.
project-delete-type = To confirm, type its name:
project-delete-name = Name of the project
project-delete-now = Delete project and keys

done-saved = Saved.
done-key-deleted = The key is deleted. Calls with it are refused from now on.
done-old-secret-stopped = The old secret has stopped.
done-cap-set = The cap is saved. It holds from the next call on.
done-project-deleted = The project and its keys are deleted. Its history stays in your totals.

problem-changed = Meanwhile this was changed to “{ $now }”. Save again to replace that.
problem-changed-to-nothing = Meanwhile this was cleared. Save again to replace that.
problem-changed-cap = Meanwhile this was set to { $period ->
    [day] { $calls } each day
    [week] { $calls } each week
    [month] { $calls } each month
   *[total] { $calls } in all
}. Save again to replace that.
problem-rotated = Meanwhile this key was rotated: it is { $now } now. Rotate again only if you want another secret.
problem-project-deleted = “{ $name }” was deleted meanwhile. Choose another project.
problem-project-gone = This project is not there any more. Nothing was changed.
problem-key-gone = This key is not there any more. Nothing was changed.
problem-last-project = This is your only project. Create another first.
problem-not-the-name = Type the name exactly as it is shown.
problem-unknown-choice = Choose one from the list.
problem-sent = This form was sent before, and done. Send it again to do it once more.
problem-sent-key = This form was sent before, and made a key. Its secret was shown then and can’t be shown again: rotate the key if you missed it. Send the form again to make another.
problem-sent-rotation = This form was sent before, and the key was rotated. The new secret was shown then and can’t be shown again: rotate once more if you missed it.

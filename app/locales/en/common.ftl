# Words that every page shares.

# What this language calls itself: the switch shows it in every language.
language-own-name = English
language-label = Language

product-name = Allowance
# What search engines and link previews show.
site-description = Allowance shows what remains of your API calls, where they went, and how to get more.
window-title = { $page } · Allowance
skip-to-content = Skip to content

nav-label = Console
nav-menu = Menu
nav-usage = Usage
nav-keys = API keys
nav-projects = Projects
nav-request-more = Request more
nav-admin = Admin
nav-admin-accounts = Accounts
nav-admin-requests = Requests for quota
nav-admin-audit = Audit log

sign-in = Sign in
sign-out = Sign out

theme-label = Colours
theme-system = System
theme-light = Light
theme-dark = Dark

demo-word = Demo
demo-notice = The data is made up, and everything you change here stays on this machine.

copy = Copy
copied = Copied
copy-key = Copy the key
copy-command = Copy the command
copy-reference = Copy the reference code
search = Search
none = None
table-region = Table: { $name }
pages = Pages
page-back = Previous
page-on = Next
page-number = Page { $page }
back-to-usage = Back to usage

not-found-title = Page not found
not-found-lead = Nothing is at this address
not-found-text = The link may be old, or what it led to belongs to another account.
forbidden-title = Not for your account
forbidden-text = This page is for the people who run this site.
unavailable-title = The data did not come
unavailable-text = Nothing is lost. Reload the page in a moment. If it stays like this, tell support: incident { $incident }.
stranger-title = Sign in first
stranger-lead = You are not signed in
stranger-text = Sign in to see this page.

form-optional = optional
form-problems = { $fields ->
    [one] One field needs another look. Nothing was saved.
   *[other] { $fields } fields need another look. Nothing was saved.
}

done-key-disabled = The key is disabled. Calls with it are refused from now on.
done-key-enabled = The key is enabled again.
done-project-created = The project was created. Give it a key to start calling.
done-request-sent = Your request was sent. Its state is shown below.
done-request-withdrawn = Your request was withdrawn.
done-granted = The calls were granted. They count from the next call on.
done-request-approved = The request was approved. The calls count from the next call on.
done-request-rejected = The request was rejected. The developer sees your answer.
done-signed-out = You are signed out.

# Dates and counts.

date-full = { $day } { $month } { $year }
date-day = { $day } { $month }
date-range = { $from } – { $to }
date-moment = { $date }, { $time }
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

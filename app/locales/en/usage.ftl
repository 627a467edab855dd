# Quota, and the usage page.

usage-title = Usage
usage-lead = What is left of each API, and where the calls went.
usage-quota-heading = What remains
usage-quota-why = All projects and keys share it, so no filter changes what remains.
usage-daily-heading = Calls by day
usage-hourly-heading = Calls by hour
usage-period-zone = { $period } · days in { $zone }
usage-remaining = Remaining
usage-charged = Charged
usage-failed = Failed, free
usage-requests = All requests

quota-of = of { $granted }
quota-meter = { $api }: { $remaining } of { $granted } remaining
quota-low = Running low.
quota-empty = All used up. Calls are refused.
request-more = Request more

filter-label = Filter
filter-project = Project
filter-all-projects = All projects
filter-several-projects = { $count } projects
filter-key = API key
filter-all-keys = All API keys
filter-several-keys = { $count } API keys
filter-find-project = Find a project
filter-find-key = Find an API key
filter-apply = Apply
filter-period = Period
filter-from = From
filter-to = To
filter-zone = Days start at midnight in { $zone }.
filter-show-range = Show these days
filter-clear = Clear filters
filter-mismatch = The chosen API key belongs to another project, so nothing matches both.
filter-not-a-date = “{ $value }” is not a date. The last 30 days are shown.
filter-reversed = The range starts on { $from }, after its end on { $to }. The last 30 days are shown.
filter-too-long = { $most ->
    [one] A range can be { $most } day long at most. The last 30 days are shown.
   *[other] A range can be { $most } days long at most. The last 30 days are shown.
}
filter-unknown-period = There is no period “{ $value }”. The last 30 days are shown.
filter-unknown-project = This project is not one of yours, or was deleted. All projects are shown.
filter-unknown-key = This API key is not one of yours, or was deleted. All keys are shown.
filter-unknown-group = Calls cannot be grouped by “{ $value }”. They are grouped by outcome.
filter-unknown-compare = There is nothing “{ $value }” to compare with. Nothing is compared.

period-today = Today
period-7d = 7 days
period-30d = 30 days
period-90d = 90 days
period-month = This month
period-custom = Custom

chart-quiet = No calls in this period.
chart-all-apis = All APIs
chart-without = { $api } is missing here: its figures did not come.
day-table = { $api }: the numbers
day-table-show = Show the numbers
day-date = When
day-total = Total

# By what bars are stacked.
group-by = Group by
group-by-outcome = Outcome
group-by-project = Project
group-by-key = API key
group-by-api = API
group-charged = Charged
group-failed = Failed
group-blocked = Over quota
group-rejected = Bad request
group-unauthorised = Key refused
group-upstream = Service failed
group-fault = Our fault
group-others = { $count ->
    [one] { $count } other
   *[other] { $count } others
}
group-deleted = deleted

# The period before.
compare-previous = Compare with the period before
compare-against = against { $period }
column-previous = Period before
change-more = +{ $percent } %
change-less = −{ $percent } %
change-little-more = +<1 %
change-little-less = −<1 %
change-same = no change
change-from-nothing = none before

# How long it lasts.
forecast-idle = Nothing charged in the last 7 days.
forecast-today = At this pace it runs out today.
forecast-runs-out = At this pace it runs out about { $date }.
forecast-lasts = At this pace it lasts past { $date }.
forecast-pace = { $calls ->
    [one] { $calls } call charged in the last 7 days, today included
   *[other] { $calls } calls charged in the last 7 days, today included
}
forecast-how = “This pace” is the mean of the account’s charged calls over the last 7 days, whatever the filter.

# Figures that did not come.
figures-slow = The figures take too long right now.
figures-missing = The figures could not be read. Nothing is lost.
figures-again = Try again
figures-incident = If it stays like this, tell support: incident { $incident }.

# Before the first call.
first-call-title = No calls yet
first-call-text = Your key is ready. The quick start has a first call to paste.
first-key-text = Make an API key, then send a first call. It shows up here at once.
first-key-make = Create an API key
first-quick-start = Quick start

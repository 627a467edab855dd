# Quota, and the usage page.

usage-title = Usage
usage-lead = Quota is shared by the whole account, so what remains is the same under every filter.
usage-quota-heading = What remains
usage-daily-heading = Calls by day
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
filter-unknown-project = This project is not one of yours. All projects are shown.
filter-unknown-key = This API key is not one of yours. All keys are shown.

period-today = Today
period-7d = 7 days
period-30d = 30 days
period-90d = 90 days
period-month = This month
period-custom = Custom

chart-quiet = No calls in this period.
legend-charged = { $calls } charged
legend-failed = { $calls } failed
tip-charged = { $calls } charged
tip-failed = { $calls } failed
day-table = { $api }: calls by day
day-table-show = Show the numbers
day-date = Day
day-total = Total

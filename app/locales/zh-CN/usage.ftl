# 额度与用量页面。

usage-title = 用量
usage-lead = 额度由整个账号共用，因此无论怎样筛选，剩余额度都不变。
usage-quota-heading = 剩余额度
usage-daily-heading = 每日调用
usage-period-zone = { $period } · 按 { $zone } 划分日期
usage-remaining = 剩余
usage-charged = 消耗
usage-failed = 失败，不消耗
usage-requests = 全部请求

quota-of = / { $granted }
quota-meter = { $api }：剩余 { $remaining } 次，共 { $granted } 次
quota-low = 额度即将用完。
quota-empty = 额度已用完，调用会被拒绝。
request-more = 申请额度

filter-label = 筛选
filter-project = 项目
filter-all-projects = 全部项目
filter-several-projects = { $count } 个项目
filter-key = API 密钥
filter-all-keys = 全部 API 密钥
filter-several-keys = { $count } 个 API 密钥
filter-apply = 应用
filter-period = 时间范围
filter-from = 开始日期
filter-to = 结束日期
filter-zone = 每天从 { $zone } 的零点算起。
filter-show-range = 查看这段时间
filter-clear = 清除筛选
filter-mismatch = 所选 API 密钥属于另一个项目，没有同时符合两者的调用。
filter-not-a-date = “{ $value }”不是有效的日期，已显示最近 30 天。
filter-reversed = 开始日期 { $from } 晚于结束日期 { $to }，已显示最近 30 天。
filter-too-long = 时间范围最长 { $most } 天，已显示最近 30 天。
filter-unknown-period = 没有“{ $value }”这个时间范围，已显示最近 30 天。
filter-unknown-project = 这个项目不属于你的账号，已显示全部项目。
filter-unknown-key = 这个 API 密钥不属于你的账号，已显示全部密钥。

period-today = 今天
period-7d = 7 天
period-30d = 30 天
period-90d = 90 天
period-month = 本月
period-custom = 自定义

chart-quiet = 这段时间没有调用。
legend-charged = 消耗 { $calls } 次
legend-failed = 失败 { $calls } 次
tip-charged = 消耗 { $calls } 次
tip-failed = 失败 { $calls } 次
day-table = { $api }：每日调用
day-table-show = 查看数据
day-date = 日期
day-total = 合计

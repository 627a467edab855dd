# 额度与用量页面。

usage-title = 用量
usage-lead = 每个 API 还剩多少，调用用在了哪里。
usage-quota-heading = 剩余额度
usage-quota-why = 所有项目和密钥共用额度，因此筛选不影响剩余次数。
usage-daily-heading = 每日调用
usage-hourly-heading = 每小时调用
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
filter-find-project = 查找项目
filter-find-key = 查找 API 密钥
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
filter-unknown-project = 这个项目不属于你的账号，或已被删除，已显示全部项目。
filter-unknown-key = 这个 API 密钥不属于你的账号，或已被删除，已显示全部密钥。
filter-unknown-group = 无法按“{ $value }”分组，已按结果分组。
filter-unknown-compare = 没有“{ $value }”可以对比，未做对比。

period-today = 今天
period-7d = 7 天
period-30d = 30 天
period-90d = 90 天
period-month = 本月
period-custom = 自定义

chart-quiet = 这段时间没有调用。
chart-all-apis = 全部 API
chart-without = 没有读到 { $api } 的数据，这里缺少它。
day-table = { $api }：数据
day-table-show = 查看数据
day-date = 时间
day-total = 合计

# 柱子按什么分段。
group-by = 分组
group-by-outcome = 结果
group-by-project = 项目
group-by-key = API 密钥
group-by-api = API
group-charged = 消耗
group-failed = 失败
group-blocked = 额度不足
group-rejected = 请求有误
group-unauthorised = 密钥被拒
group-upstream = 服务出错
group-fault = 平台故障
group-others = 其他 { $count } 个
group-deleted = 已删除

# 上一周期。
compare-previous = 与上一周期对比
compare-against = 对比 { $period }
column-previous = 上一周期
change-more = +{ $percent }%
change-less = −{ $percent }%
change-little-more = +<1%
change-little-less = −<1%
change-same = 持平
change-from-nothing = 此前没有

# 还能用多久。
forecast-idle = 最近 7 天没有消耗。
forecast-today = 按目前的速度，今天就会用完。
forecast-runs-out = 按目前的速度，大约 { $date } 用完。
forecast-lasts = 按目前的速度，{ $date } 之后仍有剩余。
forecast-pace = 最近 7 天（含今天）消耗 { $calls } 次
forecast-how = “目前的速度”是整个账号最近 7 天消耗次数的平均值，与筛选无关。

# 没有读到的数据。
figures-slow = 数据读取太慢，暂时没有显示。
figures-missing = 没有读到数据，数据没有丢失。
figures-again = 重试
figures-incident = 如果一直这样，请告诉客服：事件编号 { $incident }。

# 第一次调用之前。
first-call-title = 还没有调用
first-call-text = 密钥已经就绪。快速开始里有可以直接粘贴的第一次调用。
first-key-text = 先创建一个 API 密钥，再发出第一次调用，这里会立刻显示。
first-key-make = 创建 API 密钥
first-quick-start = 快速开始

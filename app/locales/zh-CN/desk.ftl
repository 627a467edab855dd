# 管理员不能做的事，以及一次处理多个账号的页面。

problem-above-ceiling = 你一次最多可以发放 { $most } 次。如需更多，请找所有者。
problem-owners-only = 只有所有者可以这样做，请联系所有者。
problem-yourself = 不能对自己的账号这样做，请找另一位管理员。
problem-already-so = 已经是这个状态了，请刷新页面。

nav-admin-overview = 概览
overview-title = 概览
overview-lead = 需要你处理的事，以及最近 24 小时的情况。
overview-waiting = 待处理的申请
overview-since = 最早的一份提交于
overview-answer = 去处理
overview-calls = 24 小时内的请求
overview-calls-short = 请求数
overview-charged = 其中计费 { $calls } 次
overview-failed = 失败或被拦截
overview-failed-note = 这些请求都没有计费。
overview-accounts-note = 24 小时内新增 { $new } 个，已停用 { $disabled } 个
overview-more = 这里只统计最近的 100,000 次请求。
overview-near = 额度将尽的账号
overview-near-since = 起始日期
overview-near-none = 没有额度将尽的账号
overview-near-none-text = 账号用量达到自己设置的提醒比例（默认 80%）后，会显示在这里。
overview-left = { $left } / { $of }
overview-errors = 出错情况
overview-error = 原因
overview-errors-none = 没有失败的请求
overview-errors-none-text = 最近 24 小时的错误会统计在这里。

account-is-disabled = 已停用
account-calls = 最近的请求
account-no-calls-title = 没有请求
account-no-calls-text = 此账号在这段时间内没有发起过请求。
account-project-keys = { $keys } 个密钥
role-heading = 角色
role-text = 客服可以答复申请、在限额内发放额度并邀请他人；所有者拥有全部权限。更改后，已登录此账号的人需要重新登录。
role-developer = 开发者
role-support = 客服
role-owner = 所有者
role-change = 更改角色
done-role-changed = 角色已更改。
account-disable = 停用账号
account-disable-text = 它的密钥立即失效，任何人都无法登录。历史记录会保留，之后可以重新启用。
account-disable-reason = 原因
account-enable = 启用账号
account-enable-text = 它的密钥恢复可用，账号主人可以重新登录。
done-account-disabled = 账号已停用，它的密钥不再可用。
done-account-enabled = 账号已重新启用。

notes-title = 备注
notes-new = 新备注
notes-hint = 只有管理员能看到。
notes-send = 添加备注
done-note-added = 备注已添加。

queue-one-by-one = 逐份处理
next-title = 处理申请
next-lead = 按回车键批准，按 Tab 键可移到答复和驳回。处理后会自动显示下一份。
next-place = 第 { $place } 份，共 { $waiting } 份待处理
next-skip = 跳过
next-all = 全部申请
next-this = 当前申请
next-earlier = 以前的申请
next-answered = 已处理的申请
next-calls-hint = 按申请的次数，或改成其他次数。

audit-subject = 被更改对象的 ID
audit-from = 开始日期
audit-to = 结束日期
audit-filter = 筛选
audit-all = 显示全部
audit-no-match = 没有符合的更改
audit-no-match-text = 减少筛选条件，或扩大日期范围。
audit-bad-date = 其中一个日期不存在，已忽略。

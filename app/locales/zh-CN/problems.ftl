# 服务器无法接受表单时给出的说明。

problem-sign-in = 邮箱或密码不正确。
problem-required = 此项为必填。
problem-too-long = 最多 { $most } 个字符。
problem-too-short = 至少 { $least } 个字符。
problem-not-an-email = 输入有效的邮箱地址，例如 ann@example.com。
problem-unknown-time-zone = 从列表中选择一个时区。
problem-not-a-number = 输入整数，例如 2000。
problem-out-of-range = 输入 { $least } 到 { $most } 之间的数。
problem-not-a-date = 输入真实存在的日期。
problem-date-past = 选择今天或之后的日期。
problem-unknown-project = 选择你的一个项目。
problem-unknown-api = 从列表中选择一个 API。
problem-unknown-key = 选择你的一个密钥，它可能刚刚被删除。
problem-name-taken = 名称已被使用，换一个。
problem-request-open = 这个 API 已有待处理的申请。先撤回它，或等待答复。
problem-already-answered = 这份申请刚刚已被处理或撤回，没有做任何更改。
problem-too-many = 最多 { $most } 个。先停用或移除一个。
problem-busy = 当前操作过多，稍等片刻再提交一次。
problem-account-disabled = 此账号已停用，联系客服处理。

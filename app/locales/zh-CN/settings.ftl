# 设置、会话与提醒。

done-form-kept = 登录已过期，内容尚未提交。请重新登录，你填写的内容会保留半小时。
done-session-ended = 登录已过期，内容没有提交。请重新登录后继续。
form-unsent = 内容尚未提交：提交时登录已过期。请检查你填写的内容，然后重新提交。

done-account-renamed = 名称已修改。
done-password-changed = 密码已修改，其他会话均已退出登录。
done-time-zone-changed = 时区已修改，所有日期都按新时区划分。
done-thresholds-changed = 提醒设置已保存。
done-session-revoked = 该会话已退出登录。
done-sessions-revoked = 其他会话均已退出登录。
done-account-deleted = 账号已删除，其密钥已停止使用。

nav-settings = 设置
settings-title = 设置
settings-lead = 管理个人资料、登录方式和你的数据。
settings-save = 保存
settings-profile = 个人资料
settings-name = 名称
settings-password = 密码
settings-password-text = 修改密码后，其他地方的登录都会退出。
settings-password-current = 当前密码
settings-password-new = 新密码
settings-password-again = 再次输入新密码
settings-password-change = 修改密码
settings-zone = 时区
settings-zone-text = 图表、表格和导出中的每一天都从该时区的零点开始，历史数据也会随之调整。
settings-looks = 语言与颜色
settings-looks-text = 语言设置在其他浏览器中同样生效，颜色只保存在当前浏览器。
settings-sessions = 登录会话
settings-sessions-text = 这里列出你登录的设备。如有不认识的，请将其退出并修改密码。
settings-thresholds = 提醒
settings-thresholds-text = 某个 API 的额度用到以下比例时，控制台会提醒你，每次达到只提醒一次。
settings-percents = 已用百分比
settings-percents-hint = 最多五个数字，例如 80, 100。留空则不提醒。
settings-data = 你的数据
settings-data-text = 将账号的全部数据导出为一个 JSON 文件：项目、密钥（不含原文）、额度、申请、变更记录和每一次调用。
settings-export = 导出全部数据
settings-delete = 删除账号
settings-delete-text = 密钥会立即停止使用，名称和邮箱会被清除，且无法恢复。如有需要，请先导出数据。
settings-delete-open = 删除此账号…
settings-delete-email = 输入你的邮箱以确认
settings-delete-password = 你的密码
settings-delete-do = 永久删除

sessions-none-title = 没有会话
sessions-none-text = 重新登录后，这里会列出你的登录会话。
sessions-revoke-others = 退出其他所有会话
session-unknown = 未知设备
session-this = 当前会话
session-signed-in = 登录于
session-seen = 最近活动
session-revoke = 退出登录
session-revoke-what = 退出登录：{ $device }

region-africa = 非洲
region-america = 美洲
region-antarctica = 南极洲
region-arctic = 北极
region-asia = 亚洲
region-atlantic = 大西洋
region-australia = 澳大利亚
region-europe = 欧洲
region-indian = 印度洋
region-pacific = 太平洋
region-other = 其他名称

notices-label = 额度提醒
notices-past = 历史提醒
notice-share = { $api }：额度已使用 { $percent }%。
notice-all = { $api }：额度已全部用完，调用会被拒绝。
notice-more = 申请更多
notice-dismiss = 知道了
notice-dismiss-what = 知道了：{ $api }
notice-past = { $api }：已使用 { $percent }%（{ $charged } / { $granted } 次）
notice-lifted = 之后已发放额度

problem-wrong-password = 密码不正确。
problem-not-the-same = 与新密码不一致。
problem-not-the-email = 这不是你账号的邮箱。
problem-last-owner = 你是本站唯一的所有者，请先指定其他所有者。
problem-not-percents = 输入整数，以逗号分隔，例如 80, 100。
problem-too-many-numbers = 最多输入 { $most } 个数字。

# 每个页面共用的文字。
#
# 术语表（全部 zh-CN 文件统一使用）
#
#   quota              额度            free quota       免费额度
#   call               调用，量词“次”   charged          消耗（成功的调用才消耗额度）
#   remaining, left    剩余            all requests     全部请求
#   request (HTTP)     请求            quota request    额度申请、申请
#   grant              发放            approve, reject  批准、驳回
#   withdraw           撤回            redeem code      兑换码
#   API key            API 密钥、密钥  project          项目
#   create             创建            delete           删除
#   disable, enable    停用、启用      expire           到期；已到期
#   rotate             轮换            grace period     宽限期
#   cap                上限            limit            限制
#   account            账号            reference code   识别码
#   sign in, sign out  登录、退出登录  session          登录会话
#   password           密码            e-mail           邮箱
#   admin, staff       管理员          admin's desk     管理
#   audit log          审计日志        support          客服
#   usage              用量            period           时间范围
#   forecast           预计            threshold        阈值
#   time zone          时区            language         语言
#   export             导出            webhook          Webhook
#   gateway            网关            upstream         上游服务
#   token              Token           latency          耗时
#   quick start        快速开始        settings         设置
#
# 写法
#
#   中文与英文、数字之间空一格；日期里不空（2026年11月24日）。
#   使用全角标点；引号用“”，列举用顿号，范围用“至”。
#   称呼用“你”；不用“请”开头的套话，直接说做什么；句子短。

language-own-name = 简体中文
language-label = 语言

product-name = Allowance
site-description = 在 Allowance 查看 API 调用还剩多少、用在了哪里，以及如何申请更多。
window-title = { $page } · Allowance
skip-to-content = 跳到正文

nav-label = 控制台
nav-menu = 菜单
nav-usage = 用量
nav-keys = API 密钥
nav-projects = 项目
nav-request-more = 申请额度
nav-admin = 管理
nav-admin-accounts = 账号
nav-admin-requests = 额度申请
nav-admin-audit = 审计日志

sign-in = 登录
sign-out = 退出登录

theme-label = 配色
theme-system = 跟随系统
theme-light = 浅色
theme-dark = 深色

demo-word = 演示
demo-notice = 数据均为虚构，你所做的更改只保存在这台机器上。

copy = 复制
copied = 已复制
copy-key = 复制密钥
copy-command = 复制命令
copy-reference = 复制识别码
search = 搜索
none = 无
table-region = 表格：{ $name }
pages = 翻页
page-back = 上一页
page-on = 下一页
page-number = 第 { $page } 页
back-to-usage = 返回用量

not-found-title = 页面不存在
not-found-lead = 这个地址没有内容
not-found-text = 链接可能已失效，或者它指向的内容属于其他账号。
forbidden-title = 你的账号无权访问
forbidden-text = 此页面仅供本站管理员使用。
unavailable-title = 数据暂时无法加载
unavailable-text = 数据没有丢失，稍后刷新页面即可。如果一直这样，把事件编号 { $incident } 告诉客服。
stranger-title = 先登录
stranger-lead = 你尚未登录
stranger-text = 登录后即可查看此页面。

form-optional = 选填
form-problems = 有 { $fields } 处需要修改，内容尚未保存。

done-key-disabled = 密钥已停用，使用它的调用即刻起会被拒绝。
done-key-enabled = 密钥已重新启用。
done-project-created = 项目已创建。为它创建一个密钥，就可以开始调用了。
done-request-sent = 申请已提交，进度见下方。
done-request-withdrawn = 申请已撤回。
done-granted = 额度已发放，从下一次调用起生效。
done-request-approved = 申请已批准，额度从下一次调用起生效。
done-request-rejected = 申请已驳回，开发者会看到你的答复。
done-signed-out = 你已退出登录。

# 日期与数量。

date-full = { $year }年{ $month }{ $day }日
date-day = { $month }{ $day }日
date-range = { $from }至{ $to }
date-moment = { $date } { $time }
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月

# 邮件。纯文本，说明发生了什么、该做什么，以及不是本人操作时怎么办。

letter-foot = Allowance · { $site }

letter-sign-up = 确认你的邮箱
letter-sign-up-text =
    你好！

    打开下面的链接，确认邮箱并完成注册。链接只能使用一次，24 小时内有效：

    { $link }

    如果不是你本人申请注册，无需理会这封邮件，不会创建任何账号。

letter-known = 你已经有账号了
letter-known-text =
    你好！

    有人（可能是你）用这个邮箱申请注册，但这个邮箱已经有账号，直接登录即可：{ $site }/sign-in

    如果忘记了密码，可以用下面的链接设置新密码。链接只能使用一次，一小时内有效：

    { $link }

    如果不是你本人操作，无需理会这封邮件，账号没有任何变化。

letter-invitation = 邀请你使用 Allowance
letter-invitation-text =
    你好！

    我们为你预留了一个账号。打开下面的链接，设置名称和密码。链接只能使用一次，七天内有效：

    { $link }

    如果你不清楚这是什么，无需理会这封邮件，不会创建任何账号。

letter-reset = 设置新密码
letter-reset-text =
    你好！

    用下面的链接为你的账号设置新密码。链接只能使用一次，一小时内有效：

    { $link }

    如果不是你本人申请，无需理会这封邮件，密码保持不变。

letter-password-changed = 你的密码已修改
letter-password-changed-text =
    你好！

    你的账号密码已修改，其他会话均已退出登录。

    如果不是你本人操作，请立即设置新密码，并告知客服：

    { $link }

letter-new-email = 确认你的新邮箱
letter-new-email-text =
    你好！

    打开下面的链接，把这个邮箱设为你的账号邮箱。链接只能使用一次，24 小时内有效：

    { $link }

    如果不是你本人操作，无需理会这封邮件，不会有任何变化。

letter-email-changed = 你的账号邮箱已更换
letter-email-changed-text =
    你好！

    使用这个邮箱的账号已更换为其他邮箱，今后不能再用这个邮箱登录。

    如果不是你本人操作，请立即联系客服。

letter-provider-linked = 你的账号已关联第三方登录
letter-provider-linked-text =
    你好！

    你首次通过第三方登录。今后，只要对方确认是你本人，就能进入你的账号：

    { $issuer }

    如果不是你本人操作，请在设置中取消关联，并告知客服：

    { $link }

letter-threshold = { $api }：额度已使用 { $percent }%
letter-threshold-text =
    你好！

    { $api } 的 { $granted } 次额度已使用 { $charged } 次，达到 { $percent }%。用在了哪里、按目前的速度还能用多久，见：

    { $link }

    用完之前可以申请更多。何时提醒，可在设置中选择。

letter-used-up = { $api }：额度已全部用完
letter-used-up-text =
    你好！

    { $api } 的 { $granted } 次额度已全部用完，获得更多额度之前，调用会被拒绝。用在了哪里、如何申请更多，见：

    { $link }

    何时提醒，可在设置中选择。

letter-approved = { $api }：额度申请已批准
letter-approved-text =
    你好！

    你获得了 { $calls } 次 { $api } 额度，从下一次调用起生效。

    { $link }

letter-approved-answer-text =
    你好！

    你获得了 { $calls } 次 { $api } 额度，从下一次调用起生效。客服的答复：

    { $answer }

    { $link }

letter-rejected = { $api }：额度申请已答复
letter-rejected-text =
    你好！

    你的 { $api } 额度申请没有获批。客服的答复：

    { $answer }

    可以重新申请：

    { $link }

letter-lapsing = { $api }：{ $calls } 次额度即将到期
letter-lapsing-text =
    你好！

    你的 { $api } 额度还剩 { $calls } 次，将于 { $at } 到期：

    { $link }

    是否接收这类邮件，可在设置中选择。

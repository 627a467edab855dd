# Webhook 与邮件提醒。

settings-where = 提醒方式
settings-where-console = 仅在控制台
settings-where-mail = 控制台和邮件

webhooks-title = Webhook
webhooks-lead = 额度快用完、即将到期，或申请得到答复时，通知你的程序。
webhooks-count = 共 { $all } 个，已开启 { $on } 个
webhooks-look = 查看 Webhook
webhooks-add-first = 添加 Webhook
webhooks-all = 全部 Webhook
webhooks-heading = 你的 Webhook
webhooks-none-title = 还没有 Webhook
webhooks-none-text = 在上方填写你的程序的地址。
webhooks-full = 最多 { $most } 个 Webhook，删除一个后才能添加。

webhook-create-heading = 添加 Webhook
webhook-create = 添加
webhook-url = 地址
webhook-url-hint = 接收 POST 的 https 地址，例如 https://example.com/allowance
webhook-state = 状态
webhook-created = 添加于
webhook-on = 已开启
webhook-off = 已关闭
webhook-failing = 未送达
webhook-switched-off = 已被关闭
webhook-title = Webhook
webhook-id = ID
webhook-open = 打开此 Webhook
webhook-old-signs = 旧密钥签名至
webhook-secret-title = 新的签名密钥
webhook-secret-text = 你的程序用它确认消息来自我们。密钥只显示一次，现在就保存好。
webhook-old-until = 在 { $until } 之前，旧密钥同时签名，更换期间不会丢失消息。
copy-secret = 复制签名密钥

webhook-failing-text = 自 { $at } 起没有消息送达，下方列出了最近的答复。三天后，此 Webhook 会被关闭。
webhook-given-up-text = 已于 { $at } 关闭：连续三天没有消息送达。修复接收程序后，重新开启。
webhook-gone-text = 已于 { $at } 关闭：接收程序答复它已永久停用（HTTP 410）。如果并非如此，重新开启。

messages-heading = 最近的消息
messages-none-title = 还没有发送过消息
messages-none-text = 这里显示最近 30 天的消息。可以发送一条测试消息看看。
message-what = 消息
message-state = 状态
message-answer = 最近的答复
message-tries = 尝试次数
message-arrived = 已送达
message-new = 发送中
message-waiting = 等待重试
message-given-up = 已放弃
message-again = 重新发送
message-again-what = 重新发送：{ $event }
message-threshold = 额度阈值
message-answered = 申请答复
message-lapsing = 额度即将到期
message-test = 测试
message-no-name = 无法解析主机名
message-private = 主机位于内部网络
message-no-connection = 无法连接
message-tls = 无法建立安全连接，检查证书
message-timeout = 10 秒内没有答复
message-broken = 答复不是 HTTP

webhook-test = 发送测试消息
webhook-rotate-heading = 更换签名密钥
webhook-rotate-text = 24 小时内新旧密钥同时签名，你可以从容更换，不会丢失消息。
webhook-rotate = 生成新的签名密钥
webhook-rotate-twice = 旧密钥仍在签名。再次生成后，更早的密钥会立即失效。
webhook-end-heading = 关闭或删除
webhook-end-text = 关闭期间不发送消息，期间发生的事也不会补发。
webhook-disable = 关闭
webhook-enable = 开启
webhook-delete = 删除…
webhook-delete-text = 签名密钥和消息记录会一并删除。
webhook-delete-now = 确认删除

done-message-sent = 消息正在发送，刷新页面即可看到答复。
done-webhook-enabled = Webhook 已开启。
done-webhook-disabled = Webhook 已关闭，不再发送消息。
done-webhook-deleted = Webhook 已删除。

problem-not-a-hook-url = 输入完整的 https 地址，不含用户名，例如 https://example.com/allowance
problem-private-address = 这个地址位于内部网络，换一个互联网可以访问的地址。
problem-hook-there = 你已经有一个使用该地址的 Webhook。
problem-hook-off = 此 Webhook 已关闭，先将其开启。
problem-hook-gone = 此 Webhook 已被删除。

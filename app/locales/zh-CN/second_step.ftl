# 两步登录。

code-title = 还差一步
code-lead = 第一步已完成，现在输入验证码。
code-field = 验证码
code-hint = 应用中的六位数字，或一个恢复码。
code-lost = 两者都丢失了？联系客服。
code-other = 使用其他账号登录
second-step-title = 两步登录
second-step-text = 输入密码后，还需要手机应用中的验证码。即使密码泄露，别人也无法进入。
second-step-begin = 开始设置
second-step-on = 已开启
second-step-look = 恢复码、关闭…
second-step-since = 开启于
second-step-scan = 用身份验证器应用扫描
second-step-scan-text = 也可以手动输入这个密钥，然后输入应用显示的验证码。
second-step-qr = 身份验证器应用的二维码
second-step-confirm = 开启
second-step-remove = 关闭
second-step-remove-open = 关闭两步登录…
second-step-remove-do = 确认关闭
recovery-title = 恢复码
recovery-left = { $codes ->
    [0] 恢复码已用完，重新生成一组
   *[other] 还剩 { $codes } 个恢复码
}
recovery-again = 重新生成恢复码
recovery-codes = 保存好这些恢复码
recovery-codes-text = 手机丢失时，每个恢复码可以登录一次。恢复码只显示一次，并取代之前的全部恢复码。
copy-recovery = 复制恢复码

done-second-step-removed = 两步登录已关闭，只凭密码即可登录。

problem-wrong-code = 验证码不正确或已用过，等下一个验证码再试。
problem-factor-there = 已在其他窗口完成或重新开始，刷新页面。

# 通过第三方（OpenID Connect）登录。

sign-in-or = 或
sign-in-openid = 使用 { $label } 登录
settings-openid = 第三方登录
settings-openid-text = 这些服务确认是你本人后，即可进入你的账号。
settings-password-none = 你的账号没有密码，目前通过第三方登录。可以通过发送到邮箱的链接设置密码。
settings-password-set = 设置密码
openid-since = 关联于
openid-unlink = 解除关联
openid-unlink-what = 解除关联：{ $issuer }
openid-only = 这是你唯一的登录方式。解除关联前，先设置密码。
done-openid-unlinked = 已解除关联，不能再通过它登录。

problem-no-password = 你的账号还没有密码。在登录页点击“忘记密码？”，通过发送到邮箱的链接设置。
problem-openid-stray = 登录超时、已经完成，或是在其他浏览器中开始的。重新开始即可。
problem-openid-denied = 你没有允许 { $label } 提供身份信息，因此未能登录。重试，或使用密码登录。
problem-openid-down = { $label } 暂时没有响应。一分钟后重试，或使用密码登录。
problem-openid-refused = { $label } 没有完成这次登录，重新开始即可。
problem-openid-untrue = { $label } 发来的信息无法验证，因此未能登录。重新开始；如果再次出现，告知本站管理员。
problem-openid-email = { $label } 尚未确认你的邮箱。先在那里确认邮箱，然后重试。
problem-openid-another = 你的账号已关联 { $label } 上的另一个身份。使用密码登录，然后在设置中解除关联。
problem-openid-closed = 没有使用这个邮箱的账号，注册也已关闭。需要账号时联系本站管理员。
problem-openid-uninvited = 没有使用这个邮箱的账号。联系本站管理员获取邀请。

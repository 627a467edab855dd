# 兑换客服发送的兑换码。

redeem-heading = 兑换码
redeem-text = 输入客服发给你的兑换码，额度从下一次调用起生效。
redeem-code = 兑换码
redeem-code-hint = 不区分大小写，短横线和空格可有可无。
redeem-api = API（兑换码未指定时由你选择）
redeem-do = 兑换

done-code-redeemed = 兑换成功，额度从下一次调用起生效。

problem-unknown-code = 没有这个兑换码，请与收到的消息逐字核对。
problem-code-over = 兑换码已过期或已被用完，请向客服索取新的兑换码。
problem-code-redeemed = 你已经兑换过这个兑换码。
problem-wait-seconds = 尝试过于频繁，等 { $seconds } 秒后再试。
problem-wait-minutes = 尝试过于频繁，等 { $minutes } 分钟后再试。

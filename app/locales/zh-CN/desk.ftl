# 管理员不能做的事，以及一次处理多个账号的页面。

problem-above-ceiling = 你一次最多可以发放 { $most } 次。如需更多，请找所有者。
problem-owners-only = 只有所有者可以这样做，请联系所有者。
problem-yourself = 不能对自己的账号这样做，请找另一位管理员。

# 管理员创建和管理的兑换码。

problem-nothing-left = 没有可以收回的：已全部兑换，或之前已收回。

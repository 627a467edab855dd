# 自动更新的数字。

live-on = 实时
live-waiting = 正在重新连接…
live-over = 已暂停：你已退出登录，刷新页面后继续。

chart-cursor = { $chart }：逐条查看
help-chart = 在图表上逐条移动

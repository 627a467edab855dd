# 打印时代替控件的文字。

filter-in-words = { $period } · 项目：{ $projects } · API 密钥：{ $keys }

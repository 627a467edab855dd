# 快速跳转面板与快捷键列表。

palette-open = 跳转到…
palette-title = 快速跳转
palette-hint = 页面、项目、密钥或请求 ID
palette-places = 可跳转的位置
palette-page = 页面
palette-project = 项目
palette-key = API 密钥
palette-request = 打开请求
palette-account = 查找账号
palette-none = 没有匹配的名称。可以少输几个字，或粘贴请求 ID。
palette-move = 移动
palette-go = 打开

help-title = 键盘快捷键
help-close = 关闭
help-this = 显示此列表
help-single-keys = 启用单键快捷键
help-single-keys-about = 如果经常误触，可以关闭。此设置保存在当前浏览器中。

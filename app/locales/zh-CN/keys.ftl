# 单个密钥、单个项目，以及用量上限。

save = 保存

key-title = API 密钥
key-all = 全部 API 密钥
key-masked = 密钥
key-id = ID
key-usage = 查看用量
key-until = 有效至 { $day }
key-edit-heading = 名称与有效期
key-cap = 为此密钥设置上限
key-cap-calls = 最多调用次数
key-cap-api = API
key-cap-period = 计数周期
key-cap-hint = 达到上限后此密钥会停用，不会耗尽所有密钥共享的额度。更多上限可在密钥页面设置。

key-rotate-heading = 轮换
key-rotate-text = 为此密钥生成新的密文，名称、上限和历史记录保持不变。
key-rotate = 轮换密钥
key-rotate-twice = 还有一个旧密文有效。再次轮换后它会立即失效。
key-rotated-title = “{ $name }”已启用新密文
key-rotated-until = 旧密文可用至 { $until }，之后自动失效。
key-rotated-stopped = 旧密文已失效。
grace = 旧密文继续有效
grace-none = 立即失效
grace-1h = 1 小时
grace-24h = 24 小时
grace-7d = 7 天
old-secret = 旧密文 { $hint } 可用至 { $until }。
old-secret-stop = 立即停用
old-secret-stop-of = 立即停用：{ $name } 的旧密文

key-end-heading = 停用或删除
key-end-text = 停用的密钥可以重新启用，删除后则无法恢复。
key-delete = 删除密钥
key-delete-text = 删除后，使用此密钥的调用会被拒绝。已用次数仍计入总量。
key-delete-now = 永久删除

keys-filter = 筛选密钥
keys-filter-hint = 名称或末四位
keys-filter-project = 所属项目
keys-filter-state = 状态
keys-filter-all = 全部
keys-filter-apply = 筛选
keys-filter-clear = 清除筛选
keys-none-title = 没有符合条件的密钥
keys-none-text = 换个关键词，或清除筛选条件。

caps-heading = 用量上限
caps-column = 上限
caps-text-key = 达到上限后此密钥会停用，不会耗尽账号共享的额度。留空表示不设上限。
caps-text-project = 上限由此项目的所有密钥共用。留空表示不设上限。
caps-of-project = 所属项目的上限同样有效
cap-none = 不设上限
cap-calls = 次数
cap-period = 计数周期
cap-placeholder = 不设上限
cap-hint = 留空表示不设上限，0 表示禁用此 API。
cap-save-of = 保存 { $api } 的上限
cap-day = 每天
cap-week = 每周
cap-month = 每月
cap-total = 总计
cap-used-day = 今日 { $charged } / { $calls }
cap-used-week = 本周 { $charged } / { $calls }
cap-used-month = 本月 { $charged } / { $calls }
cap-used-total = 总计 { $charged } / { $calls }
cap-renews = { $at } 重新计数
cap-never-renews = 不会重新计数

project-title = 项目
project-all = 全部项目
project-keys = 项目密钥
project-new-key = 新建密钥
project-no-keys-title = 此项目还没有密钥
project-no-keys-text = 创建一个密钥即可开始调用。
project-edit-heading = 名称与说明
project-end-heading = 删除
project-only = 这是你唯一的项目。请先创建另一个项目，再删除它。
project-delete = 删除项目
project-delete-text = 项目中的密钥会立即失效。已用次数仍计入总量。
project-delete-type = 请输入项目名称以确认：
project-delete-name = 项目名称
project-delete-now = 删除项目及其密钥

done-saved = 已保存。
done-key-deleted = 密钥已删除，使用它的调用将被拒绝。
done-old-secret-stopped = 旧密文已停用。
done-cap-set = 上限已保存，从下一次调用起生效。
done-project-deleted = 项目及其密钥已删除，历史记录仍计入总量。

problem-changed = 此项已被改为“{ $now }”。如需覆盖，请再次保存。
problem-changed-to-nothing = 此项已被清空。如需覆盖，请再次保存。
problem-changed-cap = 此项已被改为 { $period ->
    [day] 每天 { $calls } 次
    [week] 每周 { $calls } 次
    [month] 每月 { $calls } 次
   *[total] 总计 { $calls } 次
}。如需覆盖，请再次保存。
problem-rotated = 此密钥刚被轮换过，当前为 { $now }。如需另一个新密文，请再次轮换。
problem-project-deleted = 项目“{ $name }”已被删除，请选择其他项目。
problem-project-gone = 此项目已不存在，未做任何更改。
problem-key-gone = 此密钥已不存在，未做任何更改。
problem-last-project = 这是你唯一的项目，请先创建另一个。
problem-not-the-name = 请输入与所示完全一致的名称。
problem-unknown-choice = 请从列表中选择。
problem-sent = 此表单已提交并处理过。如需再做一次，请重新提交。
problem-sent-key = 此表单已提交过，密钥已创建。密文只显示一次，无法再次显示；如未保存，请轮换该密钥。如需再创建一个，请重新提交。
problem-sent-rotation = 此表单已提交过，密钥已轮换。新密文只显示一次，无法再次显示；如未保存，请再轮换一次。

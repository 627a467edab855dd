# 快速开始与限额。

nav-limits = 限额
nav-quick-start = 快速开始

limits-title = 限额
limits-lead = 免费额度、单次调用的上限，以及你的账号现有的额度。
limits-quota-heading = 调用额度
limits-call-heading = 单次调用限制
limits-api = API
limits-consumption = 计量方式
limits-calls = 调用次数
limits-one-each = 每次成功请求消耗 1 次
limits-free = 免费额度
limits-granted = 已发放
limits-charged = 已消耗
limits-remaining = 剩余
limits-shared = 额度按账号计算，账号下的所有项目和 API 密钥共享。
limits-failed-free = 失败的请求（鉴权失败、参数错误、超出限制等）不消耗额度。
limits-codes = 查看错误码说明
limits-input = 单次最大输入
limits-output = 单次最大输出
limits-total = 调用总次数上限
limits-tokens = { $most } tokens
limits-items = { $noun ->
    [memories] { $most } 条记忆
    [messages] { $most } 条消息
   *[other] { $most } { $noun }
}
limits-no-limit = 不限
limits-over-free = 超出单次限制的请求会返回相应的错误码，不扣除额度。
limits-advice = 建议每秒不超过 { $rate } 次请求。这不是硬性限制，但高并发可能受平台容量影响，请按实际需要控制请求频率。
limits-more-heading = 需要更多调用次数？
limits-more-text = 告诉我们你在做什么。新发放的额度从下一次调用起生效。

start-title = 快速开始
start-lead = 四步完成第一次调用。
start-base-heading = 将客户端指向此 Base URL
start-base-text = 所有调用都发往这个地址之下，代码的其他部分无需改动。
start-copy-base = 复制 Base URL
start-key-heading = 准备 API 密钥
start-key = API 密钥
start-use-key = 使用此密钥
start-no-key = 你还没有 API 密钥。请先创建一个：密钥只显示一次，并附带可直接粘贴的首次调用命令。
start-make-key = 创建 API 密钥
start-secret = 以下示例使用“{ $name }”（{ $hint }）。系统只保存密钥的哈希值，无法再次显示密钥原文。如果你已没有原文，请新建一个。
start-export = 将密钥原文填入变量 { $variable }，替换 YOUR_API_KEY。下面的示例都从该变量读取密钥。
start-export-label = 设置密钥的命令
start-call-heading = 发起调用
start-language = 示例语言
start-needs-curl = 粘贴到终端即可运行。
start-needs-python = 需要 Python 3 和 requests 包。
start-needs-javascript = 需要 Node.js 18 或更高版本。保存为 call.mjs，然后运行 node call.mjs。
start-official = 使用官方客户端（pip install MemoryOS）
start-copy-snippet = 复制示例：{ $name }
start-test-heading = 或在此发送一次测试调用
start-test-no-key = 创建 API 密钥后，即可在本页发送调用。
start-test-text = 通过同一网关真实调用一次“{ $api }”：消耗 1 次额度，并计入你的用量。
start-test-send = 发送测试调用
start-test-good = 调用成功，已扣除 1 次。
start-test-bad = 调用失败，未扣除额度。
start-test-answer = 返回结果
start-test-code = 返回码
start-test-time = 耗时
start-test-ms = { $ms } 毫秒
start-test-id = 请求 ID

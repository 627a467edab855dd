codes-lead-statuses = 出错时返回对应的 HTTP 状态码，错误码在返回体里。这里说明每个错误码的含义和处理办法。
codes-status-note-sent = 每次应答都在 X-Request-Id 里带有请求 ID。

code-40002 = 必填字段缺失或为空
code-40002-meaning = 缺少必填字段，或字段内容为空。
code-40002-advice = 返回的 message 会指出是哪个字段。补上后重新调用。
code-40003 = 列表为空
code-40003-meaning = 必填的列表里没有任何内容。
code-40003-advice = 返回的 message 会指出是哪个列表。至少填入一项后重新调用。
code-40010 = 用户 ID 过长
code-40010-meaning = 用户 ID 超过 100 个字符。
code-40010-advice = 请改用更短的 ID，并对同一用户或会话始终使用同一个 ID。
code-40011 = 会话 ID 过长
code-40011-meaning = 会话 ID 超过 100 个字符。

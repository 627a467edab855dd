# 赠送额度：条件、状态，以及相关提醒。

grant-burnt-of = 已用
grant-used-of = { $burnt } / { $calls }
grant-state = 状态
grant-when = 时间
grant-actions = 操作
grant-in-force = 生效中
grant-all-used = 已用完
grant-upcoming = 未开始
grant-lapsed = 已到期
grant-revoked = 已收回
grant-no-end = 长期有效
grant-starts = { $at } 开始
grant-lapses = 有效期至 { $at }
grant-lapsed-at = 已于 { $at } 到期
grant-once = 仅一次
grant-every-day = 每天
grant-every-week = 每周
grant-every-month = 每月
grant-rolls-over = { $period }，剩余次数最多结转 { $most } 次
grant-rest = 上一周期结转
grant-priority-is = 优先级 { $priority }
grant-terms = 起止时间与重复
grant-first-day = 第一天
grant-first-day-hint = 留空则立即生效。
grant-last-day = 最后一天
grant-last-day-hint = 留空则长期有效。日期以该账号的时区为准。
grant-recurs = 发放方式
grant-roll-over = 可结转次数
grant-roll-over-hint = 剩余次数最多结转这么多到下一周期，其余到期作废。
grant-priority = 优先级
grant-priority-hint = −100 到 100，通常为 0。数值越小越先使用。
grant-revoke = 收回
grant-revoke-what = 收回：{ $api }
grant-revoke-text = 尚未使用的次数将被收回，进行中的调用不受影响。
grant-revoke-recurring-text = 尚未使用的次数将被收回，之后不再发放。进行中的调用不受影响。
grant-revoke-now = 确认收回
done-grant-revoked = 已收回该额度。
problem-grant-over = 该额度已到期或已被收回，本次未做任何更改。
problem-ends-before-start = 最后一天早于第一天。

limits-grants-heading = 你的额度
limits-grants-text = 先到期的额度先使用。

alert-lapse = { $calls ->
   *[other] { $api }：有 { $shown } 次额度将于 { $at } 到期。
}
alert-lapse-see = 查看额度
alert-pace = 你的账号每秒调用超过 { $rate } 次。请求仍会处理，建议放慢速度。
alert-pace-see = 查看建议
alert-dismiss-pace = 知道了：调用频率

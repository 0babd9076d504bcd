"""The Chinese pages of the commands for stop and resume, alerts and deliveries. Owns words only."""

from __future__ import annotations

CONTROL: dict[str, tuple[str, dict[str, str]]] = {
    "control show": (
        (
            "查看账号的服务状态：可用额度及可用天数、各产品的状态、各项设置。\n\n付款方同时看到由其代付的子账号的产品；子账号显示付款方的额度（以其为准），仅限有权查看者。"
        ),
        {"account": "账号。"},
    ),
    "control history": (
        (
            "停复机历史：何时、何人、为何、当时的数字，以及期间产生的费用。\n\n"
            "每一步的费用是该产品从这一步到下一步（或到现在）的费用。"
        ),
        {"account": "账号；付款方同时看到由其代付的子账号。"},
    ),
    "control policies": ("列出已设置的停复机策略；最具体的策略有效，未设置时按默认策略。", {}),
    "control policy": (
        (
            "设置账号（或全部账号）的产品如何停复机：control policy acme --product compute --grace 48h。\n\n"
            "不给账号时对全部账号有效，不给 --product 时对全部产品有效；最具体的策略有效。"
            "每次设置的是完整的策略，未给出的按默认值。"
        ),
        {
            "account": "账号，或付款方（对其全部子账号有效）；默认全部。",
            "product": "产品；默认全部。",
            "terms": "策略。",
            "terms.grace": "可用额度小于零后继续运行多久（延停），如 90m、24h、7d；"
            "none 表示不限时长（有金额时）或不延停（无金额时）。",
            "terms.grace_amount": "延停期间容忍的欠费金额，需给出账号；它不是欠费的上限。",
            "terms.warning": "额度耗尽前多久预警。",
            "terms.retention": "停机后保留多久再释放；none 表示永久保留。",
            "terms.never_stop": "任何情况下都不停机。",
            "take_back": "撤销，改用更一般的策略。",
        },
    ),
    "control order": (
        (
            "设置付款方所在集团的停机次序：control order acme turns.csv --allowance 500.00。\n\n"
            "文件为 CSV：member、product、turn（1 最先停，99 最后停，未列出的为 50）；子账号或产品留空表示全部。"
            "设置后不再全部停机，而是按次序停最少的资源，直到每日消费降到允许的范围。"
        ),
        {
            "payer": "付款方：主账号，或自行付款的账号。",
            "file": "次序文件；不给时次序相同，先停消费最高的。",
            "allowance": "可用额度小于零且延停已结束后，每日仍允许的消费。",
            "horizon": "延停期间按次序先停一部分，使剩余的延停金额可用这么多天。",
            "take_back": "撤销次序，恢复为一次全部停机。",
        },
    ),
    "control cap": (
        (
            "设置账号每月最多消费多少：control cap acme-lab 2000.00；none 表示撤销。\n\n"
            "达到上限后该账号停机，直到下个月或提高上限，因此一个子账号不会拖停其他子账号。"
        ),
        {"account": "子账号，或任意账号。", "amount": "每个自然月的上限，或 none。"},
    ),
    "control paid-ahead": (
        (
            "记录账号的产品已预付：control paid-ahead acme compute --until 2027-01-31。\n\n"
            "已预付的产品在到期前不会停机，无论可用额度是多少；给出 --resource 时仅指该资源。"
        ),
        {
            "account": "账号。",
            "product": "产品。",
            "span": "预付的内容与时间。",
            "span.until": "最后一天，或结束时刻。",
            "span.start": "第一天，或开始时刻；默认为现在。",
            "span.resource": "资源；默认为该产品的全部资源。",
            "span.reference": "参考，例如订单号。",
        },
    ),
    "control run": (
        (
            "按时间检查所有付款方：延停与保留期结束、新的自然月开始、代金券到期。\n\n"
            "用量与资金变动时会立即判断；本命令处理时间的流逝。建议每隔几分钟运行一次，可随时重复运行。"
        ),
        {},
    ),
    "alert set": (
        (
            "某项数值越过阈值时通知账号：alert set acme low-quota 1000.00；alert set acme near-overdue 3。\n\n"
            "可用额度预警在额度降到阈值以下时发出（开启时已低于阈值则不发），此后每个静默期一次，最多五次，直到欠费。"
        ),
        {
            "account": "账号。",
            "kind": "low-quota：可用额度；high-spend：产品的单日消费；near-overdue：按最近 7 天的速度还可用的天数；"
            "expiry：代金券、储值卡、资源包或节省计划到期、信控账单到期前的天数；"
            "low-package：资源包剩余的百分比（默认 20）。",
            "threshold": "金额、天数或百分比；off 表示关闭。",
            "scope": "范围。",
            "scope.product": "high-spend 的产品；默认逐个产品分别判断。",
            "scope.quiet": "同一预警的静默时长。",
            "scope.members": "改为对该账号的每个子账号设置，要么全部设置，要么都不设置。",
        },
    ),
    "alert address": (
        (
            "设置账号的通知发往何处：alert address acme mail finance@acme.example --language en。\n\n"
            "未设置地址时写入本地文件 PARTITA_HOME/notices/notices.ndjson。"
        ),
        {
            "account": "账号。",
            "channel": "mail（邮件）；webhook（按 Standard Webhooks 签名）；"
            "apprise（钉钉、飞书、企业微信群机器人）；file（本地文件）。",
            "address": "邮箱、https 地址、apprise 地址，或本地文件的名称。",
            "language": "通知的语言。",
            "off": "不再发往该地址。",
        },
    ),
    "alert list": ("列出账号的预警设置、通知去向与已发出的预警。", {"account": "账号。"}),
    "outbox deliver": (
        (
            "发送到期的消息：先是发给云的停复机指令，再是通知，均按产生的次序。\n\n"
            "失败的消息以越来越长的间隔重试；建议每分钟运行一次，中断不会丢失任何内容。已被后续消息取代的不再发送。"
        ),
        {"limit": "本次最多尝试多少条。"},
    ),
    "outbox show": (
        "列出未完成的消息及最近一次尝试的结果，最早的在前。",
        {"everything": "同时列出已完成的消息。", "limit": "最多列出多少条。"},
    ),
}

"""The Chinese pages of `--help`: for each command what it does, and each of its parameters.

Owns words only. The English twins are the docstrings of the commands; a test holds both to the same parameters.
"""

from __future__ import annotations

from partita.cli.chinese.accounts import ACCOUNTS
from partita.cli.chinese.bills import BILLS
from partita.cli.chinese.catalog import CATALOG
from partita.cli.chinese.clearing import CLEARING
from partita.cli.chinese.commitments import COMMITMENTS
from partita.cli.chinese.control import CONTROL
from partita.cli.chinese.funds import FUNDS
from partita.cli.chinese.invoices import INVOICES
from partita.cli.chinese.orders import ORDERS
from partita.cli.chinese.relations import RELATIONS
from partita.cli.chinese.vouchers import VOUCHERS

_MONTHS = "一个账期（2026-10）或一段（2026-08..2026-10）；默认全部。"
_RUN_TWICE = "同样的内容再次导入不会有任何变化。"
_TIMES = "时间可写日期（2026-10-31，含当日全天）或带时区的时刻（2026-10-31T12:00+08:00，不含该时刻）。"

CHINESE: dict[str, tuple[str, dict[str, str]]] = {
    "demo": (
        (
            "从头到尾演示一个集团的几个月：关联账号、充值、用量、停复机、出账、订购、销账、开票、退订、核对。\n\n"
            "演示有自己的账簿（PARTITA_HOME/demo），每次重新建立，不影响您的账簿。"
        ),
        {
            "lines": "三个月至少生成多少条用量。",
            "seed": "换一个种子，生成另一组用量。",
            "keep_files": "保留演示的账簿和文件，以便继续查看。",
            "dry_run": "说明将在何处演示、会删除什么。",
            "as_json": "以一个 JSON 文档输出账单和等式，不显示各页。",
        },
    ),
    "setup apply": (
        (
            "把文件夹中 CSV 文件里的组织与价目导入账簿：要么全部导入，要么什么都不导入。\n\n"
            "文件为 enterprises.csv、units.csv、accounts.csv、products.csv、skus.csv、prices.csv、discounts.csv，"
            f"可以只有其中几个。{_RUN_TWICE}"
        ),
        {"folder": "存放这些文件的文件夹。", "dry_run": "显示将新增的内容，不保存。"},
    ),
    "setup show": ("查看当前的组织与价目；加 --json 列出所有账号。", {}),
    "import usage": (
        (
            "导入用量文件：CSV、NDJSON（可为 .gz）或 Parquet。\n\n"
            f"{_RUN_TWICE}无法导入的行连同行号、列、值和原因写入 --rejects 的文件，其余照常导入；此时退出码为 6。"
        ),
        {
            "file": "用量文件。",
            "rejects": "被拒绝的行写到哪里；默认为 文件名.rejects.csv。",
            "name": "这一批次的名称；默认为文件名。",
            "dry_run": "检查每一行，不写入任何内容。",
        },
    ),
    "import bill": (
        f"导入厂商账单：要么全部导入，要么什么都不导入。\n\n{_RUN_TWICE}打印精确的等式：文件合计 = 计费行合计 + 尾差。",
        {
            "file": "厂商给出的账单：CSV、CSV.gz 或 Parquet。",
            "format": "账单格式。",
            "currency": "拒绝其他币种的行；阿里云账单不写币种，默认按 CNY，可在此指定。",
            "replace": "替换同一付款方、同一账期的先前导入。",
            "dry_run": "读取、检查并合计，不保存。",
            "json": "以一个 JSON 文档输出。",
        },
    ),
    "rate": (
        "为未关账账期的全部用量批价，得到暂估的计费行。\n\n没有新用量时再次运行不会有任何变化。",
        {"month": "账期，例如 2026-10。"},
    ),
    "close": (
        (
            "出账：为一个账期批价、出账单、入账、结算。可以随时中断，再次运行即可继续。\n\n"
            "对已关账的账期再次运行不会有任何变化。加 --dry-run 只计算账单，不保存。"
        ),
        {"month": "账期，例如 2026-10。"},
    ),
    "bill show": (
        "查看付款方某账期的账单，按账号或按产品汇总。",
        {
            "payer": "付款方账号。",
            "month": "账期，例如 2026-10。",
            "by": "按 account（账号）或 product（产品）汇总。",
            "lines": "显示每一行明细。",
        },
    ),
    "bill list": ("账单列表。", {"month": "只列该账期。", "payer": "只列该付款方。"}),
    "bill clear": (
        (
            "以账号的资金清偿未结清账单，先清最早账期，例如 bill clear acme。\n\n"
            "资金到账时会自动进行；本命令用于其他方式空出的资金。--dry-run 只说明将支付什么。重复执行不会再有变化。"
        ),
        {"account": "账号。"},
    ),
    "bill explain": (
        (
            "讲述一行账单明细从用量到资金的全过程：bill explain bill_… 3。\n\n"
            "用量文件与话单、价格与阶梯、折扣、四种费用、分摊的应付与抹零、由哪些资金支付，以及带哈希的分录。"
            "bill show --lines 给出行号。"
        ),
        {"bill": "账单编号（bill_…）。", "line": "行号。"},
    ),
    **FUNDS,
    "ledger statement": (
        f"明细账：按生效时间列出账号的每一笔记账及其后的余额。\n\n{_TIMES}",
        {
            "account": "账号。",
            "only": "只看 cash（现金）、receivable（应收）、bank（银行）或 revenue（收入）。",
            "effective_from": "从何时生效的业务起。",
            "effective_until": "到何时生效的业务止。",
            "recorded_until": "按当时账上的记录查看。",
        },
    ),
    "ledger balances": (
        f"余额：某个账号或全部付款方的所有科目余额，可按两种时间回看。\n\n{_TIMES}",
        {
            "account": "账号；默认全部付款方。",
            "effective_until": "到何时生效的业务止。",
            "recorded_until": "按当时账上的记录查看。",
        },
    ),
    "ledger reverse": (
        (
            "冲销分录（ent_…）：新增一笔与之相连的镜像分录，只能一次；从不修改或删除。\n\n"
            "账单产生的分录不手工冲销，由下一期账单更正。"
        ),
        {"entry": "要冲销的分录。", "reason": "原因，写入新分录。"},
    ),
    "report cost": (
        "按任意维度分析全部费用，包括本系统批价的和导入的。",
        {
            "by": "维度，以逗号分隔：account、payer、company、department、team、path、product、sku、month、tag:键……",
            "month": _MONTHS,
            "where": "只看 维度=值 的费用；可多次给出。",
            "tree": "then（按用量发生时的组织树）或 now（按现在的组织树）。",
            "shown": "显示方式。",
            "shown.measure": "billed（应付）、list（原价）、contracted（合同价）或 effective（摊销）。",
            "shown.top": "显示多少行；其余合并为一行。",
        },
    ),
    "verify": (
        (
            "从原始用量和文件全部重算，打印每个等式的两边。\n\n"
            "全部成立时退出码为 0，否则为 4，并指出被改动或损坏的内容。正在关账的账期会注明，不算错误。"
        ),
        {},
    ),
    "export focus": (
        "把费用导出为 FOCUS 1.2 数据集（57 列），并证明文件中的金额与账上相同。",
        {
            "to": "要写的文件，以 .parquet 或 .csv 结尾；新文件写完后才替换同名文件。",
            "month": _MONTHS,
            "what": "导出哪些费用。",
            "what.only": "all（全部）、own（本系统批价）或 imported（厂商账单）。",
            "what.payer": "只导出该账号支付的费用。",
            "what.issuer": "我方账单的开具方：自有费用的 ProviderName 与 InvoiceIssuerName。",
        },
    ),
    "focus check": (
        "用官方 FOCUS 规则检查文件（Parquet 或 CSV）；有不应失败的规则失败时退出码为 4。",
        {
            "file": "数据集。最好用 Parquet：CSV 没有类型，形如数字的编号会被判为不是文本。",
            "rules": "官方规则模型，例如 model-1.2.0.1.json。",
            "currencies": "ISO 4217 币种代码的 CSV；不给出时任意三个大写字母都视为币种。",
            "criteria": "厂商支持哪些特性：ALL、none，或以逗号分隔的名称。",
            "reading": "official（与官方校验器一致，但按规范接受 Unicode）、strict（逐行严格按每条规则）"
            "或 ascii（与官方校验器完全一致，非 ASCII 文本视为失败）。",
        },
    ),
    "db status": ("查看账簿使用哪个数据库、是否运行、位于何处；不启动任何进程。", {}),
    "db stop": (
        "干净地停止内置数据库。最后一个命令结束几分钟后它也会自行停止。",
        {"force": "即使有其他命令正在使用也停止；已提交的内容保留。"},
    ),
    "db run": (
        (
            "以数据库所有者身份在账簿的数据库上运行程序，例如 pg_dump --file books.sql 或 psql。\n\n"
            "需要时启动服务器，并在此期间保持运行；优先使用随附的 PostgreSQL 程序。"
        ),
        {"command": "程序及其参数。"},
    ),
    **ACCOUNTS,
    **CLEARING,
    **CONTROL,
    **INVOICES,
    **BILLS,
    **ORDERS,
    **COMMITMENTS,
    **CATALOG,
    **RELATIONS,
    **VOUCHERS,
}

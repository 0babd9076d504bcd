"""The group of the demo: 星河集团 (Galaxy Group), its companies, departments and accounts, and who pays for whom.

An invention. Owns the organisation files, which account is linked to which main account and how, and what each account
is like: how much it uses, of what, and its tags. Both modes appear: members whose main account pays (财务托管), members
that pay for themselves (财务管理), some of them with a verified entity of their own, and one that is upgraded on the
way. Does not own the story of the youngest company (`voyage`).
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core.permission import RelationPermission

ENTERPRISE = "galaxy"
OPENED = "2026-01-01"

Rows = list[tuple[str, ...]]

_COMPANIES = (
    ("tech", "星河科技 Galaxy Technology"),
    ("media", "星河文娱 Galaxy Media"),
    ("mind", "星河智能 Galaxy Mind"),
    ("voyage", "星河云游 Galaxy Voyage"),
)
ENTITIES = (("91330100MA2GXK010W", "星河集团有限公司"), ("91110108MA01MRTJ0A", "星河研究院有限公司"))
"""The legal entities of the group: its own, and that of the research institute; the numbers are inventions."""
_OWN_ENTITY = "research"
"""The department that is a legal entity of its own: its accounts confirm, and share no money and no credit."""
_FLEET = ("tech", "media", "mind")
"""The companies whose usage the fleet makes."""
TRAVELLERS = {
    "voyage-main": "云游 主账号",
    "voyage-booking": "云游 订票",
    "voyage-maps": "云游 地图",
    "voyage-app": "云游 应用",
    "voyage-lab": "云游 实验室",
    "voyage-nightly": "云游 夜间任务",
}
"""The accounts of the youngest company, whose story `voyage` tells: the main account first."""


@dataclass(frozen=True, slots=True)
class Department:
    """A department: its company, names, home region, cost centre, and how much it likes each product."""

    name: str
    company: str
    title: str
    region: str
    cost_centre: str
    taste: dict[str, int]
    projects: tuple[str, ...]
    paid_by_main: bool


_DEPARTMENTS = """
# department | company | title | region | cost centre | who pays | taste (others weigh 1) | projects
search   | tech  | 搜索推荐部 Search       | cn-hangzhou    | CC-1010 | main | compute 7, database 4, block-storage 4, ai 4    | ranking, indexing, feeds
commerce | tech  | 电商平台部 Commerce     | cn-hangzhou    | CC-1020 | main | compute 6, database 8, messaging 7, network 5   | checkout, catalogue, loyalty
data     | tech  | 数据平台部 Data         | cn-zhangjiakou | CC-1030 | main | compute 6, object-storage 9, block-storage 6    | warehouse, streaming
platform | tech  | 基础架构部 Platform     | cn-shanghai    | CC-1040 | main | container 9, network 6, compute 5, messaging 4  | mesh, observability, build
video    | media | 视频业务部 Video        | cn-shanghai    | CC-2010 | main | network 10, object-storage 8, compute 4         | live, vod, transcode
games    | media | 游戏业务部 Games        | cn-guangzhou   | CC-2020 | main | compute 8, network 6, database 5, messaging 4   | odyssey, lanterns
ads      | media | 广告业务部 Advertising  | cn-beijing     | CC-2030 | self | database 6, messaging 6, compute 5, ai 2        | bidding, attribution
studio   | media | 内容制作部 Studio       | cn-beijing     | CC-2040 | self | object-storage 7, block-storage 6, compute 3    | render, archive
genai    | mind  | 大模型应用部 GenAI      | cn-beijing     | CC-3010 | self | ai 14, compute 4, container 4, object-storage 3 | assistant, agents
cockpit  | mind  | 智能座舱部 Cockpit      | cn-shanghai    | CC-3020 | self | ai 6, messaging 6, container 4, compute 3       | voice-drive, telemetry
speech   | mind  | 语音技术部 Speech       | cn-hangzhou    | CC-3030 | self | ai 8, compute 5, object-storage 4               | dictation, dubbing
research | mind  | 研究院 Research         | cn-zhangjiakou | CC-3040 | self | ai 5, compute 7, block-storage 4                | pretraining, evaluation
"""  # noqa: E501 - one line a department reads best

_STAGES = (("prod", "生产", 10), ("staging", "预发", 2), ("dev", "研发", 3))
RUNAWAY_ACCOUNT = "galaxy-genai-prod"
"""Whose model inference runs away for three days."""
UPGRADED_ACCOUNT = "galaxy-cockpit-prod"
"""Whose management is upgraded to trusteeship on the way."""
_MOVER = ("galaxy-ads-staging", "2026-10-01", "studio")
"""The account that moves to another department, when and where to."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account is like: how much of which product it uses, and the tags of its resources."""

    account_id: str
    weight: int
    environment: str
    department: Department


def organisation() -> dict[str, tuple[tuple[str, ...], Rows]]:
    """Return the organisation files: name → (columns, rows)."""
    companies = [(ENTERPRISE, company, "", "company", title) for company, title in _COMPANIES]
    departments = [(ENTERPRISE, one.name, one.company, "department", one.title) for one in _departments()]
    return {
        "enterprises.csv": (
            ("enterprise_id", "name", "zone", "currency"),
            [(ENTERPRISE, "星河集团 Galaxy Group", "Asia/Shanghai", "CNY")],
        ),
        "units.csv": (("enterprise_id", "org_unit_id", "parent_id", "kind", "name"), [*companies, *departments]),
        "accounts.csv": (
            ("account_id", "enterprise_id", "name", "org_unit_id", "payer_id", "effective_from"),
            _accounts(),
        ),
    }


def profiles() -> list[Profile]:
    """Return what each account of the fleet is like; the three main accounts use little, the shared one more."""
    departments = _departments()
    members = [Profile(_account(one, stage), weight, stage, one) for one in departments for stage, _, weight in _STAGES]
    mains = [Profile(main_account(company), 1, "prod", _first_of(company)) for company in _FLEET]
    return [*mains, Profile("galaxy-shared-security", 3, "prod", departments[3]), *members]


def links() -> tuple[tuple[str, ...], Rows]:
    """Return the batch that links members to their main accounts: columns and rows.

    The three companies of the fleet; under 财务管理 a main account sees, shares its discounts where the entity is the
    same, and no more.
    """
    departments = {f"galaxy-{one.name}-{stage}": one for one in _departments() for stage, _, _ in _STAGES}
    rows: Rows = [(main_account("tech"), "galaxy-shared-security", "trusteeship", "")]
    for account, one in departments.items():
        codes = _SEES if one.name == _OWN_ENTITY else f"{_SEES} {_SHARES}"
        mode = "trusteeship" if one.paid_by_main else "management"
        rows.append((main_account(one.company), account, mode, "" if one.paid_by_main else codes))
    return ("main", "member", "mode", "permissions"), rows


def invited() -> list[str]:
    """Return the accounts that have to confirm, because another legal entity stands behind them."""
    return [f"galaxy-{_OWN_ENTITY}-{stage}" for stage, _, _ in _STAGES]


def entity_of(account_id: str) -> tuple[str, str]:
    """Return the legal entity behind an account: its unified social credit code and its name."""
    return ENTITIES[account_id.startswith(f"galaxy-{_OWN_ENTITY}-")]


_SEES = "CHECK_FINANCE_INFO CHECK_TARGET_CONSUMPTION"
_SHARES = "SYNCHRONIZE_FINANCE_DISCOUNT_POLICY_TO_TARGET"
SEES = frozenset(RelationPermission[word] for word in _SEES.split())


def main_account(company: str) -> str:
    """Return the main account (主账号) of a company."""
    return f"galaxy-{company}-main"


def _accounts() -> Rows:
    rows: Rows = [
        (main_account(company), ENTERPRISE, f"{title.split()[0]} 主账号", company, "", OPENED)
        for company, title in _COMPANIES
        if company in _FLEET
    ]
    rows += [(account, ENTERPRISE, name, "voyage", "", OPENED) for account, name in TRAVELLERS.items()]
    rows.append(("galaxy-shared-security", ENTERPRISE, "集团安全 Security", "platform", "", OPENED))
    for one in _departments():
        for stage, title, _ in _STAGES:
            name = f"{one.title.split()[0]} {title}"
            rows.append((_account(one, stage), ENTERPRISE, name, one.name, "", OPENED))
    mover, moved, unit = _MOVER
    rows.append((mover, ENTERPRISE, "广告业务部 预发", unit, "", moved))
    return rows


def _departments() -> list[Department]:
    departments = []
    for name, company, title, region, cost_centre, payer, taste, projects in read_rows(_DEPARTMENTS):
        weights = {product: int(weight) for product, weight in (pair.split() for pair in taste.split(", "))}
        departments.append(
            Department(name, company, title, region, cost_centre, weights, tuple(projects.split(", ")), payer == "main")
        )
    return departments


def read_rows(text: str) -> Rows:
    """Read a table of this story: a line a row, `|` between values, `#` for remarks."""
    lines = (line for line in text.strip().splitlines() if not line.startswith("#"))
    return [tuple(word.strip() for word in line.split("|")) for line in lines]


def _account(department: Department, stage: str) -> str:
    return f"galaxy-{department.name}-{stage}"


def _first_of(company: str) -> Department:
    return next(one for one in _departments() if one.company == company)

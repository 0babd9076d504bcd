"""Resource packages and savings plans: granted, renewed, upgraded, shared, ended; shown, traced and reported.

`package` and `plan` grant, `buying` sells, `ordering` is for customers, `serving` says whom they serve, `show` and
`report` tell. Rules: PKG-1 … PKG-8, PLAN-1 … PLAN-5, DEDUCT-5, DEDUCT-8, DEDUCT-9.
"""

from partita.core.resource_package import PackageChange, PackageOffer
from partita.core.savings_plan import PlanOffer
from partita.usecases.commitment.buying import Granted
from partita.usecases.commitment.ordering import order_change, order_plan
from partita.usecases.commitment.package import grant_package, renew_package, upgrade_package
from partita.usecases.commitment.plan import grant_plan
from partita.usecases.commitment.report import (
    CoverageRow,
    DeductRow,
    Reported,
    UtilisationRow,
    coverage,
    deduct_log,
    utilisation,
)
from partita.usecases.commitment.serving import Served, end, owner_of, share, skip
from partita.usecases.commitment.show import PackageShown, PlanShown, left_of, list_packages, list_plans

__all__ = [
    "CoverageRow", "DeductRow", "Granted", "PackageChange", "PackageOffer", "PackageShown", "PlanOffer", "PlanShown",
    "Reported", "Served", "UtilisationRow", "coverage", "deduct_log", "end", "grant_package", "grant_plan", "left_of",
    "list_packages", "list_plans", "order_change", "order_plan", "owner_of", "renew_package", "share", "skip",
    "upgrade_package", "utilisation",
]  # fmt: skip

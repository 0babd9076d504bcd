"""Resource packages and savings plans: granted, renewed, upgraded, shared, ended; shown, traced and reported.

`package` and `plan` grant, `buying` pays, `serving` says whom they serve, `show` and `report` tell.
Rules: PKG-1 … PKG-6, PLAN-1 … PLAN-4, DEDUCT-5, DEDUCT-8, DEDUCT-9.
"""

from partita.usecases.commitment.buying import Granted
from partita.usecases.commitment.package import PackageOffer, grant_package, renew_package, upgrade_package
from partita.usecases.commitment.plan import PlanOffer, grant_plan
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
    "CoverageRow", "DeductRow", "Granted", "PackageOffer", "PackageShown", "PlanOffer", "PlanShown", "Reported",
    "Served", "UtilisationRow", "coverage", "deduct_log", "end", "grant_package", "grant_plan", "left_of",
    "list_packages", "list_plans", "owner_of", "renew_package", "share", "skip", "upgrade_package", "utilisation",
]  # fmt: skip

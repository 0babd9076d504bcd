"""Resource packages and savings plans in PostgreSQL: what was bought, whom it serves, and what usage took of it.

`packages` and `plans` have what was bought, `ordered` what orders will start, `serving` whom it serves and what it
gives to the usage of a month, `use` what closed and open months took. Rows are only ever added, but for what open
months took. Rules: PKG-3, PLAN-1.
"""

from partita.store.commitment.ordered import Offer, Ordered, add_ordered, ordered_by
from partita.store.commitment.packages import (
    Bought,
    PackageRow,
    add_package,
    add_stretch,
    orders_of,
    package_of,
    packages_of,
)
from partita.store.commitment.packages import by_key as package_by_key
from partita.store.commitment.plans import PlanRow, add_plan, plan_of, plans_of
from partita.store.commitment.plans import by_key as plan_by_key
from partita.store.commitment.serving import (
    Owned,
    add_cuts,
    add_end,
    add_share,
    add_skip,
    charging_months,
    end_of,
    ends_at,
    known,
    of_month,
    owner_of,
    shares_of,
    skips_of,
)
from partita.store.commitment.use import (
    Taken,
    clear_running,
    running_of,
    save_use,
    set_running,
    taken_before,
    taken_in_all,
)

__all__ = [
    "Bought", "Offer", "Ordered", "Owned", "PackageRow", "PlanRow", "Taken", "add_cuts", "add_end", "add_ordered",
    "add_package", "add_plan", "add_share", "add_skip", "add_stretch", "charging_months", "clear_running", "end_of",
    "ends_at", "known", "of_month", "ordered_by", "orders_of", "owner_of", "package_by_key", "package_of",
    "packages_of", "plan_by_key", "plan_of", "plans_of", "running_of", "save_use", "set_running", "shares_of",
    "skips_of", "taken_before", "taken_in_all",
]  # fmt: skip

"""Stop and resume (停复机): decided where money or usage moves, run by the clock, set, shown and looked up.

`look` decides, `run` goes through all payers, `setting` sets, `show` shows. Rules: STOP-1 … STOP-11
(`docs/rules/service_control.md`).
"""

from partita.usecases.service_control.look import look, watch
from partita.usecases.service_control.run import Ran, run
from partita.usecases.service_control.setting import (
    CapSet,
    OrderSet,
    PaidAheadSet,
    PolicySet,
    pay_ahead,
    set_cap,
    set_order,
    set_policy,
    zone_of,
)
from partita.usecases.service_control.show import (
    ControlShown,
    ItemShown,
    QuotaShown,
    StepShown,
    history,
    policies,
    show,
)

__all__ = [
    "CapSet", "ControlShown", "ItemShown", "OrderSet", "PaidAheadSet", "PolicySet", "QuotaShown", "Ran", "StepShown",
    "history", "look", "pay_ahead", "policies", "run", "set_cap", "set_order", "set_policy", "show", "watch",
    "zone_of",
]  # fmt: skip

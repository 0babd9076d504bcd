"""Alerts (预警): told where figures move, and by the clock for what ends or is used up; set, addressed and listed.

`look` tells what crosses a threshold, `ending` what ends soon, `package` what is nearly used up; `setting` is for
people. Rules: ALERT-1 … ALERT-6 (`docs/rules/alert.md`), PKG-6.
"""

from partita.usecases.alert.ending import tell_endings
from partita.usecases.alert.look import Seen, look
from partita.usecases.alert.package import tell_low_packages
from partita.usecases.alert.setting import (
    AddressSet,
    AlertSet,
    AlertsShown,
    set_address,
    set_alert,
    set_for_members,
    show,
)

__all__ = [
    "AddressSet", "AlertSet", "AlertsShown", "Seen",
    "look", "set_address", "set_alert", "set_for_members", "show", "tell_endings", "tell_low_packages",
]  # fmt: skip

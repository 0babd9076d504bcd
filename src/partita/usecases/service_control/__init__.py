"""Stop and resume (停复机): decided where money or usage moves, run by the clock, set, shown and looked up.

`look` decides, `intake` takes usage in and decides at once, `run` goes through all payers. Rules: STOP-1 … STOP-11
(`docs/rules/service_control.md`).
"""

from partita.usecases.service_control.look import look, watch

__all__ = ["look", "watch"]

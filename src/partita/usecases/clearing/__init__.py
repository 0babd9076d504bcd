"""Clearing (销账): what a payer owes is paid, by itself (`automatic`) or as chosen (`custom`); the `switch` between.

`custom` and `switch` are asked for by their own names: they build on the commands of funds, which build on `automatic`.
"""

from partita.usecases.clearing.automatic import (
    BillPaid,
    BillsCleared,
    Clearing,
    clear,
    clear_bills,
    on_no_bill,
    set_off,
)

__all__ = ["BillPaid", "BillsCleared", "Clearing", "clear", "clear_bills", "on_no_bill", "set_off"]

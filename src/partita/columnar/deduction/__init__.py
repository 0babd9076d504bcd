"""Deduction in bulk (抵扣): what packages and plans take off all usage of a bucket. The fast twin of `core.deduction`.

Owns the look-up tables and the statements: which usage is offered to which commitment, one pass after the other, the
charges that cover it, the unused rest of windows and the fees of plans. A pass is a window sum: a commitment takes from
the usage in its order until its window is full. There are as many passes as commitments of one payer that cover the
same SKU at the same time. Does not own the price of what is left (`columnar.rating`). Rules: DEDUCT-1 … DEDUCT-6,
DEDUCT-10.

`look_up` lays the tables out, `take` deducts, `charges` says what follows.
"""

from partita.columnar.deduction.charges import covered_sql, fees_sql, newly_used_sql, unused_sql
from partita.columnar.deduction.look_up import lay_out, tables_of
from partita.columnar.deduction.take import CHARGED, CHARGED_WINDOWS, LEFT, LEFT_LATE, RUNNING, deduct

__all__ = [
    "CHARGED", "CHARGED_WINDOWS", "LEFT", "LEFT_LATE", "RUNNING",
    "covered_sql", "deduct", "fees_sql", "lay_out", "newly_used_sql", "tables_of", "unused_sql",
]  # fmt: skip

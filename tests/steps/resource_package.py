"""Plays packages and plans on real books: the words of `steps.world`, and beside them the verbs of `Bought`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from case_file import Case
from conftest import Clock
from partita.core.money import Money, format_scaled
from partita.core.period import DEFAULT_ZONE, Cycle, Month
from partita.core.quantity import format_quantity, parse_price, parse_quantity
from partita.core.refusal import Refused
from partita.core.savings_plan import PayMode
from partita.store import charge as charge_store
from partita.store import commitment as commitment_store
from partita.usecases import commitment
from partita.usecases.commitment import Granted, PackageOffer, PlanOffer
from partita.usecases.rating import rate_month
from partita.usecases.relation.create import link  # noqa: F401 - the world relates accounts
from partita.usecases.work import Books
from steps.pricebook import Words, instant
from steps.world import World

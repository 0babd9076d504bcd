"""Stored-value cards (储值卡): bought with cash, active from their activation on, spent on bills of those months.

Rules: FUNDS-13, FUNDS-15 (`docs/rules/funds.md`), POST-11, POST-14.
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core import posting_rules
from partita.core.funds import Card, may_put_aside
from partita.core.funds import document as document_rules
from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import bill as bill_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.usecases.clearing import BillPaid
from partita.usecases.funds.command import Posted, amount_at_fault, by, holder_for, posted, saved, text_at_fault
from partita.usecases.funds.figures import figures_of
from partita.usecases.permission import authorise, authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class CardOffer:
    """What is bought: what is on the card, what it costs, and for how many days it is valid once active."""

    face: Money
    price: Money
    valid_days: int | None = None


@dataclass(frozen=True, slots=True)
class CardMoved:
    """A card as it stands after a command, and the cash of the account; `bills_paid`: what that cash paid (CLEAR-1)."""

    card: Card
    cash: Money
    entry_id: str
    repeated: bool
    dry_run: bool
    bills_paid: tuple[BillPaid, ...] = ()


@dataclass(frozen=True, slots=True)
class CardsExpired:
    """Cards that lapsed now, each with what was left on it; `waiting`: those whose last month is not closed yet."""

    lapsed: list[tuple[Card, Money]]
    waiting: int
    dry_run: bool


def buy_card(
    work: Work, *, account_id: str, offer: CardOffer, idempotency_key: str, dry_run: bool = False
) -> CardMoved | Refused:
    """Buy a card with the free cash of an account, once per key (FUNDS-13).

    What is on the card above its price is a gift, which only who may give money can make. Refused in this order: what
    `authorise` says (of buying, then of giving), UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT,
    CARD_PRICE_ABOVE_FACE, BAD_DAYS, BAD_TEXT; then, unless the key is known (IDEMPOTENCY_KEY_REUSED for other content),
    SOURCE_OVERDUE, EXCEEDS_FREE_CASH.
    """
    holder = holder_for(work, Action.BUY_CARD, account_id)
    if isinstance(holder, Refused):
        return holder
    card_id = derived_id("card", account_id, idempotency_key)
    card = Card(account_id, card_id, offer.face, offer.price, offer.valid_days)
    if no := _offer_at_fault(work, card, holder.currency) or text_at_fault({"key": idempotency_key}):
        return no
    draft = posting_rules.card_bought(payer_id=account_id, card_id=card_id, price=card.price, face=card.face)

    def decide() -> CardMoved | Refused:
        ledger_store.lock_payers(work.tx, [account_id])
        known = funds_store.card_by_key(work.tx, account_id, idempotency_key)
        if known is not None and (known.face, known.price, known.valid_days) != (
            card.face,
            card.price,
            card.valid_days,
        ):
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=idempotency_key)
        done = posted(
            work,
            (draft,),
            idempotency_key,
            may=lambda: may_put_aside(figures_of(work, account_id), card.price),
            also=lambda: funds_store.add_card(work.tx, card, key=idempotency_key, by=by(work)),
        )
        if isinstance(done, Refused):
            return done
        return _moved(work, known or card, done, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def activate_card(work: Work, *, account_id: str, card_id: str, dry_run: bool = False) -> CardMoved | Refused:
    """Activate a card: from now on it pays, and its days run (FUNDS-13). Once; again it answers the same.

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, UNKNOWN_CARD.
    """
    holder = holder_for(work, Action.BUY_CARD, account_id)
    if isinstance(holder, Refused):
        return holder
    found = funds_store.card(work.tx, account_id, card_id)
    if found is None:
        return refused(Reason.UNKNOWN_CARD, account=account_id, card=card_id)
    draft = posting_rules.card_activated(payer_id=account_id, card_id=card_id, face=found.face)

    def decide() -> CardMoved | Refused:
        done = posted(
            work,
            (draft,),
            card_id,
            may=lambda: None,
            also=lambda: funds_store.activate_card(work.tx, found, by(work)),
        )
        if isinstance(done, Refused):
            return done
        card = funds_store.card(work.tx, account_id, card_id)
        assert card is not None, "it was there a moment ago"
        return _moved(work, card, done, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def expire_cards(work: Work, *, dry_run: bool = False) -> CardsExpired | Refused:
    """Take what is left on cards that are over out of the books (FUNDS-15); run again it finds nothing.

    Refused: NOT_PERMITTED.
    """
    if isinstance(no := authorise_books(work), Refused):
        return no
    closed = max(bill_store.closed_months(work.tx), default=None)
    through = None if closed is None else Month.from_number(closed)

    def decide() -> CardsExpired | Refused:
        ledger_store.lock_payers(work.tx, {card.payer_id for card, _, _ in funds_store.ended_cards(work.tx, work.now)})
        ended = funds_store.ended_cards(work.tx, work.now)
        over = [
            (card, Money(left, card.face.currency))
            for card, left, zone in ended
            if card.is_over(zone, through, work.now)
        ]
        drafts = [
            posting_rules.card_lapsed(payer_id=card.payer_id, card_id=card.card_id, left=left) for card, left in over
        ]
        entries = ledger_store.append(work.tx, drafts, recorded_at=work.now)
        assert not isinstance(entries, Refused), f"a card lapses once: {entries}"
        return CardsExpired(over, len(ended) - len(over), dry_run)

    return saved(work, decide, dry_run=dry_run)


def _offer_at_fault(work: Work, card: Card, currency: str) -> Refused | None:
    if card.face != card.price:
        allowed = authorise(work, Action.GIVE_MONEY, card.payer_id)
        if isinstance(allowed, Refused):
            return allowed
    no = amount_at_fault(card.price, currency) or amount_at_fault(card.face, currency)
    return no or document_rules.may_sell(card)


def _moved(work: Work, card: Card, done: Posted, *, dry_run: bool) -> CardMoved:
    cash = -ledger_store.balance_of(work.tx, card.payer_id, posting_rules.CASH, card.face.currency)
    held, entry_id = Money(cash, card.face.currency), done.entries[0].entry_id
    return CardMoved(card, held, entry_id, done.repeated, dry_run, done.bills_paid)

"""An equation of the books: two figures that must be the same, and what was found where they are not.

Owns how a proof reads the books, how it says what it found, in both languages, and what becomes of one that cannot be
carried out. Rules: VERIFY-1 (`docs/rules/verify.md`).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import psycopg

from partita.core.money import Money, format_scaled, is_currency, minor_digits
from partita.core.refusal import Refused
from partita.store import proof as proof_store
from partita.store.db import Transaction
from partita.usecases.work import Books

_SHOWN = 20
"""How many findings of one kind are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What stands in the way of an equation, or what is worth knowing about it, as a sentence in both languages."""

    english: str
    chinese: str

    def __str__(self) -> str:
        return self.english


@dataclass(frozen=True, slots=True)
class Equation:
    """One proof (VERIFY-1): `left` and `right` are the sides as text; `findings` name each offending row or file.

    `notes` say what is worth knowing and is no fault: they do not break the equation.
    """

    name: str
    english: str
    chinese: str
    left: str
    right: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def holds(self) -> bool:
        """Say whether both sides are the same and nothing was found."""
        return self.left == self.right and not self.findings


def counted(
    name: str, english: str, chinese: str, sides: tuple[int, int], findings: Sequence[Finding], *notes: Finding
) -> Equation:
    """Return the equation of two counts; of findings and notes the first are named and the rest is counted."""
    left, right = sides
    return Equation(name, english, chinese, f"{left:,}", f"{right:,}", shortened(findings), shortened(notes))


@contextmanager
def reading(books: Books) -> Iterator[Transaction]:
    """Open a transaction for one proof: all that it reads is as of one instant, whatever others write meanwhile."""
    with books.work() as work:
        proof_store.at_one_instant(work.tx)
        yield work.tx


def attempt(name: str, proof: Callable[[], list[Equation]]) -> list[Equation]:
    """Carry out a proof; one that cannot be carried out is a finding of its own, and no other proof is lost by it.

    No finding is what says nothing about the books: a database that does not answer, too little memory or disk, a user
    who interrupts.
    """
    try:
        return proof()
    except psycopg.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - rows changed by hand can break any assumption, and that is the finding
        reraise_shortage(error)
        return [Equation(name, f"proof of {name}", f"核对 {name}", "?", "?", (trouble(error),))]


def reraise_shortage(error: Exception) -> None:
    """Raise an error again that is about this machine or the user, not about the books."""
    full = isinstance(error, OSError | duckdb.IOException) and any(text in str(error) for text in _FULL)
    interrupted = isinstance(error, duckdb.InterruptException) or str(error) == "Query interrupted"
    if full or interrupted or isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        raise error


_FULL = tuple(os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


def trouble(error: Exception, what: Finding | None = None) -> Finding:
    """Say that something, or the proof itself, cannot be worked out, with the first line of the error."""
    first = next(iter(str(error).splitlines()), "")
    reason = f"{type(error).__name__}: {first}"
    what = what or Finding("the proof", "该项核对")
    return Finding(f"{what.english}: cannot be worked out: {reason}", f"{what.chinese}：无法计算：{reason}")


def said(no: Refused) -> Finding:
    """Return a finding with the two texts of a reason."""
    return Finding(no.message("en"), no.message("zh"))


def shortened(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the first findings, and how many more there are."""
    if len(findings) <= _SHOWN:
        return tuple(findings)
    more = len(findings) - _SHOWN
    return (*findings[:_SHOWN], Finding(f"and {more:,} more", f"另有 {more:,} 项"))


def money_text(minor: int, currency: str) -> str:
    """Write minor units; those of a code that is no currency are written as they are."""
    return str(Money(minor, currency)) if is_currency(currency) else f"{minor} {currency}"


def money_read(minor: int, currency: str) -> str:
    """Write minor units for the text of a finding, as people read them (MONEY-6)."""
    return Money(minor, currency).grouped if is_currency(currency) else f"{minor} {currency}"


def exact_text(amount_e10: int, currency: str) -> str:
    """Write an exact amount with its currency."""
    places = minor_digits(currency) if is_currency(currency) else 0
    return f"{format_scaled(amount_e10, 10, places=places)} {currency}"

"""Plays the cases of unsubscribe on real books: the verbs are those of `steps.order`."""

from __future__ import annotations

from steps.order import run

__all__ = ["run"]

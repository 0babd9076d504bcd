"""Plays the cases of promotions: the verbs are those of quotes."""

from __future__ import annotations

from steps.quote import run

__all__ = ["run"]

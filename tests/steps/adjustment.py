"""Plays the cases of adjustments: the verbs are those of `steps.bill_view`."""

from __future__ import annotations

from steps.bill_view import run

__all__ = ["run"]

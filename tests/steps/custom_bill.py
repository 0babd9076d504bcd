"""Plays the cases of custom bills: the verbs are those of `steps.bill_view`."""

from __future__ import annotations

from steps.bill_view import run

__all__ = ["run"]

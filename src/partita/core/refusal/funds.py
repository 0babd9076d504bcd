"""Texts of refusals about funds, payments, transfers and holds. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

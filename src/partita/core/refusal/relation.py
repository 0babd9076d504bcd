"""Texts of refusals about relations of accounts. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

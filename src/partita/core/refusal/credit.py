"""Texts of refusals about credit limits and terms. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

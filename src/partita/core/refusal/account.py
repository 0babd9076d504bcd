"""Texts of refusals about accounts, entities, users and rights. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

"""Texts of refusals about stop and resume, alerts and deliveries. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

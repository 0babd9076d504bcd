"""Texts of refusals about vouchers, coupons, stored value and discounts. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

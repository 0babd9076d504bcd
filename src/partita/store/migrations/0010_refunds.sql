-- A refund is bounded by what was refunded before (docs/rules/funds.md FUNDS-16): found without reading all entries.
create index entry_refund on entry (payer_id) where kind in ('refunded', 'credit_refunded');

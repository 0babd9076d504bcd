-- What an order left on credit is a debt of its month like an unpaid bill (docs/rules/clearing.md CLEAR-1, dunning.md).

-- order_draw: what pays later what an order left on credit is a row of its fund and a row of credit below zero, so that
-- the sum of a line stays what it asks. (credit, credit): what is still owed; (credit, SOURCE): what a credit paid of it.
create index order_draw_credit on order_draw (payer_id, order_id) where fund = 'credit';

-- bill_id names a bill, or an order that left something on credit
alter table custom_settlement_bill drop constraint custom_settlement_bill_bill_id_fkey;
alter table dunning_reminder drop constraint dunning_reminder_bill_id_fkey;
alter table interest_charge drop constraint interest_charge_bill_id_fkey;
alter table credit_suspension drop constraint credit_suspension_bill_id_fkey;

-- what is still owed of orders, and what it was: one row an order
create view order_debt (payer_id, order_id, currency, month, charged_at, asked_minor, left_minor, market_minor, rows)
    with (security_invoker = true) as
    select d.payer_id, d.order_id, o.currency, min(c.month), min(c.charged_at),
           coalesce(sum(d.amount_minor) filter (where d.source_id = 'credit' and d.amount_minor > 0), 0)::bigint,
           coalesce(sum(d.amount_minor) filter (where d.source_id = 'credit'), 0)::bigint,
           coalesce(sum(d.amount_minor) filter (where d.source_id = 'credit' and s.seller is not null), 0)::bigint,
           count(*)
    from order_draw d
    join customer_order o on o.payer_id = d.payer_id and o.order_id = d.order_id and o.payable_minor > 0
    join order_charge c on c.payer_id = d.payer_id and c.order_id = d.order_id and c.line = d.line
    left join seller_now s on s.product_id = c.product_id and s.since <= c.charged_at
    where d.fund = 'credit' group by d.payer_id, d.order_id, o.currency;
grant select on order_debt to partita_app, partita_tenant;

create or replace view cash_kind (kind) with (security_invoker = true) as
    values ('settled'), ('cleared'), ('refunded'), ('order_paid'), ('order_refunded'), ('card_bought'),
           ('order_cleared');

-- Credits pay bills: a bill below zero, or a credit refund that was set off (docs/rules/clearing.md CLEAR-3). The ledger
-- has both sides on the receivable already, so this says only which credit pays which bill.
create table bill_offset (
    payer_id     text not null,
    bill_id      text not null references bill (bill_id),
    kind         text not null check (kind in ('bill', 'credit_refund')),
    source_id    text not null,
    amount_minor bigint not null check (amount_minor > 0),
    -- how many draws had paid the bill then: it says which of its lines the credit pays (SETTLE-9)
    after_draws  integer not null check (after_draws >= 0),
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (payer_id, bill_id, kind, source_id)
);
create index bill_offset_source on bill_offset (payer_id, source_id);
create index entry_credit_refund on entry (payer_id) where kind = 'credit_refund_applied';

-- a transaction of the gateway pays one payment
create index payment_notice_transaction on payment_notice (transaction_id);

create trigger seal before insert on bill_offset for each row execute function seal_row();
grant select, insert on bill_offset to partita_app;
alter table bill_offset enable row level security;
create policy application on bill_offset to partita_app using (true) with check (true);
create policy tenant on bill_offset for select to partita_tenant
    using (exists (select from account a where a.account_id = bill_offset.payer_id));
grant select on bill_offset to partita_tenant;

-- what is left of bills, and of what; bills of a bucket that a close is still posting are on no receivable yet
create view bill_left (payer_id, bill_id, month, currency, bucket, closed_at, payable_minor, drawn_minor,
                       set_off_minor, draws) with (security_invoker = true) as
    select b.payer_id, b.bill_id, b.month, b.currency, b.bucket, b.closed_at, b.payable_minor, coalesce(d.drawn, 0),
           coalesce(o.set_off, 0), coalesce(d.draws, 0)
    from bill b
    left join lateral (select sum(amount_minor)::bigint as drawn, max(line) as draws from draw d
                       where d.payer_id = b.payer_id and d.bill_id = b.bill_id) d on true
    left join lateral (select sum(amount_minor)::bigint as set_off from bill_offset o
                       where o.payer_id = b.payer_id and o.bill_id = b.bill_id) o on true
    where exists (select from close_step s where s.month = b.month and s.bucket = b.bucket and s.state = 'posted');
grant select on bill_left to partita_app, partita_tenant;

-- A refund is bounded by what was refunded before (docs/rules/funds.md FUNDS-16): found without reading all entries.
create index entry_refund on entry (payer_id) where kind in ('refunded', 'credit_refunded');

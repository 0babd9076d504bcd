-- What cash paid of a bill with products of several sellers, line by line (docs/rules/invoice.md, clearing.md).

-- a seller that was written wrongly is put right as long as nothing of its product is billed: the last row counts
alter table product_seller drop constraint product_seller_pkey;
alter table product_seller add column sequence integer not null default 1 check (sequence > 0);
alter table product_seller alter column sequence drop default;
alter table product_seller add primary key (product_id, sequence);

-- since: from when on the product is one of the marketplace
create view seller_now (product_id, seller, since) with (security_invoker = true) as
    select s.product_id, s.seller, first.recorded_at
    from product_seller s join product_seller first on first.product_id = s.product_id and first.sequence = 1
    where not exists (select from product_seller l where l.product_id = s.product_id and l.sequence > s.sequence);
grant select on seller_now to partita_app, partita_tenant;

-- Lines of one seller that follow each other in a bill of several sellers; '' = the operator of the books, which comes
-- first. due: what they ask (SETTLE-7); same_month: what vouchers and cards paid of it, which pay in the close alone.
-- Whatever pays later pays the rest in the order of places, so who got it is found again (INVOICE-1).
create table bill_seller (
    payer_id         text not null references account,
    bill_id          text not null references bill (bill_id),
    place            integer not null check (place > 0),
    seller           text not null,
    due_minor        bigint not null check (due_minor > 0),
    same_month_minor bigint not null check (same_month_minor between 0 and due_minor),
    recorded_at      timestamptz not null,
    row_hash         bytea not null,
    primary key (payer_id, bill_id, place)
);
create trigger seal before insert on bill_seller for each row execute function seal_row();
grant select, insert on bill_seller to partita_app;
alter table bill_seller enable row level security;
create policy application on bill_seller to partita_app using (true) with check (true);
create policy tenant on bill_seller for select to partita_tenant
    using (exists (select from account a where a.account_id = bill_seller.payer_id));
grant select on bill_seller to partita_tenant;

-- what bounced is owed again, and held back from invoices: found without reading all entries
create index entry_bounced on entry (payer_id, kind) where kind in ('acceptance_dishonoured', 'cash_owed');

-- bills made before: vouchers and cards first, own products first, as invoices of them were made
insert into bill_seller (payer_id, bill_id, place, seller, due_minor, same_month_minor, recorded_at)
select payer_id, bill_id, row_number() over (partition by payer_id, bill_id order by seller), seller, due,
       least(greatest(other - (upto - due), 0), due), recorded_at
from (
    select g.payer_id, g.bill_id, g.seller, least(g.asked, b.payable_minor - (g.upto - g.asked)) as due,
           least(g.upto, b.payable_minor) as upto,
           w.other, b.closed_at as recorded_at
    from (
        select p.payer_id, p.bill_id, coalesce(s.seller, '') as seller, greatest(sum(p.payable_minor), 0) as asked,
               sum(greatest(sum(p.payable_minor), 0))
                   over (partition by p.payer_id, p.bill_id order by coalesce(s.seller, '')) as upto,
               count(*) over (partition by p.payer_id, p.bill_id) as sellers
        from bill_product p left join seller_now s on s.product_id = p.product_id
        group by p.payer_id, p.bill_id, coalesce(s.seller, '')) g
    join bill b on b.payer_id = g.payer_id and b.bill_id = g.bill_id
    join lateral (
        select coalesce(sum(amount_minor) filter (where fund in ('voucher', 'stored_value')), 0) as other
        from draw d where d.payer_id = g.payer_id and d.bill_id = g.bill_id) w on true
    where g.sellers > 1 and g.asked > 0
) old where due > 0;

-- what payers paid in cash and its like, by what it was for ------------------------------------------------------------
-- Whoever lets customers consume in another way adds a branch here, and what it posts to `cash_kind`; nothing else has
-- to change. Vouchers are never invoiced, and what a stored-value card pays was invoiced when the card was bought. A
-- seller counts for what was billed since the product has one.
create or replace view cash_consumption (payer_id, kind, reference, seller, currency, month, consumed_at,
                                         original_minor, refunded_minor) with (security_invoker = true) as
    with turn as (
        select payer_id, bill_id, amount_minor, is_cash,
               sum(amount_minor) over (partition by payer_id, bill_id order by turn, recorded_at nulls first, source_id)
                   as upto
        from (
            select d.payer_id, d.bill_id, d.line as turn, null::timestamptz as recorded_at, d.source_id, d.amount_minor,
                   true as is_cash
            from draw d where d.fund not in ('voucher', 'stored_value')
            union all
            select o.payer_id, o.bill_id, o.after_draws, o.recorded_at, o.source_id, o.amount_minor, false
            from bill_offset o) one
        where exists (select from bill_seller s where s.payer_id = one.payer_id and s.bill_id = one.bill_id)
    ), asked as (
        select s.payer_id, s.bill_id, s.seller, s.due_minor - s.same_month_minor as rest,
               sum(s.due_minor - s.same_month_minor) over (partition by s.payer_id, s.bill_id order by s.place) as upto
        from bill_seller s
    ), part as (
        select b.payer_id, 'bill' as kind, b.bill_id as reference, g.seller, b.currency, b.month,
               b.closed_at as consumed_at, w.cash as original, 0::numeric as refunded
        from bill b
        join lateral (
            select sum(amount_minor) as cash from draw d
            where d.payer_id = b.payer_id and d.bill_id = b.bill_id and d.fund not in ('voucher', 'stored_value')
            ) w on w.cash > 0
        join lateral (
            select coalesce(min(s.seller), '') as seller from bill_product p
            join seller_now s on s.product_id = p.product_id and s.since <= b.closed_at
            where p.payer_id = b.payer_id and p.bill_id = b.bill_id) g on true
        where not exists (select from bill_seller s where s.payer_id = b.payer_id and s.bill_id = b.bill_id)
        union all
        select b.payer_id, 'bill', b.bill_id, a.seller, b.currency, b.month, b.closed_at,
               least(a.upto, t.upto) - greatest(a.upto - a.rest, t.upto - t.amount_minor), 0
        from asked a
        join turn t on t.payer_id = a.payer_id and t.bill_id = a.bill_id and t.is_cash
            and t.upto - t.amount_minor < a.upto and a.upto - a.rest < t.upto
        join bill b on b.payer_id = a.payer_id and b.bill_id = a.bill_id
        union all
        select e.payer_id, 'bill',
               'bill_' || left(encode(sha256(convert_to(
                   e.payer_id || chr(31) || split_part(p.ledger_account, '/', 2) || chr(31) || p.currency, 'UTF8')),
                   'hex'), 26),
               coalesce(s.seller, ''), p.currency, replace(split_part(p.ledger_account, '/', 2), '-', '')::integer,
               e.recorded_at, 0, -p.amount_minor
        from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        left join bill b on b.payer_id = p.payer_id and b.currency = p.currency
            and b.month = replace(split_part(p.ledger_account, '/', 2), '-', '')::integer
        left join seller_now s on s.product_id = e.reference and s.since <= coalesce(b.closed_at, e.recorded_at)
        where e.kind = 'refunded' and p.ledger_account like 'refund/%'
        union all
        select c.payer_id, 'subscription', c.subscription_id, coalesce(s.seller, ''), c.currency, c.month, c.charged_at,
               greatest(d.amount_minor, 0), greatest(-d.amount_minor, 0)
        from order_charge c
        join order_draw d on d.payer_id = c.payer_id and d.order_id = c.order_id and d.line = c.line
        left join seller_now s on s.product_id = c.product_id and s.since <= (
            select min(o.charged_at) from order_charge o
            where o.payer_id = c.payer_id and o.subscription_id = c.subscription_id)
        where d.fund in ('cash', 'transfer_book', 'acceptance', 'refund')
        union all
        select c.payer_id, 'card', c.card_id, '', c.currency,
               to_char(c.recorded_at at time zone e.zone, 'YYYYMM')::integer, c.recorded_at, c.price_minor, 0
        from stored_value_card c join account a on a.account_id = c.payer_id
        join enterprise e on e.enterprise_id = a.enterprise_id
    )
    select payer_id, kind, reference, seller, currency, min(month), min(consumed_at), sum(original)::bigint,
           sum(refunded)::bigint
    from part group by payer_id, kind, reference, seller, currency
    having sum(original) > 0 or sum(refunded) > 0;

-- What came back of what a card paid that is over (docs/rules/unsubscribe.md UNSUB-3, invoice.md INVOICE-1).

-- a draw of an order that gives back into a refund book, for a card that cannot take it: the card was invoiced when it
-- was bought, so it is of the card that it came back, and what the refund book pays is invoiced anew
create table card_return (
    payer_id     text not null,
    order_id     text not null,
    line         integer not null,
    number       integer not null,
    card_id      text not null,
    amount_minor bigint not null check (amount_minor > 0),
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (payer_id, order_id, line, number),
    foreign key (payer_id, order_id, line, number) references order_draw
);
create trigger seal before insert on card_return for each row execute function seal_row();
grant select, insert on card_return to partita_app;
alter table card_return enable row level security;
create policy application on card_return to partita_app using (true) with check (true);
create policy tenant on card_return to partita_tenant
    using (exists (select from account a where a.account_id = card_return.payer_id))
    with check (exists (select from account a where a.account_id = card_return.payer_id));
grant select, insert on card_return to partita_tenant;

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
               greatest(d.amount_minor, 0), greatest(-d.amount_minor, 0) - coalesce(r.amount_minor, 0)
        from order_charge c
        join order_draw d on d.payer_id = c.payer_id and d.order_id = c.order_id and d.line = c.line
        left join card_return r on r.payer_id = d.payer_id and r.order_id = d.order_id and r.line = d.line
            and r.number = d.number
        left join seller_now s on s.product_id = c.product_id and s.since <= (
            select min(o.charged_at) from order_charge o
            where o.payer_id = c.payer_id and o.subscription_id = c.subscription_id)
        where d.fund in ('cash', 'transfer_book', 'acceptance', 'refund')
        union all
        select c.payer_id, 'card', c.card_id, '', c.currency,
               to_char(c.recorded_at at time zone e.zone, 'YYYYMM')::integer, c.recorded_at, c.price_minor, 0
        from stored_value_card c join account a on a.account_id = c.payer_id
        join enterprise e on e.enterprise_id = a.enterprise_id
        union all
        select r.payer_id, 'card', r.card_id, '', c.currency,
               to_char(c.recorded_at at time zone e.zone, 'YYYYMM')::integer, c.recorded_at, 0, r.amount_minor
        from card_return r join stored_value_card c on c.payer_id = r.payer_id and c.card_id = r.card_id
        join account a on a.account_id = c.payer_id
        join enterprise e on e.enterprise_id = a.enterprise_id
    )
    select payer_id, kind, reference, seller, currency, min(month), min(consumed_at), sum(original)::bigint,
           sum(refunded)::bigint
    from part group by payer_id, kind, reference, seller, currency
    having sum(original) > 0 or sum(refunded) > 0;

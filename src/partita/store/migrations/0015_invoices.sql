-- Invoices (docs/rules/invoice.md): who issues them, what stands on them, what became of them, what was set off. All of
-- it facts; where an invoice stands is what its last step says.

-- the last row of a seller counts; '' = the operator of the books
create table invoice_issuer (
    seller       text not null,
    sequence     integer not null check (sequence > 0),
    name         text not null check (name <> ''),
    tax_number   text not null check (tax_number <> ''),
    address      text not null,
    phone        text not null,
    bank         text not null,
    bank_account text not null,
    english_name text not null,
    drawer       text not null,
    recorded_by  text not null,
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (seller, sequence)
);

-- account_id: whose title it carries. title, issuer: as they were when it was applied for. amounts: below zero on a red
-- letter (red_of). body_hash: what was asked for, so that a key is used once; a red letter has the key of its invoice
create table invoice (
    account_id      text not null references account,
    invoice_id      text not null unique,
    kind            text not null check (kind in ('general', 'special')),
    mode            text not null check (mode in ('independent', 'consolidated')),
    seller          text not null,
    currency        text not null,
    tax_code        text not null,
    rate_e4         integer not null check (rate_e4 >= 0),
    gross_minor     bigint not null check (gross_minor <> 0),
    tax_minor       bigint not null,
    title           jsonb not null,
    issuer          jsonb not null,
    buyer_country   text not null,
    remark          text not null,
    red_of          text references invoice (invoice_id),
    replaces        text references invoice (invoice_id),
    red_form        text not null,
    idempotency_key text not null,
    body_hash       bytea not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, invoice_id),
    check ((red_of is null) = (gross_minor > 0))
);
create unique index invoice_by_id on invoice (invoice_id);
create index invoice_key on invoice (account_id, idempotency_key);
create index invoice_red on invoice (red_of) where red_of is not null;

-- how much of what was consumed it says; the consumption is named by payer, kind, reference and the invoice's seller
create table invoice_line (
    account_id  text not null,
    invoice_id  text not null,
    line        integer not null check (line > 0),
    payer_id    text not null references account,
    kind        text not null check (kind in ('bill', 'subscription', 'card')),
    reference   text not null,
    month       integer not null,
    gross_minor bigint not null check (gross_minor <> 0),
    tax_minor   bigint not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, invoice_id, line),
    foreign key (account_id, invoice_id) references invoice
);
create index invoice_line_payer on invoice_line (payer_id, kind, reference);

create table invoice_step (
    account_id  text not null,
    invoice_id  text not null,
    step        integer not null check (step > 0),
    command     text not null check (command in (
        'apply', 'submit', 'issue', 'reject', 'void', 'return', 'keep', 'reverse')),
    state       text not null check (state in ('applied', 'issued', 'void', 'returning', 'red')),
    number      text not null,
    issued_at   timestamptz,
    reason      text not null,
    red_form    text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, invoice_id, step),
    foreign key (account_id, invoice_id) references invoice,
    check ((command = 'issue') = (number <> '' and issued_at is not null))
);
create unique index invoice_number on invoice_step (number) where number <> '';

-- what is owed (欠票) is set off against consumption that was not invoiced yet
create table invoice_offset (
    payer_id        text not null references account,
    offset_id       text not null unique,
    kind            text not null,
    reference       text not null,
    other_kind      text not null,
    other_reference text not null,
    seller          text not null,
    currency        text not null,
    amount_minor    bigint not null check (amount_minor > 0),
    idempotency_key text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, offset_id),
    unique (payer_id, idempotency_key)
);

create index entry_refunded on entry (payer_id) where kind = 'refunded';

-- what payers paid in cash and its like, by what it was for ------------------------------------------------------------
-- Whoever lets customers consume in another way adds a branch here, and what it posts to `cash_kind`; nothing else has
-- to change. Vouchers are never invoiced, and what a stored-value card pays was invoiced when the card was bought. Of a
-- bill with products of several sellers, vouchers and cards pay first and cash pays the rest, own products before those
-- of the marketplace.
create view cash_consumption (payer_id, kind, reference, seller, currency, month, consumed_at, original_minor,
                              refunded_minor) with (security_invoker = true) as
    with part as (
        select d.payer_id, 'bill' as kind, d.bill_id as reference, d.seller, d.currency, d.month,
               d.closed_at as consumed_at,
               least(greatest(d.other + d.cash - d.before, 0), d.asked)
               - least(greatest(d.other - d.before, 0), d.asked) as original, 0::numeric as refunded
        from (
            select b.payer_id, b.bill_id, b.currency, b.month, b.closed_at, g.seller, g.asked, w.cash, w.other,
                   sum(g.asked) over (partition by b.payer_id, b.bill_id order by g.seller) - g.asked as before
            from bill b
            join lateral (
                select coalesce(sum(amount_minor) filter (where fund not in ('voucher', 'stored_value')), 0) as cash,
                       coalesce(sum(amount_minor) filter (where fund in ('voucher', 'stored_value')), 0) as other
                from draw d where d.payer_id = b.payer_id and d.bill_id = b.bill_id) w on w.cash > 0
            join lateral (
                select coalesce(s.seller, '') as seller, greatest(sum(p.payable_minor), 0) as asked
                from bill_product p left join product_seller s on s.product_id = p.product_id
                where p.payer_id = b.payer_id and p.bill_id = b.bill_id group by 1) g on true
        ) d
        union all
        select e.payer_id, 'bill',
               'bill_' || left(encode(sha256(convert_to(
                   e.payer_id || chr(31) || split_part(p.ledger_account, '/', 2) || chr(31) || p.currency, 'UTF8')),
                   'hex'), 26),
               coalesce(s.seller, ''), p.currency, replace(split_part(p.ledger_account, '/', 2), '-', '')::integer,
               e.recorded_at, 0, -p.amount_minor
        from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        left join product_seller s on s.product_id = e.reference
        where e.kind = 'refunded' and p.ledger_account like 'refund/%'
        union all
        select c.payer_id, 'subscription', c.subscription_id, coalesce(s.seller, ''), c.currency, c.month, c.charged_at,
               greatest(d.amount_minor, 0), greatest(-d.amount_minor, 0)
        from order_charge c
        join order_draw d on d.payer_id = c.payer_id and d.order_id = c.order_id and d.line = c.line
        left join product_seller s on s.product_id = c.product_id
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

-- what the ledger calls the same: entries of these kinds that move cash and its like
create view cash_kind (kind) with (security_invoker = true) as
    values ('settled'), ('cleared'), ('refunded'), ('order_paid'), ('order_refunded'), ('card_bought');

create view invoice_now (account_id, invoice_id, state, sent, number, issued_at, counts) with (security_invoker = true) as
    select i.account_id, i.invoice_id, s.state, coalesce(n.sent, false), coalesce(n.number, ''), n.issued_at,
           case when i.red_of is null then s.state <> 'void' else s.state = 'issued' end
    from invoice i
    join lateral (select state from invoice_step s where s.account_id = i.account_id and s.invoice_id = i.invoice_id
                  order by step desc limit 1) s on true
    left join lateral (
        select bool_or(s.command = 'submit') as sent, max(s.number) as number, max(s.issued_at) as issued_at
        from invoice_step s where s.account_id = i.account_id and s.invoice_id = i.invoice_id) n on true;

-- consumption with what invoices and offsets say of it
create view invoice_candidate (payer_id, kind, reference, seller, currency, month, consumed_at, original_minor,
                               refunded_minor, taken_minor, given_minor, invoiced_minor)
    with (security_invoker = true) as
    select c.payer_id, c.kind, c.reference, c.seller, c.currency, c.month, c.consumed_at, c.original_minor,
           c.refunded_minor, coalesce(t.amount, 0), coalesce(g.amount, 0), coalesce(i.amount, 0)
    from cash_consumption c
    left join lateral (
        select sum(o.amount_minor)::bigint as amount from invoice_offset o
        where o.payer_id = c.payer_id and o.other_kind = c.kind and o.other_reference = c.reference
          and o.seller = c.seller and o.currency = c.currency) t on true
    left join lateral (
        select sum(o.amount_minor)::bigint as amount from invoice_offset o
        where o.payer_id = c.payer_id and o.kind = c.kind and o.reference = c.reference
          and o.seller = c.seller and o.currency = c.currency) g on true
    left join lateral (
        select sum(l.gross_minor)::bigint as amount from invoice_line l
        join invoice i on i.account_id = l.account_id and i.invoice_id = l.invoice_id
        join invoice_now n on n.account_id = i.account_id and n.invoice_id = i.invoice_id
        where l.payer_id = c.payer_id and l.kind = c.kind and l.reference = c.reference and i.seller = c.seller
          and i.currency = c.currency and n.counts) i on true;

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare
    of_account text := 'exists (select from account a where a.account_id = %I.%I)';
    name text;
    columns text[];
    checked text;
begin
    for name, columns in select * from (values
        ('invoice', array['account_id']), ('invoice_line', array['account_id', 'payer_id']),
        ('invoice_step', array['account_id']), ('invoice_offset', array['payer_id']), ('invoice_issuer', null)
        ) as held (name, columns)
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
        execute format('alter table %I enable row level security', name);
        execute format('create policy application on %I to partita_app using (true) with check (true)', name);
        execute format('grant select on %I to partita_tenant', name);
        continue when columns is null;
        checked := (select string_agg(format(of_account, name, one), ' and ') from unnest(columns) as one);
        execute format('create policy tenant on %I to partita_tenant using (%s) with check (%s)', name,
                       format(of_account, name, columns[1]), checked);
        execute format('grant insert on %I to partita_tenant', name);
    end loop;
end $$;
-- a customer applies, voids and returns; what the tax bureau says, and red letters, are the operator's
create policy own_steps on invoice_step as restrictive for insert to partita_tenant
    with check ((select tenants()) is not null and command in ('apply', 'void', 'return'));
create policy own_invoices on invoice as restrictive for insert to partita_tenant
    with check ((select tenants()) is not null and red_of is null);
create policy tenant on invoice_issuer for select to partita_tenant using ((select tenants()) is not null);
grant select on cash_consumption, cash_kind, invoice_now, invoice_candidate to partita_app, partita_tenant;

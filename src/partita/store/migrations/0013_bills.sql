-- Views of bills, adjustments and custom bills (docs/rules/bill_view.md, adjustment.md, custom_bill.md). All of it facts.

-- adjustments ---------------------------------------------------------------------------------------------------------
-- month: the bill that it goes on; about: the month that it puts right; charged_at: when it stands within month
create table bill_adjustment (
    payer_id        text not null references account,
    adjustment_id   text not null unique,
    account_id      text not null references account,
    product_id      text not null references product,
    sku_id          text not null,
    resource_id     text not null,
    currency        text not null,
    amount_minor    bigint not null check (amount_minor <> 0),
    about           integer not null,
    month           integer not null check (about <= month),
    charged_at      timestamptz not null,
    reason          text not null check (reason <> ''),
    idempotency_key text not null,
    body_hash       bytea not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, adjustment_id),
    unique (account_id, idempotency_key)
);
create index bill_adjustment_month on bill_adjustment (month);

alter table bill_line drop constraint bill_line_kind_check;
alter table bill_line add constraint bill_line_kind_check check (kind in ('usage', 'correction', 'adjustment'));

-- custom bills --------------------------------------------------------------------------------------------------------
-- of a name the last row counts; inactive = it was taken off
create table custom_bill (
    account_id  text not null references account,
    name        text not null check (name <> ''),
    sequence    integer not null check (sequence > 0),
    definition  jsonb not null,
    schedule    text not null check (schedule in ('none', 'daily', 'weekly', 'monthly', 'closed')),
    active      boolean not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, name, sequence)
);

-- each turn of its schedule is delivered once: turn = the day, the week's first day or the month
create table custom_bill_delivery (
    account_id  text not null,
    name        text not null,
    turn        text not null,
    sequence    integer not null,
    month       integer not null,
    path        text not null,
    digest      bytea not null,
    rows        bigint not null check (rows >= 0),
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, name, turn),
    foreign key (account_id, name, sequence) references custom_bill
);

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare
    of_account text := 'exists (select from account a where a.account_id = %I.%I)';
    name text;
    holder text;
begin
    for name, holder in select * from (values
        ('bill_adjustment', 'payer_id'), ('custom_bill', 'account_id'), ('custom_bill_delivery', 'account_id')
        ) as held (name, holder)
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
        execute format('alter table %I enable row level security', name);
        execute format('create policy application on %I to partita_app using (true) with check (true)', name);
        execute format('grant select on %I to partita_tenant', name);
        execute format('create policy tenant on %I to partita_tenant using (%s) with check (%s)', name,
                       format(of_account, name, holder), format(of_account, name, holder));
    end loop;
end $$;
grant insert on custom_bill to partita_tenant;

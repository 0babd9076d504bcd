-- The books. Everything here is append-only for the application but ledger_head and balance.
-- Every append-only row carries row_hash, filled once by seal_row(), so that `verify` can name a changed row.

create function seal_row() returns trigger language plpgsql set timezone = 'UTC' as $$
begin
    new.row_hash := sha256(convert_to((to_jsonb(new) - 'row_hash')::text, 'UTF8'));
    return new;
end $$;

-- organisation ------------------------------------------------------------------------------------------------------
create table deployment (
    only_row     boolean primary key default true check (only_row),
    bucket_count integer not null check (bucket_count between 1 and 4096),
    created_at   timestamptz not null,
    row_hash     bytea not null
);

create table enterprise (
    enterprise_id text primary key,
    name          text not null,
    zone          text not null,
    currency      text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null
);

create table org_unit (
    enterprise_id text not null references enterprise,
    org_unit_id   text not null,
    parent_id     text,
    kind          text not null check (kind in ('company', 'department', 'team')),
    name          text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (enterprise_id, org_unit_id)
);

create table account (
    account_id    text primary key,
    enterprise_id text not null references enterprise,
    name          text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null
);

-- where an account stands in the tree; the end is the next row's start
create table placement (
    account_id     text not null references account,
    effective_from timestamptz not null,
    enterprise_id  text not null,
    org_unit_id    text not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (account_id, effective_from),
    foreign key (enterprise_id, org_unit_id) references org_unit
);

-- who pays for an account; the end is the next row's start
create table payment_relation (
    account_id     text not null references account,
    effective_from timestamptz not null,
    payer_id       text not null references account,
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (account_id, effective_from)
);

-- catalogue ---------------------------------------------------------------------------------------------------------
create table product (
    product_id       text primary key,
    name             text not null,
    service_category text not null,
    recorded_at      timestamptz not null,
    row_hash         bytea not null
);

create table sku (
    sku_id      text primary key,
    product_id  text not null references product,
    name        text not null,
    unit        text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null
);

-- tiers: [{"to": quantity_e6 or null, "price": price_e10}, …]; models without tiers hold one tier with "to": null
create table price (
    sku_id         text not null references sku,
    currency       text not null,
    effective_from timestamptz not null,
    price_id       text not null unique,
    model          text not null check (model in ('flat', 'unit', 'graduated', 'volume', 'block')),
    counter        text not null check (counter in ('account', 'payer')),
    tiers          jsonb not null,
    block_e6       bigint check (block_e6 > 0),
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (sku_id, currency, effective_from),
    check ((model = 'block') = (block_e6 is not null))
);

create table discount (
    payer_id       text not null references account,
    target_kind    text not null check (target_kind in ('sku', 'product', 'all')),
    target_id      text not null default '',
    effective_from timestamptz not null,
    factor_e6      bigint not null check (factor_e6 between 0 and 1000000),
    exclusive      boolean not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (payer_id, target_kind, target_id, effective_from)
);

-- usage and charges: the manifests of the Parquet files ---------------------------------------------------------------
create table usage_batch (
    batch_id      text primary key,
    file_name     text not null,
    digest        bytea not null,
    records       bigint not null,
    accepted      bigint not null,
    duplicates    bigint not null,
    rejected      bigint not null,
    quantity_e6   numeric not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    check (records = accepted + duplicates + rejected)
);

create table usage_file (
    sequence    bigint generated always as identity primary key,
    batch_id    text not null references usage_batch,
    month       integer not null,
    bucket      integer not null,
    path        text not null unique,
    records     bigint not null,
    quantity_e6 numeric not null,
    digest      bytea not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null
);
create index usage_file_month on usage_file (month, bucket, sequence);

create table bill_import (
    import_id     text primary key,
    format        text not null,
    file_name     text not null,
    digest        bytea not null unique,
    currency      text not null,
    records       bigint not null,
    file_total    numeric not null,
    charges_total numeric not null,
    remainder     numeric not null,
    credits_total numeric not null default 0,
    credits_charges_total numeric not null default 0,
    credits_remainder numeric not null default 0,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    check (file_total = charges_total + remainder),
    check (credits_total = credits_charges_total + credits_remainder)
);

-- an import that stands in the place of an earlier one (the provider sent the month again)
create table bill_import_replaced (
    import_id   text primary key references bill_import,
    replaced_by text not null references bill_import,
    recorded_at timestamptz not null,
    row_hash    bytea not null
);

-- stage: provisional (rate), final (close), imported (import bill). For provisional files the highest generation counts.
-- The path is the key, for a close that is cut short and run again must leave no trace, not even a gap in a sequence.
create table charge_file (
    stage              text not null check (stage in ('provisional', 'final', 'imported')),
    origin             text not null,
    month              integer not null,
    bucket             integer not null,
    generation         bigint not null,
    import_id          text references bill_import,
    path               text primary key,
    records            bigint not null,
    list_cost_e10      numeric not null,
    contracted_cost_e10 numeric not null,
    billed_cost_e10    numeric not null,
    effective_cost_e10 numeric not null,
    digest             bytea not null,
    recorded_at        timestamptz not null,
    row_hash           bytea not null
);
create index charge_file_month on charge_file (month, bucket, stage, generation);

-- closing a month -----------------------------------------------------------------------------------------------------
-- one row freezes the month: which usage counts (usage_through) and the instant that every row of the close carries
create table close_run (
    month         integer primary key,
    usage_through bigint not null,
    closed_at     timestamptz not null,
    row_hash      bytea not null
);

-- one row per state reached: open, rating, settling, billed, posted, closed; the state is the last one
create table close_step (
    month       integer not null references close_run,
    bucket      integer not null,
    step        integer not null check (step between 0 and 5),
    state       text not null check (state in ('open', 'rating', 'settling', 'billed', 'posted', 'closed')),
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (month, bucket, step)
);

create table bill (
    payer_id        text not null references account,
    month           integer not null,
    currency        text not null,
    bill_id         text not null unique,
    bucket          integer not null,
    list_cost_e10   numeric not null,
    contracted_cost_e10 numeric not null,
    billed_cost_e10 numeric not null,
    round_down_e10  numeric not null,
    payable_minor   bigint not null,
    minor_scale_e10 bigint not null,
    charges         bigint not null,
    closed_at       timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, month, currency),
    check (billed_cost_e10 = payable_minor::numeric * minor_scale_e10 + round_down_e10)
);
create index bill_month on bill (month, bucket);

create table bill_line (
    payer_id        text not null,
    bill_id         text not null references bill (bill_id),
    line            integer not null,
    kind            text not null check (kind in ('usage', 'correction')),
    account_id      text not null,
    product_id      text not null,
    sku_id          text not null,
    usage_month     integer not null,
    unit            text not null,
    charges         bigint not null,
    quantity_e6     numeric not null,
    list_cost_e10   numeric not null,
    contracted_cost_e10 numeric not null,
    billed_cost_e10 numeric not null,
    row_hash        bytea not null,
    primary key (payer_id, bill_id, line)
);

-- what the payable of one product is in minor units: the exact sums shared by largest remainder (MONEY-3)
create table bill_product (
    payer_id        text not null,
    bill_id         text not null references bill (bill_id),
    product_id      text not null,
    billed_cost_e10 numeric not null,
    payable_minor   bigint not null,
    row_hash        bytea not null,
    primary key (payer_id, bill_id, product_id)
);

-- ledger --------------------------------------------------------------------------------------------------------------
-- heads and balances change with every batch: room on their pages lets them change in place
create table ledger_head (
    payer_id text primary key,
    sequence bigint not null,
    hash     bytea not null
) with (fillfactor = 70);

create table entry (
    payer_id        text not null,
    sequence        bigint not null,
    entry_id        text not null unique,
    kind            text not null,
    description     text not null,
    reference       text not null,
    effective_at    timestamptz not null,
    recorded_at     timestamptz not null,
    idempotency_key text not null,
    body_hash       bytea not null,
    reverses        text,
    previous_hash   bytea not null,
    hash            bytea not null,
    primary key (payer_id, sequence),
    unique (payer_id, idempotency_key)
);
create unique index entry_reversed_once on entry (reverses) where reverses is not null;

create table posting (
    payer_id       text not null,
    sequence       bigint not null,
    line           integer not null,
    ledger_account text not null,
    currency       text not null,
    amount_minor   bigint not null check (amount_minor <> 0),
    primary key (payer_id, sequence, line)
);

-- kept only where a limit is checked
create table balance (
    payer_id       text not null,
    ledger_account text not null,
    currency       text not null,
    amount_minor   bigint not null,
    primary key (payer_id, ledger_account, currency)
) with (fillfactor = 70);

-- Each statement that adds postings adds whole entries, each summing to zero per currency. Checked per statement over
-- its own rows: stricter than a check at commit, and set-based, so that a thousand entries cost one aggregate.
create function postings_sum_to_zero() returns trigger language plpgsql as $$
declare bad record;
begin
    select payer_id, sequence, currency, sum(amount_minor) as difference into bad
    from added group by payer_id, sequence, currency having sum(amount_minor) <> 0 limit 1;
    if found then
        raise exception 'entry % of % does not sum to zero in %: %', bad.sequence, bad.payer_id, bad.currency, bad.difference
            using errcode = 'check_violation', constraint = 'postings_sum_to_zero';
    end if;
    return null;
end $$;

create trigger postings_sum_to_zero after insert on posting
    referencing new table as added for each statement execute function postings_sum_to_zero();

create table draw (
    payer_id     text not null,
    bill_id      text not null references bill (bill_id),
    line         integer not null,
    fund         text not null,
    source_id    text not null,
    amount_minor bigint not null check (amount_minor > 0),
    entry_id     text not null references entry (entry_id),
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (payer_id, bill_id, line)
);

-- guards ----------------------------------------------------------------------------------------------------------------
do $$
declare name text;
begin
    foreach name in array array[
        'deployment', 'enterprise', 'org_unit', 'account', 'placement', 'payment_relation', 'product', 'sku', 'price',
        'discount', 'usage_batch', 'usage_file', 'bill_import', 'bill_import_replaced', 'charge_file', 'close_run',
        'close_step', 'bill', 'bill_line', 'bill_product', 'draw']
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
    end loop;
    grant select, insert on entry, posting to partita_app;
    grant select, insert, update on ledger_head, balance to partita_app;
    grant usage on all sequences in schema public to partita_app;
    grant usage on schema public to partita_app;
end $$;

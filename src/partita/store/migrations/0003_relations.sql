-- Relations between a main account and its members, billing cycles of products, and how far usage reaches.

-- relations -----------------------------------------------------------------------------------------------------------
-- a pair; origin setup: a payer that a setup folder stated, taken over when its relation is first changed
create table relation (
    relation_id   text primary key,
    enterprise_id text not null references enterprise,
    management_id text not null references account,
    member_id     text not null references account,
    origin        text not null check (origin in ('invited', 'created', 'setup')),
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    check (management_id <> member_id)
);
create index relation_member on relation (member_id);
create index relation_management on relation (management_id);

-- one row per step; the relation is what its last step says. body: what was asked for, so that a key is used once
create table relation_step (
    relation_id     text not null references relation,
    step            integer not null check (step >= 0),
    command         text not null check (command in (
        'invite', 'create', 'confirm', 'decline', 'expire', 'permit', 'upgrade', 'release', 'setup')),
    state           text not null check (state in ('invited', 'active', 'declined', 'expired', 'released')),
    mode            text not null check (mode in ('independent', 'trusteeship')),
    permissions     text[] not null,
    effective_at    timestamptz not null,
    expires_at      timestamptz,
    idempotency_key text not null,
    body            jsonb not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (relation_id, step),
    unique (relation_id, idempotency_key),
    check ((state = 'invited') = (expires_at is not null))
);

-- whom an account pays for is asked with every decision about it
create index payment_relation_payer on payment_relation (payer_id);

-- What stands against a change of a relation: unpaid orders, orders in progress, renewals with a change, temporary
-- upgrades, by account (kind: unpaid order, order in progress, renewal with change, temporary upgrade). There are no
-- orders yet, so there is nothing in it; the migration that brings them replaces this view, and nothing else changes.
create view open_matter (account_id, kind, reference) as
    select null::text, null::text, null::text where false;

-- batches -------------------------------------------------------------------------------------------------------------
-- a file of commands for many accounts, applied wholly; batch_row says what became of each of its lines
create table batch (
    batch_id    text primary key,
    kind        text not null check (kind in ('link', 'permit', 'transfer', 'limit')),
    digest      bytea not null,
    file_name   text not null,
    lines       integer not null check (lines > 0),
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null
);

create table batch_row (
    batch_id    text not null references batch,
    line        integer not null,
    outcome     text not null check (outcome in ('done', 'repeated')),
    account_id  text not null references account,
    english     text not null,
    chinese     text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (batch_id, line)
);

-- cycles --------------------------------------------------------------------------------------------------------------
-- how often a product is billed; without a row: each hour
create table product_cycle (
    product_id  text primary key references product,
    cycle       text not null check (cycle in ('hour', 'day', 'month')),
    recorded_at timestamptz not null,
    row_hash    bytea not null
);

-- the last start of all usage that is stored of an account: who pays is stored with it, so no payer changes before that
create table usage_reach (
    account_id text primary key references account,
    last_start timestamptz not null
) with (fillfactor = 70);

-- Books that took usage in before this table was there: nobody knows here whose it was, so all accounts wait until the
-- last month with usage is over everywhere.
insert into usage_reach (account_id, last_start)
    select account_id, (to_date(last.month::text, 'YYYYMM') + interval '1 month 14 hours') at time zone 'UTC'
    from account, (select max(month) as month from usage_file) as last where last.month is not null;

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare name text;
begin
    foreach name in array array['relation', 'relation_step', 'batch', 'batch_row', 'product_cycle']
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
    end loop;
    grant select on open_matter to partita_app;
    grant select, insert, update on usage_reach to partita_app;
end $$;

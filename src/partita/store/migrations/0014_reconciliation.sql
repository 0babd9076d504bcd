-- The rest of clearing, dunning, and reconciliation (docs/rules/clearing.md, dunning.md, bank_transfer.md,
-- reconciliation.md). All of it facts.

-- clearing ------------------------------------------------------------------------------------------------------------
-- a product of the marketplace is one that has a seller
create table product_seller (
    product_id  text primary key references product,
    seller      text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null
);

-- the last one counts, as long as the account has credit
create table clearing_switch (
    payer_id    text not null references account,
    sequence    integer not null check (sequence > 0),
    automatic   boolean not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, sequence)
);

create table custom_settlement (
    payer_id        text not null references account,
    settlement_id   text not null unique,
    currency        text not null,
    funds           text[] not null,
    idempotency_key text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, settlement_id),
    unique (payer_id, idempotency_key)
);

create table custom_settlement_bill (
    payer_id      text not null,
    settlement_id text not null,
    place         integer not null check (place > 0),
    bill_id       text not null references bill (bill_id),
    amount_minor  bigint not null check (amount_minor > 0),
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (payer_id, settlement_id, place),
    foreign key (payer_id, settlement_id) references custom_settlement
);

create table custom_settlement_payment (
    payer_id      text not null,
    settlement_id text not null,
    bill_id       text not null,
    amount_minor  bigint not null check (amount_minor > 0),
    entry_id      text not null references entry (entry_id),
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (payer_id, settlement_id, entry_id),
    foreign key (payer_id, settlement_id) references custom_settlement
);

create table custom_settlement_end (
    payer_id      text not null,
    settlement_id text not null,
    state         text not null check (state in ('settled', 'ended')),
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (payer_id, settlement_id),
    foreign key (payer_id, settlement_id) references custom_settlement
);

-- dunning -------------------------------------------------------------------------------------------------------------
-- account_id '': for all; ended: what was set for the account counts no more
create table dunning_policy (
    account_id  text not null,
    sequence    integer not null check (sequence > 0),
    ended       boolean not null,
    reminders   integer[] not null,
    rate_e10    bigint not null check (rate_e10 >= 0),
    free_days   integer not null check (free_days >= 0),
    cap_e10     bigint check (cap_e10 >= 0),
    stop_days   integer check (stop_days >= 0),
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, sequence)
);

create table dunning_reminder (
    payer_id    text not null references account,
    bill_id     text not null references bill (bill_id),
    mark        integer not null,
    due_on      date not null,
    left_minor  bigint not null check (left_minor > 0),
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, bill_id, mark)
);

-- exact_e20: of all days before until_day, this row's and earlier; amount_minor: the minor units that are new
create table interest_charge (
    payer_id     text not null references account,
    bill_id      text not null references bill (bill_id),
    line         integer not null check (line > 0),
    until_day    date not null,
    exact_e20    numeric not null check (exact_e20 >= 0),
    amount_minor bigint not null check (amount_minor >= 0),
    entry_id     text references entry (entry_id),
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (payer_id, bill_id, line),
    check ((amount_minor > 0) = (entry_id is not null))
);

create table credit_suspension (
    payer_id    text not null references account,
    step        integer not null check (step > 0),
    suspended   boolean not null,
    bill_id     text not null references bill (bill_id),
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, step)
);

-- reconciliation ------------------------------------------------------------------------------------------------------
create table statement_source (
    source_id   text primary key,
    kind        text not null check (kind in ('bank', 'channel')),
    currency    text not null,
    zone        text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    unique (kind, currency)
);

-- lines: of the file; added: those that no statement before had
create table statement (
    source_id     text not null references statement_source,
    statement_id  text not null unique,
    file_name     text not null,
    digest        bytea not null,
    account       text not null,
    first_day     date not null,
    last_day      date not null check (last_day >= first_day),
    opening_minor bigint,
    closing_minor bigint,
    lines         integer not null,
    lines_minor   bigint not null,
    added         integer not null,
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (source_id, statement_id),
    check (opening_minor + lines_minor = closing_minor)
);

create table statement_line (
    source_id      text not null,
    line_id        text not null unique,
    statement_id   text not null,
    day            date not null,
    amount_minor   bigint not null check (amount_minor <> 0),
    reference      text not null,
    sender         text not null,
    sender_account text not null,
    text           text not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (source_id, line_id),
    foreign key (source_id, statement_id) references statement
);
create index statement_line_day on statement_line (source_id, day);

-- money that came to the bank: whose it seemed to be; doubt '' = certain
create table bank_transfer (
    line_id     text primary key references statement_line (line_id),
    score       integer not null,
    doubt       text not null,
    candidates  jsonb not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null
);

-- what became of it: topped up, or with no account nobody's
create table bank_transfer_end (
    line_id     text primary key references bank_transfer,
    account_id  text references account,
    entry_id    text references entry (entry_id),
    note        text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    check ((account_id is null) = (entry_id is null))
);

create table difference_end (
    source_id     text not null references statement_source,
    difference_id text not null,
    kind          text not null,
    day           date not null,
    line_id       text references statement_line (line_id),
    entry_id      text references entry (entry_id),
    delta_minor   bigint not null,
    note          text not null,
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (source_id, difference_id)
);

-- a day as it was when it was closed: what the statements had, what the ledger had, and how many differences were noted
create table reconciled_day (
    source_id      text not null references statement_source,
    day            date not null,
    lines          integer not null,
    lines_minor    bigint not null,
    postings       integer not null,
    postings_minor bigint not null,
    differences    integer not null,
    recorded_by    text not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (source_id, day)
);
create index posting_bank on posting (currency, payer_id, sequence) where ledger_account = 'bank';

-- A closed day takes nothing more, whoever writes.
create function day_is_open() returns trigger language plpgsql as $$
begin
    if exists (select from reconciled_day d where d.source_id = new.source_id and d.day = new.day) then
        raise exception '% of % is closed', new.day, new.source_id
            using errcode = 'check_violation', constraint = 'day_is_open';
    end if;
    return new;
end $$;
create trigger day_is_open before insert on statement_line for each row execute function day_is_open();
create trigger day_is_open before insert on difference_end for each row execute function day_is_open();

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare
    of_account text := 'exists (select from account a where a.account_id = %I.payer_id)';
    name text;
begin
    foreach name in array array[
        'product_seller', 'clearing_switch', 'custom_settlement', 'custom_settlement_bill',
        'custom_settlement_payment', 'custom_settlement_end', 'dunning_policy', 'dunning_reminder', 'interest_charge',
        'credit_suspension', 'statement_source', 'statement', 'statement_line', 'bank_transfer', 'bank_transfer_end',
        'difference_end', 'reconciled_day']
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
        execute format('alter table %I enable row level security', name);
        execute format('create policy application on %I to partita_app using (true) with check (true)', name);
    end loop;
    foreach name in array array[
        'clearing_switch', 'custom_settlement', 'custom_settlement_bill', 'custom_settlement_payment',
        'custom_settlement_end', 'dunning_reminder', 'interest_charge', 'credit_suspension']
    loop
        execute format('create policy tenant on %I to partita_tenant using (%s) with check (%s)', name,
                       format(of_account, name), format(of_account, name));
        execute format('grant select on %I to partita_tenant', name);
    end loop;
end $$;
grant insert on clearing_switch, custom_settlement, custom_settlement_bill, custom_settlement_payment,
    custom_settlement_end, credit_suspension to partita_tenant;
create policy own_bill on custom_settlement_bill as restrictive for insert to partita_tenant
    with check ((select tenants()) is not null and exists (
        select from bill b where b.payer_id = custom_settlement_bill.payer_id
        and b.bill_id = custom_settlement_bill.bill_id));
create policy own_bill on credit_suspension as restrictive for insert to partita_tenant
    with check ((select tenants()) is not null and exists (
        select from bill b where b.payer_id = credit_suspension.payer_id and b.bill_id = credit_suspension.bill_id));

create policy tenant on product_seller for select to partita_tenant using ((select tenants()) is not null);
grant select on product_seller to partita_tenant;
create policy tenant on dunning_policy for select to partita_tenant using (
    (account_id = '' and (select tenants()) is not null)
    or exists (select from account a where a.account_id = dunning_policy.account_id));
grant select on dunning_policy to partita_tenant;
-- Nothing here for partita_tenant: statements, transfers, differences and closed days are the operator's.

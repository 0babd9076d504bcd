-- Funds, payments and credit. Facts, all but hold; what they move stands in the ledger.

-- holds and freezes ---------------------------------------------------------------------------------------------------
-- running: what rated usage of a month that is not settled holds against the payer's quota
create table hold (
    payer_id   text not null references account,
    month      integer not null,
    currency   text not null,
    amount_e10 numeric not null,
    primary key (payer_id, month, currency)
) with (fillfactor = 70);

-- cash that is put aside; what is left of it is the amount less its releases
create table fund_freeze (
    payer_id        text not null references account,
    freeze_id       text not null unique,
    currency        text not null,
    amount_minor    bigint not null check (amount_minor > 0),
    note            text not null,
    idempotency_key text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, freeze_id),
    unique (payer_id, idempotency_key)
);

create table fund_release (
    payer_id        text not null,
    freeze_id       text not null,
    line            integer not null check (line > 0),
    amount_minor    bigint not null check (amount_minor > 0),
    note            text not null,
    idempotency_key text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, freeze_id, line),
    unique (payer_id, idempotency_key),
    foreign key (payer_id, freeze_id) references fund_freeze
);

-- documents -----------------------------------------------------------------------------------------------------------
-- the number of an acceptance bill is one in the whole country: it is taken in once
create table acceptance (
    payer_id    text not null references account,
    document_id text not null unique,
    currency    text not null,
    face_minor  bigint not null check (face_minor > 0),
    matures_on  date not null,
    drawer      text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, document_id)
);

create table acceptance_end (
    payer_id    text not null,
    document_id text not null,
    state       text not null check (state in ('collected', 'discounted', 'dishonoured')),
    left_minor  bigint not null check (left_minor >= 0),
    fee_minor   bigint not null check (fee_minor between 0 and left_minor),
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, document_id),
    foreign key (payer_id, document_id) references acceptance
);

create table stored_value_card (
    payer_id        text not null references account,
    card_id         text not null unique,
    currency        text not null,
    face_minor      bigint not null check (face_minor > 0),
    price_minor     bigint not null check (price_minor between 1 and face_minor),
    valid_days      integer check (valid_days > 0),
    idempotency_key text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, card_id),
    unique (payer_id, idempotency_key)
);

create table stored_value_activation (
    payer_id     text not null,
    card_id      text not null,
    activated_at timestamptz not null,
    recorded_by  text not null,
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (payer_id, card_id),
    foreign key (payer_id, card_id) references stored_value_card
);

-- payments through a gateway ------------------------------------------------------------------------------------------
create table payment (
    payer_id        text not null references account,
    payment_id      text not null unique,
    currency        text not null,
    amount_minor    bigint not null check (amount_minor > 0),
    idempotency_key text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, payment_id),
    unique (payer_id, idempotency_key)
);

-- every notice that arrived, true or not; the id follows from body and signature, so a repeated one is the same row.
-- payment_id is what the notice claims; it names a payment only where the verdict says so.
create table payment_notice (
    notice_id      text primary key,
    payer_id       text,
    payment_id     text not null,
    transaction_id text not null,
    verdict        text not null,
    body           bytea not null,
    signature      text not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null
);
create index payment_notice_payment on payment_notice (payment_id);

-- one row per state reached after open
create table payment_step (
    payer_id    text not null,
    payment_id  text not null,
    step        integer not null check (step > 0),
    state       text not null check (state in ('paid', 'failed')),
    notice_id   text references payment_notice,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, payment_id, step),
    foreign key (payer_id, payment_id) references payment
);
create unique index payment_paid_once on payment_step (payer_id, payment_id) where state = 'paid';

-- what a person did about a notice that did not fit
create table payment_notice_end (
    notice_id   text primary key references payment_notice,
    note        text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null
);

-- credit --------------------------------------------------------------------------------------------------------------
-- account_id = management_id: the total of the line; else what is allocated to a member
create table credit_change (
    management_id   text not null references account,
    change_id       text not null unique,
    account_id      text not null references account,
    currency        text not null,
    limit_minor     bigint not null check (limit_minor >= 0),
    asks_approval   boolean not null,
    note            text not null,
    idempotency_key text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (management_id, change_id),
    unique (management_id, idempotency_key)
);
create index credit_change_account on credit_change (account_id);

-- the limit in force is that of the last applied change; the sequence runs within the line
create table credit_change_end (
    management_id text not null,
    change_id     text not null,
    sequence      integer not null check (sequence > 0),
    state         text not null check (state in ('applied', 'rejected')),
    note          text not null,
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (management_id, change_id),
    unique (management_id, sequence),
    foreign key (management_id, change_id) references credit_change
);

-- a line counts from the confirmation of its contract on
create table credit_contract (
    management_id text primary key references account,
    contract_id   text not null,
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null
);

create table credit_term (
    management_id text not null references account,
    sequence      integer not null check (sequence > 0),
    cycle_months  integer not null check (cycle_months in (1, 2, 3, 6, 12)),
    days          integer not null check (days between 0 and 180),
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (management_id, sequence)
);

-- What figures count of a payer's books: a main account with thousands of members has a clearing balance with each.
create index balance_counted on balance (payer_id, currency)
    where split_part(ledger_account, '/', 1)
          in ('cash', 'transfer_book', 'refund', 'acceptance', 'credit_refund', 'receivable');

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare name text;
begin
    foreach name in array array[
        'fund_freeze', 'fund_release', 'acceptance', 'acceptance_end', 'stored_value_card', 'stored_value_activation',
        'payment', 'payment_notice', 'payment_step', 'payment_notice_end',
        'credit_change', 'credit_change_end', 'credit_contract', 'credit_term']
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
    end loop;
    grant select, insert, update on hold to partita_app;
end $$;

-- Running spend, stop and resume, alerts, and the outbox. Facts are append-only, of settings the last row counts; the
-- tables under "running state" move with every batch of usage and are recomputed by `rate`.

-- outbox --------------------------------------------------------------------------------------------------------------
-- what the outside world is told, written in the transaction that caused it
create table outbox (
    topic       text not null,
    key         text not null,
    sequence    bigint generated always as identity unique,
    subject     text not null,
    payload     jsonb not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (topic, key)
);
create index outbox_subject on outbox (topic, subject, sequence) where subject <> '';

-- one row per try; a message is done when its last row is not 'failed'
create table outbox_delivery (
    topic       text not null,
    key         text not null,
    attempt     integer not null check (attempt > 0),
    delivery    text not null check (delivery in ('delivered', 'failed', 'given_up', 'superseded')),
    detail      text not null,
    next_at     timestamptz,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (topic, key, attempt),
    foreign key (topic, key) references outbox,
    check ((delivery = 'failed') = (next_at is not null))
);

-- stop and resume -----------------------------------------------------------------------------------------------------
-- account_id '' = all accounts; product_id '' = all products; stops null = the setting is taken back
create table control_policy (
    account_id          text not null,
    product_id          text not null,
    sequence            integer not null check (sequence > 0),
    stops               boolean,
    grace_amount_minor  bigint check (grace_amount_minor >= 0),
    currency            text,
    grace_seconds       bigint check (grace_seconds >= 0),
    warning_seconds     bigint not null check (warning_seconds >= 0),
    retention_seconds   bigint check (retention_seconds >= 0),
    recorded_by         text not null,
    recorded_at         timestamptz not null,
    row_hash            bytea not null,
    primary key (account_id, product_id, sequence),
    check ((grace_amount_minor is null) = (currency is null))
);

-- turns: [{"member": "acme-web" or "", "product": "compute" or "", "turn": 10}, …]; allowance null = no order any more
create table stop_order (
    payer_id        text not null references account,
    sequence        integer not null check (sequence > 0),
    allowance_minor bigint check (allowance_minor >= 0),
    horizon_days    integer check (horizon_days > 0),
    turns           jsonb not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, sequence)
);

-- amount null = no cap any more
create table spending_cap (
    account_id   text not null references account,
    sequence     integer not null check (sequence > 0),
    amount_minor bigint check (amount_minor >= 0),
    recorded_by  text not null,
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (account_id, sequence)
);

-- resource_id '' = all resources of the product
create table paid_ahead (
    account_id  text not null references account,
    product_id  text not null references product,
    resource_id text not null,
    starts_at   timestamptz not null,
    ends_at     timestamptz not null check (ends_at > starts_at),
    reference   text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, product_id, resource_id, starts_at)
);

-- one row per state reached, with the figures of the decision; the state is the last one
create table service_step (
    account_id      text not null references account,
    product_id      text not null,
    step            integer not null check (step > 0),
    state           text not null check (state in ('running', 'warned', 'grace', 'suspended', 'released')),
    cause           text not null,
    payer_id        text not null references account,
    currency        text not null,
    available_minor bigint not null,
    overdue_since   timestamptz,
    pace_e10        numeric not null,
    pace_days       integer not null check (pace_days > 0),
    spent_e10       numeric not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, product_id, step)
);

-- alerts --------------------------------------------------------------------------------------------------------------
-- threshold null = switched off; minor units, tenths of days, or days, by kind
create table alert_setting (
    account_id    text not null references account,
    kind          text not null check (kind in ('low-quota', 'high-spend', 'near-overdue', 'expiry')),
    product_id    text not null,
    sequence      integer not null check (sequence > 0),
    threshold     bigint check (threshold >= 0),
    quiet_seconds bigint not null check (quiet_seconds > 0),
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (account_id, kind, product_id, sequence)
);

create table alert_told (
    account_id      text not null references account,
    kind            text not null,
    product_id      text not null,
    key             text not null,
    crossed_at      timestamptz not null,
    times           integer not null check (times > 0),
    figure          bigint not null,
    threshold       bigint not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, kind, product_id, key)
);
create index alert_told_last on alert_told (account_id, kind, product_id, recorded_at);

-- where notices of an account go; active false = no longer
create table notice_channel (
    account_id  text not null references account,
    channel     text not null check (channel in ('mail', 'webhook', 'apprise', 'file')),
    address     text not null,
    sequence    integer not null check (sequence > 0),
    language    text not null check (language in ('en', 'zh')),
    active      boolean not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, channel, address, sequence)
);

-- running state -------------------------------------------------------------------------------------------------------
-- what the month's counters show, so that new usage is priced without reading the month again
create table usage_counter (
    payer_id    text not null,
    month       integer not null,
    sku_id      text not null,
    account_id  text not null,
    quantity_e6 numeric not null,
    primary key (payer_id, month, sku_id, account_id)
) with (fillfactor = 70);

-- through which usage file the counters and the spend of a month and bucket are complete
create table counted_through (
    month    integer not null,
    bucket   integer not null,
    sequence bigint not null,
    primary key (month, bucket)
);

-- what usage costs by day; billed_in is the month whose close bills it
create table running_spend (
    payer_id   text not null,
    account_id text not null,
    product_id text not null,
    day        date not null,
    billed_in  integer not null,
    currency   text not null,
    bucket     integer not null,
    amount_e10 numeric not null,
    primary key (payer_id, account_id, product_id, day, billed_in, currency)
) with (fillfactor = 70);
create index running_spend_month on running_spend (billed_in, bucket);
create index running_spend_item on running_spend (account_id, product_id, day);

-- what can be stopped: each product that an account uses, who pays for it, its last use, and its last step
create table service_item (
    account_id text not null,
    product_id text not null,
    payer_id   text not null,
    currency   text not null,
    used_at    timestamptz not null,
    step       integer not null,
    state      text not null,
    cause      text not null,
    since      timestamptz not null,
    primary key (account_id, product_id)
) with (fillfactor = 70);
create index service_item_payer on service_item (payer_id);
create index service_item_not_running on service_item (payer_id) where state <> 'running' or step = 0;

-- which messages are not done, so that nobody looks through all that ever was
create table outbox_state (
    topic   text not null,
    key     text not null,
    attempt integer not null,
    done    boolean not null,
    next_at timestamptz,
    primary key (topic, key)
) with (fillfactor = 70);
create index outbox_state_open on outbox_state (next_at) where not done;

-- what the available quota of a payer was when it was last looked at
create table quota_watch (
    payer_id         text not null,
    currency         text not null,
    available_minor  bigint not null,
    days_left_tenths bigint,
    overdue_since    timestamptz,
    seen_at          timestamptz not null,
    primary key (payer_id, currency)
) with (fillfactor = 70);

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare name text;
begin
    foreach name in array array[
        'outbox', 'outbox_delivery', 'control_policy', 'stop_order', 'spending_cap', 'paid_ahead', 'service_step',
        'alert_setting', 'alert_told', 'notice_channel']
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
    end loop;
    grant usage on all sequences in schema public to partita_app;
    grant select, insert, update on usage_counter to partita_app;
    grant select, insert, update on counted_through to partita_app;
    grant select, insert, update on running_spend to partita_app;
    grant select, insert, update on service_item to partita_app;
    grant select, insert, update on quota_watch to partita_app;
    grant select, insert, update on outbox_state to partita_app;
end $$;

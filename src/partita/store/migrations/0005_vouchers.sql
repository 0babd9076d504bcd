-- Templates of vouchers and coupons, what was issued by them, and the order in which they are used. Append-only. What is
-- left of a voucher, and who holds it, are balances of the ledger: voucher/<voucher>, voucher_pool.

-- listing: what products means; empty accounts and occasions mean all; tags: {"key": "value", …}, all must be there
create table template (
    enterprise_id text not null references enterprise,
    template_id   text not null,
    instrument    text not null check (instrument in ('voucher', 'coupon')),
    kind          text not null check (kind in ('cash', 'threshold', 'percentage')),
    name          text not null,
    currency      text not null,
    amount_minor  bigint not null check (amount_minor > 0),
    percent_e6    bigint check (percent_e6 between 1 and 1000000),
    minimum_minor bigint not null check (minimum_minor >= 0),
    stacks        boolean not null,
    listing       text not null check (listing in ('all', 'white', 'black')),
    products      text[] not null,
    accounts      text[] not null,
    occasions     text[] not null,
    tags          jsonb not null,
    starts        timestamptz,
    ends          timestamptz,
    days          integer check (days > 0),
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (enterprise_id, template_id),
    check ((kind = 'percentage') = (percent_e6 is not null)),
    check ((listing = 'all') = (products = '{}')),
    check ((ends is null) <> (days is null))
);

-- issued to an account, by the operator or from the account's own pool; members may hold some of it, by sharing
create table voucher (
    account_id      text not null references account,
    voucher_id      text primary key,
    enterprise_id   text not null,
    template_id     text not null,
    amount_minor    bigint not null check (amount_minor > 0),
    valid_from      timestamptz not null,
    valid_until     timestamptz not null,
    from_pool       boolean not null,
    idempotency_key text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    unique (account_id, idempotency_key),
    foreign key (enterprise_id, template_id) references template,
    check (valid_from < valid_until)
);

create table coupon (
    account_id      text not null references account,
    coupon_id       text primary key,
    enterprise_id   text not null,
    template_id     text not null,
    valid_from      timestamptz not null,
    valid_until     timestamptz not null,
    idempotency_key text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    unique (account_id, idempotency_key),
    foreign key (enterprise_id, template_id) references template,
    check (valid_from < valid_until)
);

-- which goes first in an enterprise: the last row counts; without one, earliest expiry, then dedicated before general
create table priority_policy (
    enterprise_id text not null references enterprise,
    instrument    text not null check (instrument in ('voucher', 'coupon')),
    sequence      integer not null check (sequence > 0),
    keys          text[] not null,
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (enterprise_id, instrument, sequence)
);

-- who holds some of a voucher, and was it used: asked by voucher, not by payer
create index balance_voucher on balance (ledger_account) where starts_with(ledger_account, 'voucher/');
create index draw_voucher on draw (source_id) where fund = 'voucher';

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare name text;
begin
    foreach name in array array['template', 'voucher', 'coupon', 'priority_policy']
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
    end loop;
end $$;

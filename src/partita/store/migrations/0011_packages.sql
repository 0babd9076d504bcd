-- Resource packages and savings plans: what was bought, whom it serves, and what usage took of it
-- (docs/rules/resource_package.md, savings_plan.md, deduction.md).

-- cycle null: one quota for the whole validity. factors: [[sku, e6], …]
create table resource_package (
    account_id      text not null references account,
    package_id      text not null unique,
    sku_id          text not null references sku,
    currency        text not null,
    zone            text not null,
    cycle           text check (cycle in ('hour', 'day', 'month')),
    factors         jsonb not null,
    regions         text[] not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, package_id)
);

-- what is paid at once: bought, renewed at the end of the one before, or upgraded; order_id null: given
create table package_stretch (
    account_id      text not null,
    package_id      text not null,
    stretch         integer not null check (stretch > 0),
    kind            text not null check (kind in ('new', 'renew', 'upgrade')),
    starts_at       timestamptz not null,
    ends_at         timestamptz not null check (ends_at > starts_at),
    quota_e6        bigint not null check (quota_e6 > 0),
    price_minor     bigint not null check (price_minor >= 0),
    order_id        text,
    idempotency_key text not null,
    body_hash       bytea not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, package_id, stretch),
    unique (account_id, idempotency_key),
    foreign key (account_id, package_id) references resource_package
);

-- rates: [[sku, e10], …]
create table savings_plan (
    account_id      text not null references account,
    plan_id         text not null unique,
    sku_id          text not null references sku,
    currency        text not null,
    zone            text not null,
    commitment_e10  bigint not null check (commitment_e10 > 0),
    starts_at       timestamptz not null,
    ends_at         timestamptz not null check (ends_at > starts_at),
    pay_mode        text not null check (pay_mode in ('all', 'half', 'none')),
    rates           jsonb not null,
    regions         text[] not null,
    gift            boolean not null,
    order_id        text,
    idempotency_key text not null,
    body_hash       bytea not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, plan_id),
    unique (account_id, idempotency_key)
);
create index savings_plan_fees on savings_plan (starts_at, ends_at) where pay_mode <> 'all';

-- of a commitment and a member ('' = all accounts of its payer) the last row counts from its instant on
create table commitment_share (
    account_id     text not null references account,
    commitment_id  text not null,
    member_id      text not null,
    sequence       integer not null check (sequence > 0),
    shared         boolean not null,
    effective_from timestamptz not null,
    recorded_by    text not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (account_id, commitment_id, member_id, sequence)
);

-- of a commitment, SKU and account ('' = any) the last row counts from its instant on
create table commitment_skip (
    account_id     text not null references account,
    commitment_id  text not null,
    sku_id         text not null,
    member_id      text not null check (sku_id <> '' or member_id <> ''),
    sequence       integer not null check (sequence > 0),
    skipped        boolean not null,
    effective_from timestamptz not null,
    recorded_by    text not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (account_id, commitment_id, sku_id, member_id, sequence)
);

-- it ends before its time: given up, or taken back
create table commitment_end (
    account_id    text not null references account,
    commitment_id text not null,
    ended_at      timestamptz not null,
    reason        text not null,
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (account_id, commitment_id)
);

-- what the close of a month took of quotas that go on beyond it, in base units × 10^6
create table commitment_use (
    payer_id    text not null,
    month       integer not null,
    source_id   text not null,
    taken       numeric not null check (taken > 0),
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, month, source_id)
);
create index commitment_use_source on commitment_use (source_id);

-- running: what open months took, of quotas for their whole validity and of the last window of those that reset
create table commitment_running (
    payer_id  text not null,
    month     integer not null,
    source_id text not null,
    bucket    integer not null,
    window_at timestamptz not null,
    taken     numeric not null,
    primary key (payer_id, month, source_id)
);

do $$
declare
    of_account text := 'exists (select from account a where a.account_id = %I.%I)';
    name text;
    owner text;
begin
    for name, owner in select * from (values
        ('resource_package', 'account_id'), ('package_stretch', 'account_id'), ('savings_plan', 'account_id'),
        ('commitment_share', 'account_id'), ('commitment_skip', 'account_id'), ('commitment_end', 'account_id'),
        ('commitment_use', 'payer_id'), ('commitment_running', 'payer_id')
        ) as held (name, owner)
    loop
        execute format('grant select, insert on %I to partita_app', name);
        execute format('alter table %I enable row level security', name);
        execute format('create policy application on %I to partita_app using (true) with check (true)', name);
        execute format('grant select on %I to partita_tenant', name);
        continue when name = 'commitment_running';
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('create policy tenant on %I to partita_tenant using (' || of_account || ') with check (' || of_account || ')',
                       name, name, owner, name, owner);
    end loop;
    foreach name in array array['commitment_share', 'commitment_skip']
    loop
        execute format('grant insert on %I to partita_tenant', name);
        execute format('create policy own_member on %I as restrictive for insert to partita_tenant '
                       'with check (member_id = '''' or ' || of_account || ')', name, name, 'member_id');
    end loop;
end $$;
create policy tenant on commitment_running for select to partita_tenant
    using (exists (select from account a where a.account_id = commitment_running.payer_id));
grant update, delete on commitment_running to partita_app;

-- what accounts are told of packages (PKG-6): the threshold is a percentage of the quota
alter table alert_setting drop constraint alert_setting_kind_check;
alter table alert_setting add constraint alert_setting_kind_check
    check (kind in ('low-quota', 'high-spend', 'near-overdue', 'expiry', 'low-package'));

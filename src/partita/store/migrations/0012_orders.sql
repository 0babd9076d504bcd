-- Orders, approval, subscriptions and refunds. Everything is a fact that is added: the state of an order, an approval or a
-- subscription is what its last step says.

-- orders --------------------------------------------------------------------------------------------------------------
-- below zero: an order that gives money back. body_hash: what was asked for, so that a client token is used once
create table customer_order (
    payer_id            text not null references account,
    order_id            text not null unique,
    account_id          text not null references account,
    kind                text not null check (kind in (
        'purchase', 'renew', 'upgrade', 'downgrade', 'convert', 'to-usage', 'unsubscribe')),
    currency            text not null,
    list_cost_e10       numeric not null,
    contracted_cost_e10 numeric not null,
    round_down_e10      numeric not null,
    coupon_id           text,
    coupon_minor        bigint not null check (coupon_minor >= 0),
    payable_minor       bigint not null,
    five_day            boolean not null,
    expires_at          timestamptz not null,
    idempotency_key     text not null,
    body_hash           bytea not null,
    placed_by           text not null,
    recorded_at         timestamptz not null,
    row_hash            bytea not null,
    primary key (payer_id, order_id),
    unique (account_id, idempotency_key)
);
create index customer_order_account on customer_order (account_id, recorded_at);
create index customer_order_coupon on customer_order (coupon_id) where coupon_id is not null;

-- starts_at null: it begins when the order is paid, and lasts so many terms
create table order_line (
    payer_id            text not null,
    order_id            text not null,
    line                integer not null check (line > 0),
    product_id          text not null references product,
    sku_id              text not null references sku,
    region              text not null,
    resource_id         text not null,
    subscription_id     text not null,
    quantity            integer not null check (quantity > 0),
    tags                jsonb not null,
    price_id            text not null,
    refundable          boolean not null,
    term                text not null check (term in ('month', 'year')),
    terms               integer not null check (terms > 0),
    starts_at           timestamptz,
    ends_at             timestamptz check (ends_at > starts_at),
    list_cost_e10       numeric not null,
    contracted_cost_e10 numeric not null,
    original_minor      bigint not null,
    price_minor         bigint not null,
    payable_minor       bigint not null,
    recorded_at         timestamptz not null,
    row_hash            bytea not null,
    primary key (payer_id, order_id, line),
    foreign key (payer_id, order_id) references customer_order
);
create index order_line_subscription on order_line (subscription_id);

create table order_step (
    payer_id    text not null,
    order_id    text not null,
    step        integer not null check (step > 0),
    state       text not null check (state in ('unpaid', 'paid', 'cancelled', 'expired')),
    reason      text not null,
    entry_id    text,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, order_id, step),
    foreign key (payer_id, order_id) references customer_order
);

-- what a source paid of a line; below zero: what came back to it. fund 'credit' = it stands on the receivable
create table order_draw (
    payer_id     text not null,
    order_id     text not null,
    line         integer not null,
    number       integer not null check (number > 0),
    fund         text not null,
    source_id    text not null,
    amount_minor bigint not null check (amount_minor <> 0),
    entry_id     text not null,
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (payer_id, order_id, line, number),
    foreign key (payer_id, order_id, line) references order_line
);
create index order_draw_voucher on order_draw (source_id) where fund = 'voucher';

-- a line that is paid, or given back, as a charge: what analysis and the views of bills read beside the charges of usage
create table order_charge (
    payer_id            text not null,
    order_id            text not null,
    line                integer not null,
    account_id          text not null references account,
    product_id          text not null,
    sku_id              text not null,
    region              text not null,
    resource_id         text not null,
    subscription_id     text not null,
    kind                text not null,
    charge_category     text not null check (charge_category in ('Purchase', 'Adjustment')),
    charge_class        text check (charge_class = 'Correction'),
    month               integer not null,
    charged_at          timestamptz not null,
    starts_at           timestamptz not null,
    ends_at             timestamptz not null check (ends_at > starts_at),
    currency            text not null,
    quantity            integer not null,
    tags                jsonb not null,
    price_id            text not null,
    list_cost_e10       numeric not null,
    contracted_cost_e10 numeric not null,
    billed_cost_e10     numeric not null,
    effective_cost_e10  numeric not null,
    payable_minor       bigint not null,
    recorded_at         timestamptz not null,
    row_hash            bytea not null,
    primary key (payer_id, order_id, line),
    foreign key (payer_id, order_id, line) references order_line
);
create index order_charge_month on order_charge (month, payer_id);

-- a payment through the gateway that is to pay an order as soon as it arrives
create table order_payment (
    payer_id    text not null,
    order_id    text not null,
    payment_id  text not null unique,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, order_id, payment_id),
    foreign key (payer_id, order_id) references customer_order
);

-- how a product is refunded; ladder: [[months, factor_e6], …]
create table refund_policy (
    product_id  text not null references product,
    sequence    integer not null check (sequence > 0),
    five_day    boolean not null,
    ladder      jsonb not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (product_id, sequence)
);

-- approval ------------------------------------------------------------------------------------------------------------
-- rules: [{"cause": …, "roles": […], "limit": minor units, "products": […]}, …]
create table approval_policy (
    enterprise_id text not null references enterprise,
    sequence      integer not null check (sequence > 0),
    rules         jsonb not null,
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (enterprise_id, sequence)
);

create table approval_need (
    payer_id    text not null,
    order_id    text not null,
    place       integer not null check (place > 0),
    role        text not null,
    causes      text[] not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (payer_id, order_id, place),
    unique (payer_id, order_id, role),
    foreign key (payer_id, order_id) references customer_order
);

create table approval_decision (
    payer_id     text not null,
    order_id     text not null,
    role         text not null,
    verdict      text not null check (verdict in ('approved', 'rejected')),
    reason       text not null check (reason <> ''),
    decided_by   text not null,
    on_behalf_of text,
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (payer_id, order_id, role),
    foreign key (payer_id, order_id, role) references approval_need (payer_id, order_id, role)
);

-- of a user, role and delegate the last row counts
create table approval_delegation (
    enterprise_id   text not null references enterprise,
    user_id         text not null references books_user,
    role            text not null,
    delegate_id     text not null references books_user,
    sequence        integer not null check (sequence > 0),
    effective_from  timestamptz not null,
    effective_until timestamptz not null check (effective_until >= effective_from),
    reason          text not null,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (enterprise_id, user_id, role, delegate_id, sequence)
);

-- subscriptions -------------------------------------------------------------------------------------------------------
create table subscription (
    account_id      text not null references account,
    subscription_id text not null unique,
    product_id      text not null references product,
    resource_id     text not null,
    region          text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, subscription_id)
);
create index subscription_resource on subscription (account_id, product_id, resource_id);

-- anchor_at and months: by which the calendar gives ends_at
create table subscription_step (
    account_id      text not null,
    subscription_id text not null,
    step            integer not null check (step > 0),
    command         text not null check (command in (
        'start', 'renew', 'resize', 'take-back', 'stop', 'release', 'unsubscribe', 'convert')),
    state           text not null check (state in ('running', 'stopped', 'released', 'unsubscribed', 'converted')),
    payer_id        text not null references account,
    sku_id          text not null references sku,
    quantity        integer not null check (quantity > 0),
    anchor_at       timestamptz not null,
    months          integer not null check (months >= 0),
    ends_at         timestamptz not null,
    order_id        text,
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, subscription_id, step),
    foreign key (account_id, subscription_id) references subscription
);

create table subscription_setting (
    account_id      text not null,
    subscription_id text not null,
    sequence        integer not null check (sequence > 0),
    mode            text not null check (mode in ('manual', 'auto', 'none')),
    term            text not null check (term in ('month', 'year')),
    terms           integer not null check (terms > 0),
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, subscription_id, sequence),
    foreign key (account_id, subscription_id) references subscription
);

-- the unified expiry day of an account; null = none any more
create table expiry_day (
    account_id  text not null references account,
    sequence    integer not null check (sequence > 0),
    day         integer check (day between 1 and 31),
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, sequence)
);

create table renewal_attempt (
    account_id      text not null,
    subscription_id text not null,
    ends_at         timestamptz not null,
    attempt         integer not null check (attempt > 0),
    order_id        text,
    english         text not null,
    chinese         text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (account_id, subscription_id, ends_at, attempt),
    foreign key (account_id, subscription_id) references subscription
);

-- what is paid ahead ends sooner than was recorded: given up, or taken back
create table paid_ahead_end (
    account_id  text not null,
    product_id  text not null,
    resource_id text not null,
    starts_at   timestamptz not null,
    ended_at    timestamptz not null check (ended_at >= starts_at),
    reference   text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, product_id, resource_id, starts_at),
    foreign key (account_id, product_id, resource_id, starts_at) references paid_ahead
);

-- what stands against a change of a relation --------------------------------------------------------------------------
create or replace view open_matter (account_id, kind, reference) with (security_invoker = true) as
    with unpaid as (
        select o.payer_id, o.account_id, o.order_id from customer_order o
        where not exists (select from order_step s where s.payer_id = o.payer_id and s.order_id = o.order_id
                          and s.state <> 'unpaid'))
    select account_id, 'unpaid order', order_id from unpaid
    union all
    select account_id, 'order in progress', order_id from unpaid u
    where exists (select from order_payment p where p.payer_id = u.payer_id and p.order_id = u.order_id)
       or exists (select from approval_decision d where d.payer_id = u.payer_id and d.order_id = u.order_id);

-- what vouchers paid, on bills and orders
create view voucher_draw (payer_id, source_id, currency, amount_minor) with (security_invoker = true) as
    select d.payer_id, d.source_id, b.currency, d.amount_minor
    from draw d join bill b on b.payer_id = d.payer_id and b.bill_id = d.bill_id where d.fund = 'voucher'
    union all
    select d.payer_id, d.source_id, o.currency, d.amount_minor
    from order_draw d join customer_order o on o.payer_id = d.payer_id and o.order_id = d.order_id
    where d.fund = 'voucher';

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare
    of_account text := 'exists (select from account a where a.account_id = %I.%I)';
    name text;
    columns text[];
    shown text;
    checked text;
begin
    for name, columns in select * from (values
        ('customer_order', array['payer_id', 'account_id']), ('order_line', array['payer_id']),
        ('order_step', array['payer_id']), ('order_draw', array['payer_id']),
        ('order_charge', array['payer_id', 'account_id']), ('order_payment', array['payer_id']),
        ('approval_need', array['payer_id']), ('approval_decision', array['payer_id']),
        ('subscription', array['account_id']), ('subscription_step', array['account_id', 'payer_id']),
        ('subscription_setting', array['account_id']), ('expiry_day', array['account_id']),
        ('renewal_attempt', array['account_id']), ('paid_ahead_end', array['account_id']),
        ('refund_policy', null), ('approval_policy', null), ('approval_delegation', null)
        ) as held (name, columns)
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
        execute format('alter table %I enable row level security', name);
        execute format('create policy application on %I to partita_app using (true) with check (true)', name);
        execute format('grant select on %I to partita_tenant', name);
        continue when columns is null;
        shown := format(of_account, name, columns[1]);
        checked := (select string_agg(format(of_account, name, one), ' and ') from unnest(columns) as one);
        execute format('create policy tenant on %I to partita_tenant using (%s) with check (%s)', name, shown, checked);
        execute format('grant insert on %I to partita_tenant', name);
    end loop;
    foreach name in array array['approval_policy', 'approval_delegation']
    loop
        execute format('create policy tenant on %I to partita_tenant using (enterprise_id = any ((select tenants())::text[]))', name);
        execute format('grant insert on %I to partita_tenant', name);
    end loop;
end $$;
create policy tenant on refund_policy for select to partita_tenant using ((select tenants()) is not null);
grant select on voucher_draw to partita_app, partita_tenant;
-- whoever orders has it recorded as paid ahead
grant insert on paid_ahead to partita_tenant;

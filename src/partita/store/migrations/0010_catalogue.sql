-- The catalogue beyond usage prices: configurations, prices of subscriptions, promotions, and who changed what when.

-- one configuration in one region; region '' = the same everywhere; attributes: {"vcpu": "2", …}
create table sku_detail (
    sku_id      text primary key references sku,
    region      text not null,
    attributes  jsonb not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null
);
create index sku_detail_region on sku_detail (region);

-- what one instance costs for one term, paid ahead
create table subscription_price (
    sku_id         text not null references sku,
    currency       text not null,
    term           text not null check (term in ('month', 'year')),
    effective_from timestamptz not null,
    price_id       text not null unique,
    price_e10      bigint not null check (price_e10 >= 0),
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (sku_id, currency, term, effective_from)
);

-- versions of promotions; a factor of one ends the one before; empty lists mean all
create table promotion (
    promotion_id   text not null,
    effective_from timestamptz not null,
    name           text not null,
    factor_e6      bigint not null check (factor_e6 between 0 and 1000000),
    until          timestamptz check (until > effective_from),
    listing        text not null check (listing in ('all', 'white', 'black')),
    products       text[] not null,
    skus           text[] not null,
    occasions      text[] not null,
    months_min     integer not null check (months_min between 0 and 60),
    stacks         boolean not null,
    refundable     boolean not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (promotion_id, effective_from),
    check ((listing = 'all') = (products = '{}'))
);

-- Who changed the catalogue, why and when. What a change recorded carries its instant, which no other change has.
create table catalogue_change (
    recorded_at timestamptz primary key,
    change_id   text not null unique,
    source      text not null,
    reason      text not null,
    added       jsonb not null,
    recorded_by text not null,
    row_hash    bytea not null
);

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare name text;
begin
    foreach name in array array['sku_detail', 'subscription_price', 'promotion', 'catalogue_change']
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
        execute format('alter table %I enable row level security', name);
        execute format('create policy application on %I to partita_app using (true) with check (true)', name);
        continue when name = 'catalogue_change';
        execute format('create policy tenant on %I for select to partita_tenant using ((select tenants()) is not null)', name);
        execute format('grant select on %I to partita_tenant', name);
    end loop;
end $$;
-- Nothing here for partita_tenant: catalogue_change.

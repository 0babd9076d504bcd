-- Packages and plans that are ordered: what a line of an order starts when it is paid
-- (docs/rules/resource_package.md PKG-3, PKG-7; savings_plan.md PLAN-5).

-- terms: of a new package or plan all that was agreed, of a renewal its months, of an upgrade its quota.
-- idempotency_key, body_hash: those of whoever asked, kept with what starts
create table commitment_order (
    payer_id        text not null,
    order_id        text not null,
    line            integer not null,
    account_id      text not null references account,
    commitment_id   text not null,
    what            text not null check (what in ('package', 'renew', 'upgrade', 'plan')),
    terms           jsonb not null,
    idempotency_key text not null,
    body_hash       bytea not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    primary key (payer_id, order_id, line),
    foreign key (payer_id, order_id, line) references order_line
);

do $$
declare
    of_account text := 'exists (select from account a where a.account_id = %I.%I)';
    name text;
begin
    create trigger seal before insert on commitment_order for each row execute function seal_row();
    grant select, insert on commitment_order to partita_app;
    alter table commitment_order enable row level security;
    create policy application on commitment_order to partita_app using (true) with check (true);
    grant select, insert on commitment_order to partita_tenant;
    execute 'create policy tenant on commitment_order to partita_tenant using ('
        || format(of_account, 'commitment_order', 'payer_id') || ') with check ('
        || format(of_account, 'commitment_order', 'payer_id') || ' and '
        || format(of_account, 'commitment_order', 'account_id') || ')';
    -- what a customer's order starts when it is paid, and ends when it is given back; only the operator gives
    foreach name in array array['resource_package', 'package_stretch', 'savings_plan', 'commitment_end']
    loop
        execute format('grant insert on %I to partita_tenant', name);
    end loop;
    foreach name in array array['package_stretch', 'savings_plan']
    loop
        execute format('create policy ordered on %I as restrictive for insert to partita_tenant '
                       'with check ((select tenants()) is not null and order_id is not null)', name);
    end loop;
end $$;

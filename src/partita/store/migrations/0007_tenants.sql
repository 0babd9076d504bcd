-- Tenants: what is done for a user of an enterprise stays within the rows of that enterprise, by PostgreSQL itself
-- (docs/rules/tenant.md). A transaction of the operator is partita_app and sees everything; one of a user takes a ticket
-- and becomes partita_tenant, whose policies let it see and write only what belongs to the enterprises on the ticket.
-- A table that comes later says here what it is: a test names every table without a policy.

-- the ticket ----------------------------------------------------------------------------------------------------------
-- known to no role: only the two functions below read it
create table tenant_secret (
    only_row boolean primary key default true check (only_row),
    secret   bytea not null
);
insert into tenant_secret (secret)
    select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());

-- Twice, as HMAC does it, so that no mark can be lengthened; with the transaction, so that none outlives it.
create function tenant_mark(names text) returns text language plpgsql stable as $$
begin
    return (select encode(sha256(secret || sha256(secret || convert_to(
                       pg_current_xact_id()::text || ' ' || names, 'UTF8'))), 'hex')
            from public.tenant_secret);
end $$;

-- what the application puts into partita.tenant: a mark, and the names that it vouches for in this transaction
create function tenant_ticket(enterprises text[]) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare names text := array_to_string(enterprises, ' ');
begin
    if exists (select from unnest(enterprises) as one (name) where name is null or name ~ '\s' or name = '') then
        raise exception 'no name of an enterprise is empty or has a space in it' using errcode = 'check_violation';
    end if;
    return public.tenant_mark(names) || ' ' || names;
end $$;

-- the enterprises of this transaction; null without a ticket, or with one that was not made for it
create function tenants() returns text[]
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    ticket text := current_setting('partita.tenant', true);
    names text;
begin
    if coalesce(ticket, '') = '' or pg_current_xact_id_if_assigned() is null then
        return null;
    end if;
    names := substr(ticket, 66);
    if left(ticket, 65) <> public.tenant_mark(names) || ' ' then
        return null;
    end if;
    return string_to_array(names, ' ');
end $$;

revoke execute on function tenant_mark(text), tenant_ticket(text[]), tenants() from public;
grant execute on function tenant_ticket(text[]) to partita_app;
grant execute on function tenants() to partita_tenant;
grant usage on schema public to partita_tenant;

-- everybody else ------------------------------------------------------------------------------------------------------
-- every table is closed; the application sees and adds everything that it has a right to
do $$
declare name text;
begin
    for name in select relname from pg_class
                where relnamespace = 'public'::regnamespace and relkind = 'r' and relowner = current_user::regrole loop
        execute format('alter table %I enable row level security', name);
        if name <> 'tenant_secret' then
            execute format('create policy application on %I to partita_app using (true) with check (true)', name);
        end if;
    end loop;
end $$;

-- a view shows what whoever asks may see, not what its owner may
alter view open_matter set (security_invoker = true);
grant select on open_matter to partita_tenant;

-- shared --------------------------------------------------------------------------------------------------------------
-- the catalogue, the months, and where the files lie: the same for all, and no row is anybody's
do $$
declare name text;
begin
    foreach name in array array[
        'deployment', 'product', 'sku', 'price', 'product_cycle', 'usage_file', 'charge_file', 'bill_import_replaced',
        'close_run', 'close_step']
    loop
        execute format('create policy tenant on %I for select to partita_tenant using ((select tenants()) is not null)', name);
        execute format('grant select on %I to partita_tenant', name);
    end loop;
end $$;

-- of an enterprise ----------------------------------------------------------------------------------------------------
-- (select tenants()) is asked once a statement, whatever the number of rows
do $$
declare name text;
begin
    foreach name in array array[
        'enterprise', 'org_unit', 'account', 'role_grant', 'permission_policy', 'template', 'priority_policy']
    loop
        execute format('create policy tenant on %I to partita_tenant using (enterprise_id = any ((select tenants())::text[]))', name);
        execute format('grant select on %I to partita_tenant', name);
    end loop;
end $$;
grant insert on org_unit, account, role_grant, permission_policy, template, priority_policy to partita_tenant;

-- whoever has a role here is known here, wherever the user is at home
create policy tenant on books_user for select to partita_tenant using (
    enterprise_id = any ((select tenants())::text[])
    or exists (select from role_grant g where g.user_id = books_user.user_id));
create policy tenant_adds on books_user for insert to partita_tenant
    with check (enterprise_id = any ((select tenants())::text[]));
grant select, insert on books_user to partita_tenant;

-- of an account -------------------------------------------------------------------------------------------------------
-- The policy of account decides whose an account is. Asked one row at a time through its key, or, where a statement reads
-- many, all at once: the planner chooses. What is written has to name accounts of the enterprise in all its columns.
do $$
declare
    of_account text := 'exists (select from account a where a.account_id = %I.%I)';
    name text;
    columns text[];
    shown text;
    checked text;
begin
    for name, columns in select * from (values
        ('placement', array['account_id']), ('payment_relation', array['account_id', 'payer_id']),
        ('account_registration', array['account_id']), ('account_step', array['account_id']),
        ('verification', array['account_id']), ('invoice_profile', array['account_id']),
        ('customer_tier', array['account_id']), ('discount', array['payer_id']), ('usage_reach', array['account_id']),
        ('batch_row', array['account_id']),
        ('bill', array['payer_id']), ('bill_line', array['payer_id', 'account_id']), ('bill_product', array['payer_id']),
        ('ledger_head', array['payer_id']), ('entry', array['payer_id']), ('posting', array['payer_id']),
        ('balance', array['payer_id']), ('draw', array['payer_id']), ('hold', array['payer_id']),
        ('fund_freeze', array['payer_id']), ('fund_release', array['payer_id']), ('acceptance', array['payer_id']),
        ('acceptance_end', array['payer_id']), ('stored_value_card', array['payer_id']),
        ('stored_value_activation', array['payer_id']), ('payment', array['payer_id']),
        ('payment_step', array['payer_id']), ('credit_change', array['management_id', 'account_id']),
        ('credit_change_end', array['management_id']), ('credit_contract', array['management_id']),
        ('credit_term', array['management_id']), ('voucher', array['account_id']), ('coupon', array['account_id']),
        ('stop_order', array['payer_id']), ('spending_cap', array['account_id']), ('paid_ahead', array['account_id']),
        ('service_step', array['account_id', 'payer_id']), ('service_item', array['account_id', 'payer_id']),
        ('alert_setting', array['account_id']), ('alert_told', array['account_id']),
        ('notice_channel', array['account_id']), ('usage_counter', array['payer_id', 'account_id']),
        ('running_spend', array['payer_id', 'account_id']), ('quota_watch', array['payer_id'])
        ) as held (name, columns)
    loop
        shown := format(of_account, name, columns[1]);
        checked := (select string_agg(format(of_account, name, one), ' and ') from unnest(columns) as one);
        if name in ('placement', 'voucher', 'coupon') then
            checked := checked || ' and enterprise_id = any ((select tenants())::text[])';
        end if;
        execute format('create policy tenant on %I to partita_tenant using (%s) with check (%s)', name, shown, checked);
        execute format('grant select on %I to partita_tenant', name);
    end loop;
end $$;
grant insert on placement, payment_relation, account_registration, account_step, verification, invoice_profile, batch_row,
    entry, posting, fund_freeze, fund_release, stored_value_card, stored_value_activation, payment, credit_change,
    credit_change_end, credit_contract, voucher, stop_order, spending_cap, service_step, alert_setting, alert_told,
    notice_channel to partita_tenant;
grant insert, update on ledger_head, balance, quota_watch to partita_tenant;
grant update on service_item to partita_tenant;

-- through another row -------------------------------------------------------------------------------------------------
create policy tenant on relation to partita_tenant using (enterprise_id = any ((select tenants())::text[]))
    with check (enterprise_id = any ((select tenants())::text[])
                and exists (select from account a where a.account_id = relation.management_id)
                and exists (select from account a where a.account_id = relation.member_id));
create policy tenant on relation_step to partita_tenant
    using (exists (select from relation r where r.relation_id = relation_step.relation_id));
create policy tenant on role_revocation to partita_tenant
    using (exists (select from role_grant g where g.grant_id = role_revocation.grant_id));
grant select, insert on relation, relation_step, role_revocation to partita_tenant;

-- A legal entity is seen by whoever has an account verified as it, and a batch by whoever has an account in it; both are
-- there before the row that says so.
create index verification_entity on verification (entity_id);
create index account_enterprise on account (enterprise_id);
create policy tenant on legal_entity for select to partita_tenant
    using (exists (select from verification v where v.entity_id = legal_entity.entity_id));
create policy tenant_adds on legal_entity for insert to partita_tenant with check (cardinality((select tenants())) > 0);
create policy tenant on batch for select to partita_tenant
    using (exists (select from batch_row r where r.batch_id = batch.batch_id));
create policy tenant_adds on batch for insert to partita_tenant with check (cardinality((select tenants())) > 0);
grant select, insert on legal_entity, batch to partita_tenant;

-- settings of the operator for all accounts hold for these too
create policy tenant on control_policy for select to partita_tenant using (
    (account_id = '' and (select tenants()) is not null)
    or exists (select from account a where a.account_id = control_policy.account_id));
grant select on control_policy to partita_tenant;

-- Messages are left; of those about its own accounts it is seen what was left before, and what the cloud was told last.
create policy tenant on outbox to partita_tenant
    using (exists (select from account a where a.account_id = payload ->> 'account'));
grant insert, select (topic, key, subject, sequence, payload) on outbox to partita_tenant;
create policy tenant on outbox_state for insert to partita_tenant
    with check (attempt = 0 and not done and exists (
        select from outbox o where o.topic = outbox_state.topic and o.key = outbox_state.key));
grant insert on outbox_state to partita_tenant;

-- Of a gateway's notice whoever paid sees under which number; it names a payer once it fits a payment.
create policy tenant on payment_notice for select to partita_tenant
    using (exists (select from account a where a.account_id = payment_notice.payer_id));
grant select (notice_id, transaction_id) on payment_notice to partita_tenant;

-- Nothing here for partita_tenant: alembic_version, bill_import, counted_through, outbox_delivery, payment_notice_end,
-- tenant_secret, usage_batch.

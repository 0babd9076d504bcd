-- Clearing: money that comes in pays what is unpaid, in the transaction of whoever brings it (docs/rules/clearing.md).
grant insert on draw to partita_tenant;
-- a draw pays a bill of its payer: that the payer is one's own does not make the bill so
create policy own_bill on draw as restrictive for insert to partita_tenant
    with check ((select tenants()) is not null
                and exists (select from bill b where b.payer_id = draw.payer_id and b.bill_id = draw.bill_id));

-- Clearing: money that comes in pays what is unpaid, in the transaction of whoever brings it (docs/rules/clearing.md).
grant insert on draw to partita_tenant;

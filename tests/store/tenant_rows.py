"""A row of every table that holds rows of an enterprise, as its enterprise would have it, and whose the tables are.

In `ROWS` `@` stands for the enterprise (red, blue) and `#` for a number that makes the row another one: every id in it
has the name of its enterprise. They stand in an order in which each finds what it refers to.
"""

from __future__ import annotations

from collections.abc import Iterator

SHARED = frozenset(
    "deployment product product_seller sku price product_cycle usage_file charge_file bill_import_replaced close_run "
    "close_step invoice_issuer refund_policy sku_detail subscription_price promotion".split()
)
"""The same for all, and no row is anybody's: everybody with a ticket reads them."""

OPERATOR_ONLY = frozenset(
    "alembic_version bank_transfer bank_transfer_end bill_import counted_through difference_end outbox_delivery "
    "payment_notice_end reconciled_day statement statement_line statement_source tenant_secret usage_batch "
    "catalogue_change".split()
)
"""Nothing here for a tenant, not even to read."""

NEVER_READ = frozenset({"outbox_state"})
"""Written by tenants, and not read."""

ONLY = {"outbox": "key", "payment_notice": "notice_id"}
"""Tables of which tenants read but a few columns, each with one of them that names the row."""

NOBODYS = frozenset({"legal_entity", "batch"})
"""Added before the row that says whose they are: until then nobody sees them."""

MAY_ADD = frozenset(
    "org_unit account role_grant permission_policy template priority_policy books_user placement payment_relation "
    "account_registration account_step verification invoice_profile batch_row entry posting fund_freeze fund_release "
    "stored_value_card stored_value_activation payment credit_change credit_change_end credit_contract voucher "
    "stop_order spending_cap service_step alert_setting alert_told notice_channel ledger_head balance quota_watch "
    "relation relation_step role_revocation legal_entity batch outbox outbox_state draw clearing_switch "
    "custom_settlement custom_settlement_bill custom_settlement_payment custom_settlement_end credit_suspension "
    "customer_order order_line order_step order_draw order_charge order_payment approval_policy approval_need "
    "approval_decision approval_delegation subscription subscription_step subscription_setting expiry_day "
    "custom_bill renewal_attempt commitment_share commitment_skip paid_ahead paid_ahead_end invoice invoice_line "
    "invoice_step invoice_offset commitment_order resource_package package_stretch package_cut savings_plan "
    "commitment_end card_return".split()
)
MAY_CHANGE = frozenset({"ledger_head", "balance", "quota_watch", "service_item"})

_WHEN = "'2026-01-0#', 'x', now()"
ROWS = f"""
enterprise           | '@', '@', 'UTC', 'CNY', now()
org_unit             | '@', '@-unit#', null, 'company', 'x', now()
account              | '@-acct#', '@', 'x', now()
account              | '@-shop#', '@', 'x', now()
placement            | '@-acct1', '2020-01-0#', '@', '@-unit1', now()
payment_relation     | '@-acct1', '2020-01-0#', '@-shop1', now()
discount             | '@-acct1', 'all', '#', '2020-01-01', 1, false, now()
account_registration | '@-acct#', 'enterprise', 'x', now()
account_step         | '@-acct1', #, 'open', '', 'x', now()
legal_entity         | '@-entity#', 'organisation', 'CN', '@#', 'x', now()
verification         | '@-acct1', #, '@-entity#', 'x', now()
invoice_profile      | '@-acct1', #, 't', '', '', '', '', '', 'x', now()
customer_tier        | '@-acct1', '2020-01-0#', 'basic', 'x', now()
books_user           | '@-user#', '@', 'x', 'x', now()
role_grant           | '@-grant#', '@-user#', 'FINANCE', '@', null, '2020-01-01', null, 'x', now()
role_revocation      | '@-grant#', {_WHEN}
permission_policy    | '@', #, '', '{{}}', 'x', now()
relation             | '@-rel#', '@', '@-acct1', '@-shop1', 'invited', now()
relation_step        | '@-rel#', 0, 'invite', 'active', 'independent', '{{}}', now(), null, 'k', '{{}}', 'x', now()
batch                | '@-batch#', 'link', '', 'f', 1, 'x', now()
batch_row            | '@-batch#', 1, 'done', '@-acct1', '', '', now()
usage_reach          | '@-acct#', now()
bill                 | '@-acct1', 20260#, 'CNY', '@-bill#', 0, 0, 0, 0, 0, 0, 1, 0, now()
bill_line            | '@-acct1', '@-bill#', 1, 'usage', '@-shop1', 'p', 's', 202601, 'hour', 1, 1, 1, 1, 1
bill_product         | '@-acct1', '@-bill#', 'p', 1, 1
ledger_head          | '@-acct#', 0, ''
entry                | '@-acct1', #, '@-entry#', 'k', '', '', now(), now(), '#', '', null, '', ''
posting              | '@-acct1', #, 1, 'cash', 'CNY', 1), ('@-acct1', #, 2, 'bank', 'CNY', -1
balance              | '@-acct1', 'cash#', 'CNY', 1
draw                 | '@-acct1', '@-bill1', #, 'cash', '', 1, '@-entry#', now()
clearing_switch      | '@-acct1', #, true, 'x', now()
bill_seller          | '@-acct1', '@-bill1', #, '', 1, 0, now()
bill_offset          | '@-acct1', '@-bill1', 'bill', '@-bill#', 1, 0, now()
custom_settlement    | '@-acct1', '@-stl#', 'CNY', '{{}}', '#', 'x', now()
custom_settlement_bill | '@-acct1', '@-stl1', #, '@-bill1', 1, now()
custom_settlement_payment | '@-acct1', '@-stl1', '@-bill1', 1, '@-entry#', now()
custom_settlement_end | '@-acct1', '@-stl#', 'settled', 'x', now()
dunning_policy       | '@-acct1', #, false, '{{0}}', 0, 0, null, null, 'x', now()
dunning_reminder     | '@-acct1', '@-bill1', #, '2026-01-01', 1, now()
interest_charge      | '@-acct1', '@-bill1', #, '2026-01-01', 0, 0, null, now()
credit_suspension    | '@-acct1', #, true, '@-bill1', 'x', now()
hold                 | '@-acct1', 20260#, 'CNY', 1
fund_freeze          | '@-acct1', '@-frz#', 'CNY', 1, '', '#', 'x', now()
fund_release         | '@-acct1', '@-frz#', 1, 1, '', '#', 'x', now()
acceptance           | '@-acct1', '@-doc#', 'CNY', 1, '2027-01-01', 'x', 'x', now()
acceptance_end       | '@-acct1', '@-doc#', 'collected', 0, 0, 'x', now()
stored_value_card    | '@-acct1', '@-card#', 'CNY', 1, 1, null, '#', 'x', now()
stored_value_activation | '@-acct1', '@-card#', {_WHEN}
payment              | '@-acct1', '@-pay#', 'CNY', 1, '#', 'x', now()
payment_notice       | '@-ntc#', '@-acct1', '@-pay#', 't', 'credited', '', '', now()
payment_step         | '@-acct1', '@-pay#', 1, 'paid', '@-ntc#', now(), now()
credit_change        | '@-acct1', '@-crc#', '@-shop1', 'CNY', 1, false, '', '#', 'x', now()
credit_change_end    | '@-acct1', '@-crc#', #, 'applied', '', 'x', now()
credit_contract      | '@-acct#', 'c', 'x', now()
credit_term          | '@-acct1', #, 1, 1, 'x', now()
template             | '@', '@-tpl#', 'voucher', 'cash', 'x', 'CNY', 1, null, 0, false, 'all', '{{}}', '{{}}', '{{}}', '{{}}', null, null, 10, 'x', now()
voucher              | '@-acct1', '@-vch#', '@', '@-tpl1', 1, '2026-01-01', '2027-01-01', false, '#', 'x', now()
coupon               | '@-acct1', '@-cpn#', '@', '@-tpl1', '2026-01-01', '2027-01-01', '#', 'x', now()
priority_policy      | '@', 'voucher', #, '{{}}', 'x', now()
outbox               | 'file', '@-msg#', default, '', '{{"account": "@-acct1"}}', now()
outbox_state         | 'file', '@-msg#', 0, false, null
control_policy       | '@-acct1', '', #, true, null, null, null, 0, null, 'x', now()
stop_order           | '@-acct1', #, null, null, '[]', 'x', now()
spending_cap         | '@-acct1', #, 1, 'x', now()
paid_ahead           | '@-acct1', 'p', 'r#', '2026-01-01', '2027-01-01', 'ref', 'x', now()
service_step         | '@-acct1', 'p#', 1, 'running', 'c', '@-shop1', 'CNY', 1, null, 1, 1, 1, 'x', now()
service_item         | '@-acct1', 'p#', '@-shop1', 'CNY', now(), 0, 'running', 'c', now()
alert_setting        | '@-acct1', 'expiry', '', #, 1, 1, 'x', now()
alert_told           | '@-acct1', 'expiry', '', '#', now(), 1, 1, 1, now()
notice_channel       | '@-acct1', 'mail', 'a#', 1, 'en', true, 'x', now()
usage_counter        | '@-acct1', 20260#, 's', '@-shop1', 1
running_spend        | '@-acct1', '@-shop1', 'p', '2026-01-0#', 202601, 'CNY', 0, 1
quota_watch          | '@-acct#', 'CNY', 1, null, null, now()
resource_package     | '@-acct1', '@-pkg#', 's', 'CNY', 'UTC', null, '[]', '{{}}', 'x', now()
package_stretch      | '@-acct1', '@-pkg#', 1, 'new', '2026-01-01', '2026-02-01', 1, 0, '@-ord1', '#', '', 'x', now()
package_cut          | '@-acct1', '@-pkg#', 1, 1, now()
savings_plan         | '@-acct1', '@-plan#', 's', 'CNY', 'UTC', 1, '2026-01-01', '2027-01-01', 'all', '[]', '{{}}', false, '@-ord1', '#', '', 'x', now()
commitment_share     | '@-acct1', '@-pkg1', '@-shop1', #, true, now(), 'x', now()
commitment_skip      | '@-acct1', '@-pkg1', 's', '@-shop1', #, true, now(), 'x', now()
commitment_end       | '@-acct1', '@-pkg#', now(), '', 'x', now()
commitment_use       | '@-acct1', 20260#, '@-pkg1', 1, now()
commitment_running   | '@-acct1', 20260#, '@-pkg1', 0, now(), 1
customer_order       | '@-acct1', '@-ord#', '@-shop1', 'purchase', 'CNY', 1, 1, 0, null, 0, 1, false, now(), '#', '', 'x', now()
order_line           | '@-acct1', '@-ord#', 1, 'p', 's', '', 'r', '@-sub1', 1, '{{}}', '', true, 'month', 1, null, null, 1, 1, 1, 1, 1, now()
commitment_order     | '@-acct1', '@-ord#', 1, '@-acct1', '@-pkg1', 'upgrade', '{{}}', '#', '', now()
order_step           | '@-acct1', '@-ord#', 1, 'unpaid', '', null, 'x', now()
order_draw           | '@-acct1', '@-ord#', 1, 1, 'cash', 'cash', 1, '@-entry1', now()
card_return          | '@-acct1', '@-ord#', 1, 1, 'c', 1, now()
order_charge         | '@-acct1', '@-ord#', 1, '@-shop1', 'p', 's', '', 'r', '@-sub1', 'purchase', 'Purchase', null, 202601, now(), '2026-01-01', '2026-02-01', 'CNY', 1, '{{}}', '', 1, 1, 1, 1, 1, now()
order_payment        | '@-acct1', '@-ord#', '@-pay#', now()
approval_policy      | '@', #, '[]', 'x', now()
approval_need        | '@-acct1', '@-ord#', 1, 'FINANCE', '{{}}', now()
approval_decision    | '@-acct1', '@-ord#', 'FINANCE', 'approved', 'r', 'x', null, now()
approval_delegation  | '@', '@-user#', 'FINANCE', '@-user#', 1, '2026-01-01', '2026-02-01', 'r', 'x', now()
subscription         | '@-acct1', '@-sub#', 'p', 'r', '', now()
subscription_step    | '@-acct1', '@-sub#', 1, 'start', 'running', '@-shop1', 's', 1, now(), 1, now(), null, 'x', now()
subscription_setting | '@-acct1', '@-sub#', 1, 'auto', 'month', 1, 'x', now()
expiry_day           | '@-acct1', #, 1, 'x', now()
renewal_attempt      | '@-acct1', '@-sub#', now(), 1, null, '', '', now()
invoice              | '@-acct1', '@-inv#', 'general', 'independent', '', 'CNY', 't', 600, 1, 0, '{{}}', '{{}}', 'CN', '', null, null, '', '#', '', 'x', now()
invoice_line         | '@-acct1', '@-inv#', 1, '@-shop1', 'bill', '@-bill#', 202601, 1, 0, now()
invoice_step         | '@-acct1', '@-inv#', 1, 'apply', 'applied', '', null, '', '', 'x', now()
invoice_offset       | '@-acct1', '@-ivo#', 'bill', '@-bill1', 'bill', '@-bill2', '', 'CNY', 1, '#', 'x', now()
bill_adjustment      | '@-acct1', '@-adj#', '@-shop1', 'p', '', '', 'CNY', 1, 202601, 202601, now(), 'r', '#', '', 'x', now()
custom_bill          | '@-acct1', 'c', #, '{{}}', 'none', true, 'x', now()
custom_bill_delivery | '@-acct1', 'c', 't#', 1, 202601, 'p', '', 0, now()
paid_ahead_end       | '@-acct1', 'p', 'r#', '2026-01-01', '2026-01-02', 'x', now()
"""  # noqa: E501 - a row a line

PRODUCT = (
    "insert into product values ('p', 'P', 'Compute', now()); insert into sku values ('s', 'p', 'S', 'hour', now())"
)


def inserts(enterprise: str, number: int) -> Iterator[tuple[str, str]]:
    """Yield (table, statement) for every row of an enterprise, in an order that its references allow."""
    for line in ROWS.strip().splitlines():
        table, _, values = line.partition("|")
        filled = values.strip().replace("@", enterprise).replace("#", str(number))
        yield table.strip(), f"insert into {table.strip()} values ({filled})"


TENANT_HELD = frozenset(table for table, _ in inserts("red", 1))

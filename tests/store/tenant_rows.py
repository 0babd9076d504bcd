"""A row of every table that holds rows of an enterprise, as its enterprise would have it, and whose the tables are.

In `ROWS` `@` stands for the enterprise (red, blue) and `#` for a number that makes the row another one: every id in it
has the name of its enterprise. They stand in an order in which each finds what it refers to.
"""

from __future__ import annotations

from collections.abc import Iterator

SHARED = frozenset(
    "deployment product sku price product_cycle usage_file charge_file bill_import_replaced close_run "
    "close_step".split()
)
"""The same for all, and no row is anybody's: everybody with a ticket reads them."""

OPERATOR_ONLY = frozenset(
    "alembic_version bill_import counted_through outbox_delivery payment_notice_end tenant_secret usage_batch".split()
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
    "relation relation_step role_revocation legal_entity batch outbox outbox_state draw".split()
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
bill_offset          | '@-acct1', '@-bill1', 'bill', '@-bill#', 1, 0, now()
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
"""  # noqa: E501 - a row a line

PRODUCT = "insert into product values ('p', 'P', 'Compute', now())"


def inserts(enterprise: str, number: int) -> Iterator[tuple[str, str]]:
    """Yield (table, statement) for every row of an enterprise, in an order that its references allow."""
    for line in ROWS.strip().splitlines():
        table, _, values = line.partition("|")
        filled = values.strip().replace("@", enterprise).replace("#", str(number))
        yield table.strip(), f"insert into {table.strip()} values ({filled})"


TENANT_HELD = frozenset(table for table, _ in inserts("red", 1))

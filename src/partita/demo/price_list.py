"""The price list of the demo's last chapters: subscriptions, a promotion, packages and plans, and a price to come."""

from __future__ import annotations

from pathlib import Path

SERVER, SMALL = "vm.c8.xlarge", "vm.g8.large"
PACKAGE, PLAN = "pack.compute", "plan.compute"
PLAN_RATE = "0.35"
"""What an hour of a small server costs by the plan."""
_DOCUMENTS = {
    "products.csv": "product_id,name,service_category\ncommitments,资源包与节省计划 Commitments,Compute\n",
    "skus.csv": "sku_id,product_id,name,unit,attributes.quota,attributes.covers,attributes.each,attributes.rates\n"
    f"{PACKAGE},commitments,计算资源包 Compute package,Hour,5000,{SERVER},month,\n"
    f"{PLAN},commitments,计算节省计划 Compute plan,Hour,,,,{SMALL}@{PLAN_RATE}\n",
    "subscription_prices.csv": "sku_id,currency,term,effective_from,price\n"
    f"{SERVER},CNY,month,2026-11-01,420.00\n{SERVER},CNY,year,2026-11-01,4200.00\n{SMALL},CNY,month,2026-11-01,250.00\n"
    f"{PACKAGE},CNY,month,2026-11-01,1800.00\n",
    "promotions.yaml": "- promotion_id: winter\n  name: 冬季三个月 Three months of winter\n"
    "  effective_from: 2026-11-01\n  until: 2027-01-01\n  factor: 0.90\n"
    "  products: [compute]\n  orders: [purchase]\n  months: 3\n",
    "prices.csv": "sku_id,currency,effective_from,model,counter,tier_to,price,block_size\n"
    f"{SERVER},CNY,2027-01-01,unit,,,0.8732,\n",
}


def write_price_list(folder: Path) -> Path:
    """Write the documents of the catalogue into a folder, and return it."""
    folder.mkdir(parents=True)
    for name, text in _DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder

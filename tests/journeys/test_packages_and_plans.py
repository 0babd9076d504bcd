"""Resource packages and savings plans on the command line: granted, shared, used, traced, reported and proved."""

from __future__ import annotations

from command_line import CommandLine


def test_a_package_and_a_plan_cover_a_month(line: CommandLine) -> None:
    line.at("2026-10-01 00:00")
    line.set_up(["acme"], {"vm": ("compute", "10.00"), "db": ("compute", "5.00"), "pack": ("compute", "0"),
                           "plan": ("compute", "0")})  # fmt: skip
    line.said("funds", "top-up", "acme", "1000.00")

    # a package of 100 machine hours a month, of which a database takes half of one; paid at once, once for its key
    grant = "package grant acme pack 100 vm,db*0.5 --for 3 --each month --price 300.00".split()
    assert line.said(*grant, "--key", "p-1", "--dry-run")["dry_run"]
    package = line.said(*grant, "--key", "p-1")
    assert (package["price"], package["repeated"]) == ("300.00", False)
    assert line.said(*grant, "--key", "p-1")["repeated"]
    assert line.said("funds", "show", "acme")["cash"] == "700.00"
    plan = line.said("plan", "grant", "acme", "plan", "8.00", "vm@4.00", "--key", "s-1")
    assert line.refused("plan", "grant", "acme", "plan", "8.00", "nothing@4.00", "--key", "s-2") == "UNKNOWN_SKU"

    # 60 hours of machines and 80 of databases take the whole package; then the plan: 2 hours at 4.00 of each hour
    line.use("acme vm 60 2026-10-05 10:00", "acme db 80 2026-10-06 10:00", "acme vm 5 2026-10-07 10:00")
    line.at("2026-11-01 12:00")
    line.said("close", "2026-10")
    taken = line.said("deduct", "log", "2026-10", "--account", "acme")["deductions"]
    assert [(one["sku_id"], one["source_id"], one["quantity"]) for one in taken] == [
        ("vm", package["commitment_id"], "60"),
        ("db", package["commitment_id"], "80"),
        ("vm", plan["commitment_id"], "2"),
    ]
    [used] = [one for one in line.said("deduct", "utilisation", "2026-10")["commitments"] if one["kind"] == "package"]
    assert (used["used"], used["unused"], used["rate"]) == ("100", "0", "100.00%")
    covered = {one["sku_id"]: one["quantity_rate"] for one in line.said("deduct", "coverage", "2026-10")["skus"]}
    assert covered["db"] == "100.00%"
    assert "100.00%" in line.shown("deduct", "utilisation", "2026-10")
    assert "使用率" in line.shown("deduct", "utilisation", "2026-10", language="zh")
    assert "用量覆盖率" in line.shown("deduct", "coverage", language="zh")
    _changed(line, package["commitment_id"], plan["commitment_id"])
    line.proves()


def _changed(line: CommandLine, package: str, plan: str) -> None:
    """More quota, another term, and the end of the plan: it charges nothing more."""
    more = line.said("package", "upgrade", package, "50", "--price", "0", "--key", "p-2")
    assert more["source_id"].startswith(package)
    line.said("package", "renew", package, "--for", "1", "--price", "0", "--key", "p-3")
    stretches = line.said("package", "list", "acme")["packages"][0]["stretches"]
    assert [(one["quota"], one["state"]) for one in stretches][:2] == [("100", "running"), ("50", "running")]
    line.said("deduct", "skip", plan, "--sku", "vm")
    line.said("deduct", "end", plan, "--reason", "the project is over")
    assert line.said("plan", "list", "acme")["plans"][0]["state"] == "ended"
    assert "已终止" in line.shown("plan", "list", "acme", language="zh")

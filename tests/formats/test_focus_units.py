from __future__ import annotations

import re

import pytest

from partita.formats.focus_rules.checks import UNIT
from partita.formats.focus_units import focus_unit


@pytest.mark.parametrize(("unit", "wanted"), [
    ("hour", "Hours"), ("小时", "Hours"), ("Hrs", "Hours"), ("月", "Months"), ("个", "Units"), ("次", "Requests"),
    ("GB", "GB"), ("gb", "GB"), ("Gb", "Gb"), ("GiB", "GiB"), ("GB-hour", "GB-Hours"), ("GB·月", "GB-Months"),
    ("GB-Mo", "GB-Months"), ("vCPU-hour", "vCPU-Hours"), ("核·小时", "Core-Hours"), ("instance-hour", "Instance-Hours"),
    ("GB/month", "GB/Month"), ("Requests/Second", "Requests/Second"), ("10k requests", "10000 Requests"),
    ("万次", "10000 Requests"), ("10000次", "10000 Requests"), ("1 Hour", "Hours"), ("100 Hours", "100 Hours"),
    ("1M tokens", "1000000 Tokens"), ("10K", "10000 Units"), ("OCPU Per Hour", "OCPU-Hours"),
    ("Gigabytes Per Hour", "GB-Hours"), ("gibibyte month", "GiB-Months"), ("gigabyte", "GB"),
    ("1K devices", "1000 devices"),
    ("Lambda-GB-Second", "Lambda GB-Seconds"),
])  # fmt: skip
def test_a_known_unit_takes_the_form_of_focus(unit: str, wanted: str) -> None:
    assert focus_unit(unit) == wanted
    assert re.fullmatch(UNIT, wanted)
    assert focus_unit(wanted) == wanted


@pytest.mark.parametrize("unit", ["GiB/Second-Month", "weird thing", "", "配额包"])
def test_an_unknown_unit_stays_as_it_is(unit: str) -> None:
    assert focus_unit(unit) == unit

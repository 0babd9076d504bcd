"""The bill formats of the world that can be read, and which of them a header belongs to.

Owns the list. A new provider is one more file beside this one and one more line here. Rules: IMPORT-5.
"""

from __future__ import annotations

from collections.abc import Sequence

from partita.formats.alibaba import ALIBABA
from partita.formats.aws_cur import AWS_CUR
from partita.formats.azure_ea import AZURE_EA
from partita.formats.bill_format import BillFormat, lay_out, missing
from partita.formats.focus import FOCUS
from partita.formats.gcp import GCP
from partita.formats.oci import OCI

BILL_FORMATS: dict[str, BillFormat] = {one.name: one for one in (FOCUS, AWS_CUR, AZURE_EA, GCP, OCI, ALIBABA)}


def fitting(header: Sequence[str]) -> list[str]:
    """Return the formats whose required columns are all in a header."""
    return [name for name, one in BILL_FORMATS.items() if not missing(one, lay_out(one, header))]

"""Plays the cases of refusals: `refuse REASON name=value …` answers with both messages."""

from __future__ import annotations

from case_file import Case
from partita.core.refusal import Reason, refused


def run(case: Case) -> list[str]:
    said = []
    for _, reason, *details in case.when:
        no = refused(Reason[reason], **dict(detail.split("=", 1) for detail in details))
        said += [f"en {no.message('en')}", f"zh {no.message('zh')}"]
    return [line.replace("'", "") for line in said]  # a case has no quotation marks

"""An equation of the books: two figures that must be the same, and what was found where they are not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Equation:
    """One proof (VERIFY-1): `left` and `right` are the sides as text; `findings` name each offending row or file."""

    name: str
    english: str
    chinese: str
    left: str
    right: str
    findings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Say whether both sides are the same and nothing was found."""
        return self.left == self.right and not self.findings

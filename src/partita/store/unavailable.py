"""The one way in which the database says no: it cannot be used, and this is what to do.

Owns `DatabaseUnavailable`. It is an exception and not a `Refused`, because it can come from any statement, not from a
decision; the faces turn it into `DATABASE_UNAVAILABLE` and exit code 5.
"""

from __future__ import annotations


class DatabaseUnavailable(Exception):  # noqa: N818 - it is a state of the world, not an error of the program
    """The database cannot be used. `str()` is English; `message("zh")` is Chinese; both say what to do next.

    `restart_helps`: an embedded server that is started anew may have what lacks.
    """

    def __init__(self, english: str, chinese: str, *, restart_helps: bool = False) -> None:
        """Hold the message in both languages."""
        super().__init__(english)
        self.english = english
        self.chinese = chinese
        self.restart_helps = restart_helps

    def message(self, language: str = "en") -> str:
        """Return the message in `en` or `zh`."""
        return self.chinese if language == "zh" else self.english

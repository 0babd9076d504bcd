"""`partita demo`: a group's months on fresh books, from the first file to the last equation.

`play` has the command and the order of the chapters; each chapter strings use cases together as a user would, shows
what came of it and returns the facts for `--json`. It decides nothing.
"""

from partita.cli.demo.play import demo

__all__ = ["demo"]

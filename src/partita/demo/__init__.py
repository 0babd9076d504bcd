"""The demo: a generator of one believable group, its catalogue and months of usage."""

from partita.demo.generator import Generated, GeneratedFile, generate

__all__ = ["Generated", "GeneratedFile", "generate"]

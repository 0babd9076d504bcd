"""The demo: a believable group with its catalogue and months of usage, made from a seed."""

from partita.demo.generator import Generated, GeneratedFile, generate

__all__ = ["Generated", "GeneratedFile", "generate"]

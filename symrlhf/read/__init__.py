"""Readers: LaTeX, text, Python and SymPy into Terms."""

from symrlhf.read.formula import read_latex, read_unicode

__all__ = ["read_latex", "read_unicode"]

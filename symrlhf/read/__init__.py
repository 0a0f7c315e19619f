"""Readers: LaTeX, text, Python and SymPy into Terms."""

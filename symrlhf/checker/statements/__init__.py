"""What a document claims: relations, one by one, with the hypotheses and definitions that stand before each.

Blocks of words and formulas come from `read`; `prose` says what the words make of the formulas. What is taken from
prose is on the claims; a hypothesis that could not be read is remembered, and nothing is refuted after it. A formula
that cannot be read is told; words that claim nothing are passed over.

`blocks` walks the document; `plan` and `settle` say what each formula is; `letters`, `suppose`, `define` and `chains`
read it as that; `directives` read lines that say it themselves. All of them write to one `state`.
"""

from symrlhf.checker.statements.blocks import read_claims, read_text
from symrlhf.checker.statements.claims import Claim, Gap
from symrlhf.checker.statements.state import Ask

__all__ = ["Ask", "Claim", "Gap", "read_claims", "read_text"]

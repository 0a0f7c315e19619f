r"""Documents taken apart: every sentence, row and formula is a slice of the source, in its place."""

import json
from pathlib import Path

import pytest

from symrlhf import check
from symrlhf.errors import Unreadable
from symrlhf.read.document import (
    Break,
    Broken,
    Directive,
    Document,
    Format,
    Maths,
    Row,
    Sentence,
    read_document,
    syntax_of,
)


def shown(document: Document) -> list[str]:
    """One line a block: what it is, the line it stands on, its words and [formulas]."""
    out: list[str] = []
    for block in document.blocks:
        match block:
            case Sentence(parts=parts) | Row(parts=parts):
                kind = "S" if isinstance(block, Sentence) else f"R{block.display}"
                line, _ = document.source.place(parts[0].piece.offset)
                said = (" ".join(p.piece.text.split()) for p in parts)
                text = " ".join(f"[{s}]" if isinstance(p, Maths) else s for p, s in zip(parts, said, strict=True))
                out.append(f"{kind} {line}: {text}")
            case Directive(piece=piece):
                out.append(f"D {document.source.place(piece.offset)[0]}: {piece.text}")
            case Broken(error=error):
                out.append(f"! {error.line}:{error.column}: {error.message}")
            case Break():
                pass
    return out


PAPER = r"""\documentclass{article}
\newcommand{\pref}{\pi_{\mathrm{ref}}}
\newcommand{\KL}[2]{D_{\mathrm{KL}}(#1\,\|\,#2)}
\DeclareMathOperator{\sg}{sg}
\title{Nothing $a=b$ here}
\begin{document}
\section{The loss} % a comment with $c=d$
Let $\beta>0$, e.g. a \emph{temperature}. Define\label{x}
\begin{align} % symrlhf: positive p
  Z &= \sum_y \pref(y) e^{r(y)/\beta} \label{eq:z} \\[2pt]
  a &= b & c &= d \notag \\
  u &= v + \frac{1}{2} \\
    &\quad + w \tag{3}
\end{align}
Then \( x = y \), see \cite{who}.
\begin{verbatim}
$z = w$
\end{verbatim}
\begin{equation*}
\begin{aligned} f &= \begin{cases} 1 & x>0 \\ 0 & x \le 0 \end{cases} \\ g &= h, \end{aligned}
\end{equation*}
\begin{multline} p = q \\ + s \end{multline}
$$ m \\ n $$
\end{document}
$after$
"""


def test_a_latex_paper() -> None:
    document = read_document(PAPER, "latex")
    assert shown(document) == [
        "S 7: The loss",
        r"S 8: Let [\beta>0] , e.g. a temperature .",
        "S 8: Define",
        "D 9: positive p",
        r"R1 10: [Z = \sum_y \pref(y) e^{r(y)/\beta}]",
        "R1 11: [a = b] [c = d]",
        r"R1 12: [u = v + \frac{1}{2} + w]",
        "S 15: Then [x = y] , see .",
        r"R2 20: [f = \begin{cases} 1 & x>0 \\ 0 & x \le 0 \end{cases}]",
        "R2 20: [g = h,]",
        "R3 22: [p = q + s]",
        "R4 23: [m]",
        "R4 23: [n]",
    ]
    assert document.macros == {
        r"\pref": r"\pi_{\mathrm{ref}}",
        r"\KL": r"D_{\mathrm{KL}}(#1\,\|\,#2)",
        r"\sg": r"\operatorname{sg}",
    }


@pytest.mark.parametrize("syntax", ["latex", "markdown", "text"])
def test_every_formula_is_a_slice_of_the_source(syntax: Format) -> None:
    document = read_document("Let $a > 0$ and\n$$b = a\n+ 1$$\nso $b > a$.\n", syntax)
    for block in document.blocks:
        if isinstance(block, Sentence | Row):
            for part in block.parts:
                assert document.source.text[part.piece.offset : part.piece.end] == part.piece.text


MARKDOWN = """# The *loss* is 50% of it

Let $z$ be real. <!-- symrlhf: positive p -->

```python
loss = -log(sigmoid(z))  # $not = maths$
```

- For $z > 0$: `x = $1`
- Otherwise

$$
\\sigma(z) = 1
$$

```math
a = b
```
"""


def test_markdown_is_latex_without_its_code() -> None:
    assert shown(read_document(MARKDOWN, "markdown")) == [
        "S 1: The *loss* is 50% of it",
        "S 3: Let [z] be real.",
        "D 3: positive p",
        "S 9: For [z > 0] :",
        "S 10: Otherwise",
        r"R1 13: [\sigma(z) = 1]",
        "R2 17: [a = b]",
    ]


NOTES = """Let softplus(z) = log(1 + e^z) and σ(z) = 1/(1+e^{−z}), where z is real.

d/dz softplus(z) = e^z/(1 + e^z)
                 = σ(z)

For the loss (a mean of logs) we have:
$L = −log σ(3.0)
   = 0.0486
$
KL penalty = β · D_KL = 0.1 · 0.1399
So the rest, i.e. what follows, is easy. Case 1: Δ = 0.3.

log(
  a·b
) = log a +
  log b
L(1) = A if A > 0
# symrlhf: positive a b
- a bullet with x > 0
"""


def test_lecture_notes_are_told_apart_from_their_formulas() -> None:
    assert shown(read_document(NOTES, "text")) == [
        "S 1: Let [softplus(z) = log(1 + e^z)] and [σ(z) = 1/(1+e^{−z})] , where [z] is real.",
        "R1 3: [d/dz softplus(z) = e^z/(1 + e^z)]",
        "R1 4: [= σ(z)]",
        "S 6: For the loss (a mean of logs) we have:",
        "R3 7: [L = −log σ(3.0)]",
        "R3 8: [= 0.0486]",
        "R4 10: KL penalty [= β · D_KL = 0.1 · 0.1399]",
        "S 11: So the rest, i.e. what follows, is easy.",
        "S 11: Case [1] : [Δ = 0.3] .",
        "R5 13: [log( a·b ) = log a + log b]",
        "R5 17: [L(1) = A] if [A > 0]",
        "D 18: positive a b",
        "R6 19: a bullet with [x > 0]",
    ]


def test_a_notebook_is_its_markdown_cells() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["Let $a>0$.\n", "\n", "$$a = b$$"]},
        {"cell_type": "code", "source": "x = $1$"},
        {"cell_type": "markdown", "source": "Then\n$$c = d$$"},
    ]
    text = json.dumps({"cells": cells, "nbformat": 4})
    assert syntax_of(text) == "notebook"
    document = read_document(text, "notebook")
    assert shown(document) == ["S 1: Let [a>0] .", "R1 3: [a = b]", "S 5: Then", "R2 6: [c = d]"]
    assert [document.cell(line) for line in (1, 3, 5, 6)] == [(1, 1), (1, 3), (3, 1), (3, 2)]


@pytest.mark.parametrize("text", ['{"cells": 3}', '{"cells": [', "[]", '{"cells": ' + "[" * 100_000])
def test_what_is_no_notebook_is_told(text: str) -> None:
    with pytest.raises(Unreadable, match="not a notebook"):
        read_document(text, "notebook")


FORMATS = [
    ("\\documentclass{article}", "latex"),
    ("Let $\\sigma(z)$ be.", "latex"),
    ("\\begin{align} a &= b \\end{align}", "latex"),
    ("## Loss\n$a=b$", "markdown"),
    ("```\ncode\n```\n$a=b$", "markdown"),
    ("## Loss\n```math\na=b\n```", "markdown"),
    ("## Loss\n\na = b", "text"),
    ("```\na = b\n```", "text"),
    ("σ(z) = 1/(1+e^{−z})", "text"),
    ("z + __import__('os') = z", "text"),
    ("exp(a) == exp(a)", "python"),
    ("# symrlhf: positive a\na <= a**2", "python"),
]


@pytest.mark.parametrize(("text", "syntax"), FORMATS, ids=[row[0] for row in FORMATS])
def test_a_text_shows_its_format(text: str, syntax: Format) -> None:
    assert syntax_of(text) == syntax


MARKED = """\
# Loss
**Claim.** With c > 0:

```
a + b = b + a
```
```python
x = y
```
- `b + a = a + b`
1. **a + 2 > a**.
**Step 1:** a**2 = 1
<!-- symrlhf: positive c -->
<!-- a = 1 -->
c > 0
"""


def test_marks_of_markdown_in_lecture_notes_are_no_formulas() -> None:
    document = read_document(MARKED, "text")
    assert shown(document) == [
        "R0 2: Claim. With [c > 0] :",
        "R2 5: [a + b = b + a]",
        "R6 10: [b + a = a + b]",
        "R6 11: [a + 2 > a] .",
        "R6 12: [a**2 = 1]",
        "D 13: positive c",
        "R8 15: [c > 0]",
    ]
    assert document.source.text == MARKED


def test_markdown_without_marked_maths_is_lecture_notes(tmp_path: Path) -> None:
    (notes := tmp_path / "notes.md").write_text("## Sums\n\na + b = b + a\n")
    (step,) = check(notes).steps
    assert (step.line, step.verdict) == (3, "proven")


BROKEN = [
    ("Let $a = b\n\nand $c$.", "! 1:5: this $ is never closed: expected $"),
    ("\\begin{align} a = b", "! 1:1: this \\begin{align} is never closed: expected \\end{align}"),
    ("\\[ a = b", "! 1:1: this \\[ is never closed: expected \\]"),
    ("$$ a = b", "! 1:1: this $$ is never closed: expected $$"),
    ("\\[ a = \\input{b} + a \\]", "! 1:8: \\input in a formula: write what it stands for"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN, ids=[row[0] for row in BROKEN])
def test_maths_that_never_ends_is_told_with_its_place(text: str, told: str) -> None:
    assert told in shown(read_document(text, "latex"))


def test_a_brace_that_is_never_closed_costs_one_row() -> None:
    document = read_document("\\begin{align}\na &= \\frac{1}{2 \\\\\nb &= c\n\\end{align}", "latex")
    assert shown(document) == [r"R1 2: [a = \frac{1}{2]", "R1 3: [b = c]"]


@pytest.mark.parametrize("syntax", ["latex", "markdown", "text", "python"])
@pytest.mark.parametrize(
    "text", ["\\begin{align}" * 9_000, "$" * 90_001, "\\(" * 20_000, "a_{" * 20_000, "\\newcommand{\\a}{" * 9_000,
             "= " * 50_000, "word " * 20_000, "<!--" * 20_000, "\n" * 90_000, "(" * 50_000, "a. " * 9_000]
)  # fmt: skip
def test_hostile_text_is_taken_apart_in_linear_time(syntax: Format, text: str) -> None:
    from time import perf_counter

    began = perf_counter()
    read_document(text, syntax)
    assert perf_counter() - began < 5

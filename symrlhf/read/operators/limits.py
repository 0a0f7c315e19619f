"""lim, and where its variable goes."""

from __future__ import annotations

from symrlhf.read.operators.around import rest_of, scripts_of
from symrlhf.read.operators.derivatives import insist_varies
from symrlhf.read.reader import Items, Reader
from symrlhf.read.syntax import Chain, Script, Symbol
from symrlhf.read.tokens import UnreadableAt
from symrlhf.term import INTEGER, App, Lim, Range, Side, Sym, Term, infinite, limit

SIDES: dict[str, Side] = {"→": "", "↓": "+", "↑": "-"}
"""The arrow below lim -> the side that the variable comes from."""


def limiting(reader: Reader, items: Items) -> Term:
    """lim_{β→0⁺} f, over the product to its right."""
    head = items.next()
    sub, _ = scripts_of(head)
    if not isinstance(sub, Chain) or [r.char in SIDES for r in sub.relations] != [True] or None in sub.sides:
        raise UnreadableAt("expected where the variable goes, as in lim_{z→∞}", head.start)
    if not items:
        raise UnreadableAt("nothing stands after lim", head.end)
    variable, to, side = approach(reader, sub)
    body = rest_of(reader, items)
    body, variable = reader.words.uncounted(body, variable)
    setting = reader.words.setting
    if any(variable.names & setting.depends(n) for n in body.names if setting.definition(n) is not None):
        body = setting.expand(body)
    if isinstance(variable, Sym) and Sym(variable.name, INTEGER) in body.symbols:
        # The k of K_k is a whole number.
        variable = Sym(variable.name, INTEGER)
    if isinstance(variable, Sym) and _counts_up(variable, to):
        # K_{2k} of a K_k that was defined has a formula.
        body = setting.expand(body)
    if isinstance(variable, Sym) and _counts_up(variable, to) and not _is_counted_on(body, variable):
        # lim_{n→∞} (1 + c/n)^n is the same over all numbers, where that limit is.
        body, variable = body.substitute({variable: Sym(variable.name)}), Sym(variable.name)
    insist_varies(reader, body, variable, head)
    built = limit(body, variable, to, side)
    assert isinstance(built, Lim)
    reader.carry(body, built.body)
    return built


def _counts_up(variable: Sym, to: Term) -> bool:
    return variable.sort == INTEGER and infinite(to) != 0


def _is_counted_on(body: Term, variable: Term) -> bool:
    """Whether a whole number is needed: at the end of a range, or for an entry."""
    return any(isinstance(t, Range | App) and variable in t.symbols for t in body.subterms())


def approach(reader: Reader, s: Chain) -> tuple[Term, Term, Side]:
    """β → 0⁺: the variable, the point, and the side that it comes from."""
    variable, point = s.sides
    assert variable is not None and point is not None
    side = SIDES[s.relations[0].char]
    if isinstance(point, Script) and isinstance(point.sup, Symbol) and point.sup.char in "+-":
        side = "+" if point.sup.char == "+" else "-"
        point = point.base
    to, meant = reader.term(point), reader.term(variable)
    if not isinstance(meant, Sym | App):
        raise UnreadableAt("expected one variable that goes somewhere, such as z or β", variable.start)
    return meant, to, "" if infinite(to) else side

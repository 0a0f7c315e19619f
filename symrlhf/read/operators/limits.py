"""lim, and where its variable goes."""

from __future__ import annotations

from dataclasses import replace

from symrlhf.read.operators.around import rest_of, scripts_of
from symrlhf.read.operators.derivatives import insist_varies
from symrlhf.read.reader import Items, Reader
from symrlhf.read.syntax import Chain, Script, Symbol
from symrlhf.read.tokens import UnreadableAt
from symrlhf.term import (
    INTEGER,
    Add,
    App,
    Div,
    Lim,
    Mul,
    Neg,
    Range,
    Side,
    Sym,
    Term,
    exact_value,
    infinite,
    limit,
    oo,
)

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
    if isinstance(variable, Sym) and variable.sort == INTEGER and to == oo:
        endless = _to_infinity(body, variable)
        if endless is not None:
            return endless
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


def _to_infinity(body: Term, variable: Sym) -> Term | None:
    """lim_{n→∞} c Σ_{k=a}^{n} f(k) as c Σ_{k=a}^∞ f(k), which means no more; None where n stands elsewhere, too."""
    match body:
        case Range(kind="sum", first=first, last=last, body=summand):
            if variable in first.symbols | summand.symbols or not _is_shifted(last, variable):
                return None
            return replace(body, last=oo)
        case Neg(arg):
            inner = _to_infinity(arg, variable)
            return None if inner is None else Neg(inner)
        case Div(over, under) if variable not in under.symbols:
            inner = _to_infinity(over, variable)
            return None if inner is None else Div(inner, under)
        case Mul(args):
            varying = [i for i, a in enumerate(args) if variable in a.symbols]
            inner = _to_infinity(args[varying[0]], variable) if len(varying) == 1 else None
            return None if inner is None else Mul(tuple(inner if i in varying else a for i, a in enumerate(args)))
        case _:
            return None


def _is_shifted(last: Term, variable: Term) -> bool:
    """n, n − 1 or n + 2."""
    match last:
        case Add(args):
            rest = [a for a in args if a != variable]
            return len(rest) == len(args) - 1 and all(exact_value(a) is not None for a in rest)
        case _:
            return last == variable


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

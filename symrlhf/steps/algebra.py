"""Moves of algebra: fractions, products and sums, exponentials and logarithms, definitions, equations used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import sympy

from symrlhf.setting import Setting
from symrlhf.steps import engine
from symrlhf.steps.engine import (
    EVERY,
    EXP_LOG,
    NONE,
    Move,
    Scalars,
    first_effect,
    rewrite,
    rewrite_inside_out,
    rewrite_regions,
)
from symrlhf.steps.matching import instances, is_instance
from symrlhf.steps.writing import ONE, over, size, times, total
from symrlhf.term import (
    Add,
    Div,
    Fun,
    Mul,
    Neg,
    Operand,
    Pow,
    Rel,
    Term,
    as_term,
)
from symrlhf.write.sympy import Expr

# ------------------------------------------------------------------ fractions


def divide_through(by: Operand) -> Move:
    """Numerator and denominator divided by the same factor, term by term.

    e^a/(e^a + e^b), through e^a, becomes 1/(1 + e^b/e^a).
    """
    factor = as_term(by)

    def action(line: Term, setting: Setting) -> Term:
        def fraction(t: Term) -> Term | None:
            if not isinstance(t, Div) or not (here := instances(t, [factor])):
                return None
            scalars = Scalars(setting, t, NONE, here[:1])
            divisor = scalars.dummy(here[0])

            def divided(whole: Term) -> Term:
                parts = whole.terms if isinstance(whole, Add) else (whole,)
                quotients = [engine.run("cancel", sympy.cancel, scalars.expr(p) / divisor) for p in parts]
                return total([scalars.term(q) for q in quotients])

            return over(divided(t.numerator), divided(t.denominator))

        return rewrite(line, fraction)

    return Move(
        "divide_through",
        ("divide numerator and denominator by", factor),
        "a fraction in which the factor occurs",
        action,
        (factor,),
    )


def _region_move(
    name: str,
    words: str,
    looks_for: str,
    function: Callable[[Expr], Expr],
    worth: Callable[[Term, Term], bool] | None = None,
) -> Move:
    """SymPy's `function` on every piece of rational algebra, functions and binders kept closed."""

    def action(line: Term, setting: Setting) -> Term:
        def region(t: Term) -> Term | None:
            scalars = Scalars(setting, t, NONE)
            e = scalars.expr(t)
            new = engine.run(name, function, e)
            result = scalars.term(new, afresh=True)
            return result if new != e or (worth is not None and worth(t, result)) else None

        return rewrite_regions(line, region)

    return Move(name, (words,), looks_for, action)


def expanded(e: Expr) -> Expr:
    return sympy.expand(e, power_exp=False, power_base=False, log=False)


def _has_bracket(old: Term, new: Term) -> bool:
    """Whether a bracket stood under a sign, in a product or above a bar (SymPy may have opened it already)."""
    return any(isinstance(t, (Mul, Neg, Div)) and any(isinstance(c, Add) for c in t.children) for t in old.subterms())


def _shorter(old: Term, new: Term) -> bool:
    return size(new) < size(old)


expand = _region_move("expand", "multiply out", "a product with a bracket", expanded, _has_bracket)
"""a (b + c) → a b + a c;  −(a − b) → b − a;  (a + b)/c → a/c + b/c."""

factor = _region_move("factor", "factor", "a sum with a common factor", sympy.factor)
"""a b + a c → a (b + c);  a² − b² → (a − b) (a + b)."""

together = _region_move("together", "bring to a common denominator", "a sum of fractions", sympy.together)
"""a/b + c/d → (a d + b c)/(b d)."""


_CANCELLING: dict[type, list[tuple[str, Callable[[Expr], Expr]]]] = {
    Add: [("Add", lambda e: sympy.Add(*sympy.Add.make_args(e))), ("expand", expanded)],
    Mul: [("Mul", lambda e: sympy.Mul(*sympy.Mul.make_args(e))), ("cancel", sympy.cancel)],
}
_CANCELLING[Div] = _CANCELLING[Mul]
"""What makes each kind of term shorter, gentlest first."""


def _cancelled(line: Term, setting: Setting) -> Term:
    def smallest(t: Term) -> Term | None:
        def tried(name: str, function: Callable[[Expr], Expr]) -> Term:
            scalars = Scalars(setting, t, NONE)
            result = scalars.term(engine.run(name, function, scalars.expr(t)), afresh=True)
            return result if size(result) < size(t) else t

        return first_effect(t, *(partial(tried, *way) for way in _CANCELLING.get(type(t), ())))

    return rewrite_inside_out(line, smallest)


cancel = Move("cancel", ("cancel",), "a common factor of a fraction, or terms that add to zero", _cancelled)
"""(a b)/(a c) → b/c;  a + c − (b + c) → a − b."""


def collect(*what: Operand) -> Move:
    """Terms with the same factor put together: collecting β, β a − β b + c becomes β (a − b) + c."""
    targets = tuple(as_term(t) for t in what)

    def action(line: Term, setting: Setting) -> Term:
        def region(t: Term) -> Term | None:
            here = instances(t, targets)
            scalars = Scalars(setting, t, NONE, here)
            e = scalars.expr(t)
            new = engine.run("collect", sympy.collect, expanded(e), [scalars.dummy(x) for x in here])
            return scalars.term(new, afresh=True) if new != e else None

        return rewrite_regions(line, region)

    return Move("collect", ("collect the terms in", *targets), "a sum with terms that share a factor", action, targets)


_COMPUTE: dict[str, Callable[..., Expr]] = {
    "apart": sympy.apart,
    "cancel": sympy.cancel,
    "expand": sympy.expand,
    "factor": sympy.factor,
    "powsimp": sympy.powsimp,
    "radsimp": sympy.radsimp,
    "ratsimp": sympy.ratsimp,
    "simplify": sympy.simplify,
    "together": sympy.together,
}


def compute(name: str) -> Move:
    """Both sides rewritten by the SymPy function of this name, functions of scalars open to it."""
    if name not in _COMPUTE:
        raise ValueError(f"compute takes one of {', '.join(_COMPUTE)}, not {name!r}")

    def action(line: Term, setting: Setting) -> Term:
        def whole(t: Term) -> Term | None:
            if isinstance(t, Rel):
                return None
            # Which of two numbers is larger SymPy can tell as well.
            scalars = Scalars(setting, t, EVERY | {"max", "min"})
            return scalars.term(engine.run(name, _COMPUTE[name], scalars.expr(t)), afresh=True)

        return rewrite(line, whole)

    return Move("compute", ("calculate",), f"something SymPy's {name} would rewrite", action, (name,))


# ------------------------------------------------------------------ exponentials and logarithms


def _factors(t: Term) -> list[Term]:
    """The factors above and below the bar, powers opened."""
    if isinstance(t, (Mul, Div, Neg)):
        return [f for c in t.children for f in _factors(c)]
    return _factors(t.base) if isinstance(t, Pow) else [t]


def _combine(line: Term, setting: Setting) -> Term:
    def rule(t: Term) -> Term | None:
        if not isinstance(t, (Mul, Div, Pow)):
            return None
        others = [f for f in _factors(t) if isinstance(f, (Add, Fun)) and f.head != ("fun", "exp")]
        scalars = Scalars(setting, t, frozenset({"exp"}), others)
        e = scalars.expr(t)
        new = engine.run("powsimp", sympy.powsimp, e, combine="exp")
        result = scalars.term(new, afresh=True)
        return result if new != e or size(result) < size(t) else None

    return rewrite(line, rule)


def _split(line: Term, setting: Setting) -> Term:
    def rule(t: Term) -> Term | None:
        if not (isinstance(t, Fun) and t.name == "exp"):
            return None
        scalars = Scalars(setting, t, frozenset({"exp"}))
        e = scalars.expr(t)
        new = engine.run("expand_power_exp", sympy.expand_power_exp, e)
        return scalars.term(new, afresh=True) if new != e else None

    return rewrite(line, rule)


combine_exponents = Move("combine_exponents", ("add the exponents",), "a product or quotient of exponentials", _combine)
"""e^a e^b → e^{a + b};  e^a/e^b → e^{a − b};  1/e^a → e^{−a}."""

split_exponents = Move(
    "split_exponents", ("the exponential of a sum is a product",), "the exponential of a sum", _split
)
"""e^{a + b} → e^a e^b."""


def _either(line: Term, setting: Setting) -> Term:
    return first_effect(line, lambda: _combine(line, setting), lambda: _split(line, setting))


exponents = Move("exponents", ("laws of exponents",), "exponentials in a product, or of a sum", _either)
"""e^a/e^b → e^{a − b}; where nothing can be combined, e^{a + b} → e^a e^b."""


def _log_expanded(line: Term, setting: Setting) -> Term:
    def rule(t: Term) -> Term | None:
        if not (isinstance(t, Fun) and t.name == "log"):
            return None
        scalars = Scalars(setting, t, EXP_LOG)
        e = scalars.expr(t)
        new = engine.run("expand_log", sympy.expand_log, e)
        return scalars.term(new, afresh=True) if new != e or not isinstance(e, sympy.log) else None

    return rewrite(line, rule)


expand_log = Move(
    "expand_log",
    ("laws of logarithms",),
    "the logarithm of a product of positive factors",
    _log_expanded,
)
"""log(a b/c) → log a + log b − log c;  log(a e^u) → log a + u."""


def combine_log(*arguments: Operand) -> Move:
    """log a − log b → log(a/b), for logarithms with the same coefficient; given arguments, only theirs.

    β (log p − log q + log Z), combining p and q, becomes β (log(p/q) + log Z).
    """
    only = tuple(as_term(a) for a in arguments)

    def action(line: Term, setting: Setting) -> Term:
        def rule(t: Term) -> Term | None:
            return _logs_combined(t, setting, only) if isinstance(t, Add) else None

        return rewrite(line, rule)

    return Move(
        "combine_log",
        ("a sum of logarithms is the logarithm of a product",),
        "two logarithms with the same coefficient in a sum",
        action,
        only,
    )


def _logs_combined(t: Add, setting: Setting, only: tuple[Term, ...]) -> Term | None:
    scalars = Scalars(setting, t, frozenset({"log"}))
    groups: dict[Expr, list[tuple[int, Expr]]] = {}
    for i, term in enumerate(t.terms):
        e = scalars.expr(term)
        for logarithm in e.atoms(sympy.log) if e.is_Mul or isinstance(e, sympy.log) else ():
            if not only or is_instance(scalars.term(logarithm.args[0]), only):
                coefficient = e / logarithm
                key = -coefficient if coefficient.could_extract_minus_sign() else coefficient
                groups.setdefault(key, []).append((i, e))
    parts: list[Term | None] = list(t.terms)
    for coefficient, members in groups.items():
        if len(members) < 2:
            continue
        logs = sympy.Add(*(e / coefficient for _, e in members))
        combined = engine.run("logcombine", sympy.logcombine, logs)
        if not isinstance(combined, sympy.log):
            continue
        first, *rest = (i for i, _ in members)
        parts[first] = times(scalars.term(coefficient), scalars.term(combined))
        for i in rest:
            parts[i] = None
    kept = total([p for p in parts if p is not None])
    return kept if kept != t else None


def _reciprocal(line: Term, setting: Setting) -> Term:
    def rule(t: Term) -> Term | None:
        match t:
            case Fun(name="log", args=(Div(numerator=top, denominator=bottom),)) if top == ONE:
                pass
            case _:
                return None
        # The logarithm of 1/x is written, so x > 0 is among the line's conditions.
        x = sympy.Dummy(positive=True)
        result = engine.run("expand_log", sympy.expand_log, sympy.log(1 / x))
        scalars = Scalars(setting, t, NONE)
        scalars.atoms[x] = bottom
        return scalars.term(result)

    return rewrite(line, rule)


log_of_reciprocal = Move("log_of_reciprocal", ("the logarithm of a reciprocal",), "the logarithm of 1/x", _reciprocal)
"""log(1/x) → −log x."""

"""Rules for inequalities beyond signs: slopes, greatest values, and sums of non-negative parts that vanish.

slope               g ≥ 0, from its value at c and the sign of its slope on both sides of c
grow                (x − c) h(x) ≥ 0, from h(c) = 0 and h' ≥ 0
slope_apart         g > 0 for x ≠ c, from its value at c and the sign of its slope on both sides of c
grow_apart          (x − c) h(x) > 0 for x ≠ c, from h(c) = 0 and h' > 0
within              |d(x)| ≤ l |x − c|, from d(c) = 0 and l (x − c) ∓ d(x) having the sign of x − c
bound               max ≤ c, from each ≤ c; |x| ≤ c; c ≤ min
vanish              a part of a sum of non-negative parts that is 0 is 0
"""

from __future__ import annotations

from dataclasses import replace

from symrlhf.errors import NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import poly
from symrlhf.kernel.derive import ONE, ZERO, derivative, resolve
from symrlhf.kernel.field import Nowhere
from symrlhf.kernel.normal import NormalForm, is_identity
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.rules import follow
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.statement import Statement, ends
from symrlhf.kernel.theorem import Conclusion, Parts, Theorem, rule
from symrlhf.rational import Q
from symrlhf.setting import Declaration, Setting, Sign
from symrlhf.term import (
    REAL,
    Abs,
    Add,
    Binder,
    Div,
    Fun,
    Mul,
    Neg,
    Num,
    Pow,
    Rel,
    Relation,
    Sym,
    Term,
    as_term,
    exact_value,
)

STRICT = {"<=": False, ">=": False, "<": True, ">": True}

# ------------------------------------------------------------------ slopes


@rule
def slope(setting: Setting, relation: Rel, var: Sym, centre: Term, value: Theorem, away: Theorem) -> Conclusion:
    """g ≥ 0 for all x, because g(c) ≥ 0 and (x − c) g'(x) ≥ 0: g is least at c."""
    parts = Parts.of(setting, (value, away))
    gap = _smooth_gap(parts, relation, var, centre)
    _insist_on_gap(parts, value, gap.substitute({var: centre}))
    _insist_on_gap(parts, away, (var - centre) * derivative(gap, var, parts.setting))
    if STRICT[relation.op] and not STRICT.get(value.relation.op):
        raise RuleViolation("the least value is not known to be positive")
    # What the sides need could be supposed: it is a condition of this theorem anyway.
    needed = obligations(relation, parts.setting)
    given = replace(parts, hypotheses=tuple(h for h in parts.hypotheses if h not in needed))
    return Conclusion(given, Statement.of(relation), (value, away))


@rule
def grow(setting: Setting, function: Term, var: Sym, centre: Term, value: Theorem, rise: Theorem) -> Conclusion:
    """(x − c) h(x) ≥ 0 for all x, because h(c) = 0 and h' ≥ 0: h has the sign of x − c."""
    parts = Parts.of(setting, (value, rise))
    _insist_on_rise(parts, function, var, centre, value, rise)
    return Conclusion(parts, Statement.of(Rel(">=", (var - centre) * function, ZERO)), (value, rise))


@rule
def grow_apart(setting: Setting, function: Term, var: Sym, centre: Term, value: Theorem, rise: Theorem) -> Conclusion:
    """(x − c) h(x) > 0 for all x ≠ c, because h(c) = 0 and h' > 0."""
    parts = Parts.of(setting, (value, rise))
    _insist_on_rise(parts, function, var, centre, value, rise)
    if not STRICT[rise.relation.op]:
        raise RuleViolation(f"{rise.statement} does not say that {function} grows everywhere")
    conclusion = Statement.of(Rel(">", (var - centre) * function, ZERO))
    return Conclusion(parts, conclusion, (value, rise), (_apart(var, centre),))


@rule
def slope_apart(setting: Setting, relation: Rel, var: Sym, centre: Term, value: Theorem, away: Theorem) -> Conclusion:
    """g > 0 for all x ≠ c, because g(c) ≥ 0 and (x − c) g'(x) > 0 for all x ≠ c."""
    parts = Parts.of(setting, (value, away))
    apart = _apart(var, centre)
    if apart in value.conditions:
        raise RuleViolation(f"{value.statement} is not said of {centre}")
    # The slope is known everywhere but at the centre, which is enough between the centre and any other point.
    others = Parts(parts.setting, parts.hypotheses, tuple(c for c in parts.conditions if c != apart))
    gap = _smooth_gap(others, relation, var, centre)
    _insist_on_gap(others, value, gap.substitute({var: centre}))
    _insist_on_gap(others, away, (var - centre) * derivative(gap, var, parts.setting))
    if not STRICT.get(away.relation.op):
        raise RuleViolation("the slope is not known not to vanish")
    return Conclusion(others, Statement.of(relation), (value, away), (apart,))


@rule
def within(
    setting: Setting, relation: Rel, factor: Term, var: Sym, centre: Term, bounds: tuple[Theorem, Theorem]
) -> Conclusion:
    """|d| ≤ l |x − c|, because (x − c) (l (x − c) ∓ d) ≥ 0, and d = 0 where x = c."""
    parts = Parts.of(setting, bounds)
    low, high = ends(relation)
    if relation.op not in ("<=", ">=") or not isinstance(low, Fun) or low.name != "abs":
        raise RuleViolation(f"{relation} bounds no absolute value")
    (d,), step = low.args, var - centre
    _insist_on_identity(parts, high, factor * Abs(step))
    _insist_on_identity(parts, parts.setting.expand(d).substitute({var: centre}), ZERO)
    for bound, gap in zip(bounds, (factor * step - d, factor * step + d), strict=True):
        _insist_on_gap(parts, bound, step * gap)
    return Conclusion(parts, Statement.of(relation), bounds)


def _apart(var: Sym, centre: Term) -> Statement:
    return Statement.of(Rel("!=", var, centre))


def _insist_on_rise(parts: Parts, function: Term, var: Sym, centre: Term, value: Theorem, rise: Theorem) -> None:
    h = _smooth_gap(parts, Rel(">=", function, ZERO), var, centre)
    if value.relation.op != "=":
        raise RuleViolation(f"{value.statement} is not a value of {function}")
    _insist_on_identity(parts, value.lhs - value.rhs, h.substitute({var: centre}))
    _insist_on_gap(parts, rise, derivative(h, var, parts.setting))


SMOOTH = ("exp", "log", "sigmoid", "softplus", "tanh", "cosh", "sinh", "arctan", "sqrt", "log_gap")
SIDES = {"positive": 1, "nonnegative": 1, "negative": -1, "nonpositive": -1}
WEAK: dict[str, Relation] = {"<": "<=", ">": ">="}
CLOSED: dict[Sign, Sign] = {"positive": "nonnegative", "negative": "nonpositive"}


def _is_bound(given: Statement, var: Sym, setting: Setting) -> bool:
    """Whether it leaves a half-line to var, such as p < 1."""
    if given.relation.op not in STRICT or given.forall or var not in given.relation.symbols:
        return False
    difference = resolve(setting.expand(given.relation.lhs - given.relation.rhs), setting)
    try:
        return bool(NormalForm(setting).of(derivative(difference, var, setting)).constant())
    except (Nowhere, NotSupported, poly.OutOfFuel):
        return False


def _at(given: Statement, var: Sym, value: Term) -> Statement:
    return Statement.of(_relation(given.relation.substitute({var: value})))


def _weak(given: Statement) -> Statement:
    """The bound with its end point."""
    relation = given.relation
    return replace(given, relation=Rel(WEAK.get(relation.op, relation.op), relation.lhs, relation.rhs))


def _relation(term: Term) -> Rel:
    assert isinstance(term, Rel)
    return term


def _smooth_gap(parts: Parts, relation: Rel, var: Sym, centre: Term) -> Term:
    """high − low, if it is differentiable in var on the whole interval that its sign and bounds leave, c included.

    What the sides need, as 1 − p > 0, is a bound too: where it fails nothing is claimed.
    """
    setting = parts.setting
    declared = setting.declaration(var.name)
    if relation.op not in STRICT or var.sort != REAL or declared.sign == "nonzero" or declared.distribution:
        raise RuleViolation(f"{relation} is no inequality in a real variable {var}")
    if declared.values:
        raise RuleViolation(f"{var} has no values between {' and '.join(map(str, declared.values))}")
    if setting.definition(var.name) is not None or setting.varies(centre, var.name):
        raise RuleViolation(f"{centre} varies with {var}")
    bounds = [s for s in (*parts.hypotheses, *parts.conditions) if setting.varies(s.relation, var.name)]
    for given in bounds:
        if not _is_bound(given, var, setting):
            raise RuleViolation(f"{given} restricts {var}: between two of its values there may be others")
    own = [o for o in obligations(relation, setting) if _is_bound(o, var, setting)]
    low, high = ends(relation)
    gap = resolve(setting.expand(high - low), setting)
    _insist_on_smooth(gap, var, setting)
    # The centre may be the end point 0 of the interval: the gap must then be continuous there too.
    closed = _closed(setting, declared) if exact_value(centre) == 0 else setting
    # So may the end point of a bound; what the sides need must hold there as it stands.
    signs = Signs(closed, (*own, *parts.hypotheses))
    ends_there = [b for b in bounds if b not in own and not signs.holds(_at(b, var, centre))]
    known = (_weak(h) if h in ends_there else h for h in parts.hypotheses)
    signs = Signs(closed, (*own, *known))
    at_centre = (_at(_weak(b) if b in ends_there else b, var, centre) for b in (*own, *bounds))
    if not _is_inside(signs, declared, centre) or not all(map(signs.holds, at_centre)):
        raise RuleViolation(f"{centre} is not known to be a value of {var}")
    for needed in (*obligations(Rel("=", gap, centre), closed), *obligations(relation, closed)):
        if not signs.holds(needed):
            raise RuleViolation(f"{needed} is not known for all {var}")
    return gap


def _closed(setting: Setting, declared: Declaration) -> Setting:
    """The setting with 0 among the values of a positive or negative variable."""
    weak = replace(declared, sign=CLOSED.get(declared.sign, declared.sign))
    others = tuple(d for d in setting.declarations if d.name != declared.name)
    return Setting((*others, weak), setting.definitions)


def _is_inside(signs: Signs, declared: Declaration, centre: Term) -> bool:
    side = SIDES.get(declared.sign)
    if side is None or exact_value(centre) == 0:
        return True
    sign = signs.of(centre)
    return sign is not None and sign[0] == side


def _insist_on_smooth(term: Term, var: Sym, setting: Setting) -> None:
    """Only sums, products, quotients, powers and smooth functions of var; nothing else varies with it."""
    if not setting.varies(term, var.name) or term == var:
        return
    match term:
        case Add() | Mul() | Neg() | Div() | Pow() | Binder(kind="sum" | "E" | "KL" | "H" | "cross_entropy"):
            pass
        case Fun(name=name) if name in SMOOTH:
            pass
        case _:
            raise RuleViolation(f"{term!r} is not known to be differentiable in {var}")
    for child in term.children:
        _insist_on_smooth(child, var, setting)


def _insist_on_gap(parts: Parts, theorem: Theorem, gap: Term) -> None:
    """Insist that the theorem says gap ≥ 0 or gap > 0."""
    if theorem.relation.op == "=":
        _insist_on_identity(parts, theorem.lhs - theorem.rhs, gap)
        return
    if theorem.relation.op not in STRICT:
        raise RuleViolation(f"{theorem.statement} is no inequality")
    low, high = ends(theorem.relation)
    _insist_on_identity(parts, high - low, gap)


def _insist_on_identity(parts: Parts, a: Term, b: Term) -> None:
    if not is_identity(parts.setting, Rel("=", a, b), (h for h in parts.hypotheses if h.relation.op in STRICT)):
        raise StepUndecided(lambda: f"{a} and {b} have different normal forms")


# ------------------------------------------------------------------ squares


@rule
def le_of_sq_le(setting: Setting, relation: Rel, squares: Theorem) -> Conclusion:
    """a ≤ b, because a² ≤ b² and b ≥ 0 as a root, an absolute value or a product of such; (√c)² is c."""
    low, high = ends(relation)
    if relation.op not in STRICT or not is_magnitude(high):
        raise RuleViolation(f"{relation} does not bound by a root")
    if squares.relation.op not in STRICT or ends(squares.relation) != (squared(low), squared(high)):
        raise RuleViolation(f"{squares.statement} does not compare the squares")
    if STRICT[relation.op] and not STRICT[squares.relation.op]:
        raise RuleViolation("the squares may be equal")
    return Conclusion(Parts.of(setting, (squares,)), Statement.of(relation), (squares,))


def is_magnitude(t: Term) -> bool:
    """Whether it is ≥ 0 by what it is: √c, |c|, a number, or made of these by products and quotients."""
    match t:
        case Fun(name="sqrt" | "abs"):
            return True
        case Num(value=value):
            return value >= 0
        case Mul(factors=factors):
            return all(map(is_magnitude, factors))
        case Div(numerator=a, denominator=b):
            return is_magnitude(a) and is_magnitude(b)
        case Pow(exponent=n):
            return exact_value(n) == HALF
        case _:
            return False


def squared(t: Term) -> Term:
    """t², without the roots and bars on the outside."""
    match t:
        case Fun(name="sqrt", args=(c,)):
            return c
        case Pow(base=c, exponent=n) if exact_value(n) == HALF:
            return c
        case Fun(name="abs", args=(c,)) | Neg(arg=c):
            return squared(c)
        case Num(value=value):
            return as_term(value * value)
        case Mul(factors=factors):
            return Mul(tuple(map(squared, factors)))
        case Div(numerator=a, denominator=b):
            return Div(squared(a), squared(b))
        case _:
            return Pow(t, as_term(2))


HALF = Q(1, 2)


# ------------------------------------------------------------------ greatest and least values


@rule
def bound(setting: Setting, relation: Rel, bounds: tuple[Theorem, ...]) -> Conclusion:
    """max ≤ c because each ≤ c, of several numbers or over an index; |x| ≤ c; c ≤ min."""
    if relation.op not in STRICT:
        raise RuleViolation(f"{relation} is no inequality")
    parts = Parts.of(setting, bounds)
    stated = [(t.relation.op, *ends(t.relation)) for t in bounds if t.relation.op in STRICT]
    low, high = ends(relation)
    strict = STRICT[relation.op]
    for extreme, other, above in ((low, high, True), (high, low, False)):
        needed = _arguments(extreme, other, bounds, above=above)
        pairs = [(x, other) if above else (other, x) for x in needed]
        if needed and all(any((a, b) == pair and (STRICT[op] or not strict) for op, a, b in stated) for pair in pairs):
            return Conclusion(parts, Statement.of(relation), bounds)
    raise RuleViolation(f"{relation} is not what the bounds say of a greatest or least value")


def _arguments(extreme: Term, other: Term, bounds: tuple[Theorem, ...], *, above: bool) -> tuple[Term, ...]:
    """What must be bounded so that a maximum (from above) or a minimum (from below) is."""
    match extreme:
        case Fun(name="max", args=args) if above:
            return args
        case Fun(name="abs", args=(x,)) if above:
            return x, -x
        case Fun(name="min", args=args) if not above:
            return args
        case Binder(kind=kind, over=over) if kind == ("max" if above else "min"):
            # One theorem for all elements: its index is free in it and nowhere else.
            indices = (i for t in bounds for i in t.statement.forall if i.sort == over)
            free = (i for i in indices if i not in other.symbols and i not in extreme.symbols)
            return next((extreme.opened(i) for i in free), ())
        case _:
            return ()


# ------------------------------------------------------------------ equality cases


@rule
def vanish(setting: Setting, certificate: Term, path: tuple[int, ...], premises: tuple[Theorem, ...]) -> Conclusion:
    """A sum of parts ≥ 0 is 0: so is each part, for every index; u − 1 − log u = 0 gives u = 1."""
    zero = follow(setting, Rel("=", certificate, ZERO), premises)
    parts = Parts.of(setting, (*premises, zero))
    known = (*parts.hypotheses, *parts.conditions, *(p.statement for p in premises))
    signs = Signs(parts.setting, (s for s in known if s.relation.op != "="))
    term = certificate
    for i in path:
        term = _part(term, i, signs)
    return Conclusion(parts, Statement.of(_root(term)), (*premises, zero))


def _part(term: Term, i: int, signs: Signs) -> Term:
    """The i-th child of a term that is 0, if it must be 0 too."""
    match term:
        case Neg(arg=part) | Div(numerator=part) if i == 0:
            return part
        case Add(terms=terms) if len({s and s[0] for s in map(signs.of, terms)}) == 1 and signs.of(terms[i]):
            return terms[i]
        case Mul(factors=factors) if all(signs.nonzero(f) for j, f in enumerate(factors) if j != i):
            return factors[i]
        case Binder(kind="sum") if i == 0:
            part = term.opened(replace(term, letter="").fresh())[0]
            if signs.of(part) is not None:
                return part
        case _:
            pass
    raise RuleViolation(f"part {i} of {term} need not vanish with it")


def _root(term: Term) -> Rel:
    """What it means for a term to be 0."""
    match term:
        case Fun(name="log_gap", args=(u,)):
            return Rel("=", u, ONE)
        case Pow(base=b, exponent=n) if (exact_value(n) or 0) > 0:
            return Rel("=", b, ZERO)
        case _:
            return Rel("=", term, ZERO)

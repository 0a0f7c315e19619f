"""Ways to prove an inequality, beyond its sign: a certificate, a slope, bounds on a greatest value. Untrusted.

Each proposes steps and lets the rules take them; what a rule refuses is not proven.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from symrlhf.errors import IllFormed, NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import poly
from symrlhf.kernel.derive import ONE, ZERO, derivative, resolve
from symrlhf.kernel.field import Nowhere, Quotient
from symrlhf.kernel.inequality import (
    STRICT,
    bound,
    grow,
    grow_apart,
    is_magnitude,
    le_of_sq_le,
    slope,
    slope_apart,
    squared,
    vanish,
    within,
)
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.rules import assume, compare, compute, follow
from symrlhf.kernel.search import LEVELS, certificate
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.statement import ends
from symrlhf.kernel.theorem import Theorem, combined
from symrlhf.setting import Setting
from symrlhf.term import REAL, Abs, Add, Binder, Fun, Neg, Pow, Rel, Sym, Term, as_term, exact_value, exp, log, log_gap

FAILURES = (StepUndecided, NotSupported, RuleViolation, IllFormed, Nowhere, poly.OutOfFuel)
DEPTH = 3
MAX_VARIABLES = 3
QUICK = LEVELS[:2]
"""How hard to look for the certificates of a slope."""


def difference(high: Term, low: Term) -> Term:
    """high − low, written without a zero."""
    if exact_value(low) == 0:
        return high
    if exact_value(high) == 0:
        return Neg(low)
    return Add((high, Neg(low)))


def by_moves(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """A certificate that takes no search for combinations."""
    return by_search(setting, relation, premises, LEVELS[:1])


def by_search(setting: Setting, relation: Rel, premises: tuple[Theorem, ...], levels: range = LEVELS) -> Theorem:
    """A certificate that the search proposes."""
    found = _certificate(setting, relation, premises, levels, strict=STRICT[relation.op])
    if found is None:
        raise StepUndecided("no certificate was found")
    return compare(setting, relation, found, premises)


def _certificate(
    setting: Setting, relation: Rel, premises: tuple[Theorem, ...], levels: range, *, strict: bool
) -> Term | None:
    everything = combined(setting, premises)
    low, high = ends(relation)
    known = [s for p in premises for s in p.statements] + list(obligations(relation, everything))
    inequalities = tuple(s for s in known if s.relation.op != "=")
    return certificate(difference(high, low), everything, inequalities, strict=strict, levels=levels)


# ------------------------------------------------------------------ greatest and least values


def by_bounds(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """max ≤ c and c ≤ min, by what each argument says; so for m ≤ c where m is defined as a max."""
    written = setting.expand(relation)
    if written != relation and isinstance(written, Rel):
        low, high = ends(written)
        return compare(setting, relation, difference(high, low), (by_bounds(setting, written, premises),))
    low, high = ends(relation)
    for extreme, other, above in ((low, high, True), (high, low, False)):
        if needed := _bounded(extreme, other, above=above):
            pairs = [(x, other) if above else (other, x) for x in needed]
            op = "<" if STRICT[relation.op] else "<="
            return bound(setting, relation, tuple(_prove(setting, Rel(op, a, b), premises) for a, b in pairs))
    raise StepUndecided("no side is a greatest or least value")


def _bounded(extreme: Term, other: Term, *, above: bool) -> tuple[Term, ...]:
    match extreme:
        case Fun(name="max", args=args) if above:
            return args
        case Fun(name="abs", args=(x,)) if above:
            return x, -x
        case Fun(name="min", args=args) if not above:
            return args
        case Binder(kind=kind) if kind == ("max" if above else "min"):
            return (extreme.opened(extreme.fresh(other.names))[0],)
        case _:
            return ()


# ------------------------------------------------------------------ slopes


def by_slope(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The difference is least at a point where it is 0 or has a known sign."""
    everything = combined(setting, premises)
    signs = Signs(everything, (s for p in premises for s in p.statements if s.relation.op in STRICT))
    needed = [o for o in obligations(relation, everything) if o.relation.op in STRICT and not signs.holds(o)]
    supposed = tuple(assume(setting, o.relation) for o in needed)
    return _by_slope(setting, relation, (*premises, *supposed), DEPTH)


def by_slope_or_search(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """By slopes, which is quick; by a certificate, where slopes tell nothing or only under conditions."""
    found = None
    with suppress(*FAILURES):
        found = by_slope(setting, relation, premises)
    if found is not None and not found.conditions:
        return found
    try:
        return by_search(setting, relation, premises)
    except FAILURES:
        if found is None:
            raise
    return found


def _by_slope(setting: Setting, relation: Rel, premises: tuple[Theorem, ...], depth: int) -> Theorem:
    everything = combined(setting, premises)
    low, high = ends(relation)
    gap = resolve(everything.expand(difference(high, low)), everything)
    op = "<" if STRICT[relation.op] else "<="
    for var, centre, at in _least(everything, gap, strict=STRICT[relation.op]):
        try:
            value = _prove(everything, Rel(op, ZERO, at), premises, QUICK)
            return slope(setting, relation, var, centre, value, _away(everything, gap, var, centre, premises, depth))
        except FAILURES:
            continue
    raise StepUndecided("no point was found at which the difference is least")


def _least(setting: Setting, gap: Term, *, strict: bool) -> Iterator[tuple[Sym, Term, Term]]:
    """Variables, points where the difference may be least, and its value there."""
    nf = NormalForm(setting)
    variables = sorted((s for s in gap.symbols if s.sort == REAL), key=lambda s: s.name)
    for var in variables[:MAX_VARIABLES]:
        for centre in (ZERO, ONE, *(s for s in variables if s != var)):
            try:
                at = gap.substitute({var: centre})
                if strict or nf.of(at).is_zero:
                    yield var, centre, at
            except FAILURES:
                continue


def _away(setting: Setting, gap: Term, var: Sym, centre: Term, premises: tuple[Theorem, ...], depth: int) -> Theorem:
    """(x − c) g'(x) ≥ 0, by a certificate or because g'(c) = 0 and g'' ≥ 0."""
    h = _simplified(setting, derivative(gap, var, setting), premises)
    try:
        return _prove(setting, Rel(">=", (var - centre) * h, ZERO), premises, QUICK)
    except FAILURES:
        if depth == 0:
            raise
    value = compute(setting, Rel("=", h.substitute({var: centre}), ZERO), premises)
    rise = Rel(">=", _simplified(setting, derivative(h, var, setting), premises), ZERO)
    return grow(setting, h, var, centre, value, _rise(setting, rise, premises, depth - 1))


def _rise(setting: Setting, relation: Rel, premises: tuple[Theorem, ...], depth: int) -> Theorem:
    try:
        return _prove(setting, relation, premises, QUICK)
    except FAILURES:
        if depth == 0:
            raise
        return _by_slope(setting, relation, premises, depth - 1)


def _simplified(setting: Setting, term: Term, premises: tuple[Theorem, ...] = ()) -> Term:
    """The term written out by normal form, without bars where the premises tell a sign."""
    nf = _normal(setting, term, premises)
    return nf.term(nf.of(term))


def _normal(setting: Setting, term: Term, premises: tuple[Theorem, ...]) -> NormalForm:
    """Normal forms under the premises and what the term needs."""
    known = (*(s for p in premises for s in p.statements), *obligations(Rel("=", term, ZERO), setting))
    return NormalForm(setting, [s for s in known if s.relation.op != "="])


def _prove(setting: Setting, relation: Rel, premises: tuple[Theorem, ...], levels: range = LEVELS) -> Theorem:
    """An inequality, by its sign or by a certificate."""
    low, high = ends(relation)
    try:
        return compare(setting, relation, difference(high, low), premises)
    except FAILURES:
        return by_search(setting, relation, premises, levels)


def by_slope_apart(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """The difference is 0 at one point, and grows away from it."""
    if not STRICT[relation.op]:
        raise StepUndecided("the relation is not strict")
    everything = combined(setting, premises)
    low, high = ends(relation)
    gap = resolve(everything.expand(difference(high, low)), everything)
    for var, centre, at in _least(everything, gap, strict=False):
        try:
            value = compute(everything, Rel("=", at, ZERO))
            away = _surely_away(everything, gap, var, centre)
            found = slope_apart(setting, relation, var, centre, value, away)
            # A premise may say that the variable is not at that point.
            return compare(setting, relation, difference(high, low), (*premises, found)) if found.conditions else found
        except FAILURES:
            continue
    raise StepUndecided("no point was found away from which the difference grows")


def _surely_away(setting: Setting, gap: Term, var: Sym, centre: Term) -> Theorem:
    """(x − c) g'(x) > 0 for x ≠ c, by a certificate or because g'(c) = 0 and g'' > 0."""
    h = _simplified(setting, derivative(gap, var, setting))
    try:
        return _prove(setting, Rel(">", (var - centre) * h, ZERO), (), QUICK)
    except FAILURES:
        value = compute(setting, Rel("=", h.substitute({var: centre}), ZERO))
        rise = Rel(">", _simplified(setting, derivative(h, var, setting)), ZERO)
        return grow_apart(setting, h, var, centre, value, _rise(setting, rise, (), 1))


def by_lipschitz(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """|d| ≤ l |x − c|, by the slopes of l (x − c) − d and l (x − c) + d, which vanish at c."""
    low, high = ends(relation)
    if STRICT[relation.op] or not isinstance(low, Fun) or low.name != "abs":
        raise StepUndecided("the smaller side is no absolute value")
    (d,) = low.args
    nf = NormalForm(setting)
    for var, centre in _distances(high):
        step = var - centre
        try:
            factor = nf.term(nf.mul(nf.of(high), nf.inverse(nf.of(Abs(step)))))
            bounds = tuple(_grown(setting, gap, var, centre) for gap in (factor * step - d, factor * step + d))
            first, second = bounds
            return within(setting, relation, factor, var, centre, (first, second))
        except FAILURES:
            continue
    raise StepUndecided("the larger side is no multiple of a distance")


def _distances(term: Term) -> Iterator[tuple[Sym, Term]]:
    """x and c of the |x − c| in a term."""
    for t in term.subterms():
        match t:
            case Fun(name="abs", args=(Add(terms=(Sym() as x, Neg(arg=c))),)):
                yield x, c
                if isinstance(c, Sym):
                    yield c, x
            case Fun(name="abs", args=(Sym() as x,)):
                yield x, ZERO
            case _:
                continue


def _grown(setting: Setting, h: Term, var: Sym, centre: Term) -> Theorem:
    """(x − c) h(x) ≥ 0, because h(c) = 0 and h' ≥ 0."""
    value = compute(setting, Rel("=", h.substitute({var: centre}), ZERO))
    rise = Rel(">=", _simplified(setting, derivative(resolve(setting.expand(h), setting), var, setting)), ZERO)
    return grow(setting, h, var, centre, value, _rise(setting, rise, (), DEPTH))


def by_squares(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """a ≤ √b by a² ≤ b: Cauchy–Schwarz, and Jensen for the square, under a root."""
    low, high = ends(relation)
    if not (is_magnitude(high) and _has_root(high)):
        raise StepUndecided("the greater side is no root")
    op = "<" if STRICT[relation.op] else "<="
    return le_of_sq_le(setting, relation, _prove(setting, Rel(op, squared(low), squared(high)), premises))


def _has_root(t: Term) -> bool:
    return any(isinstance(s, (Fun, Pow)) and squared(s) != Pow(s, as_term(2)) for s in (t, *t.children))


def by_logarithms(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """b − a = a (gap(e^d) + d) for positive sides, d = log b − log a: their logarithms are compared by slopes."""
    low, high = ends(relation)
    if not any(_is_exponential(t) for t in (*low.subterms(), *high.subterms())):
        raise StepUndecided("no side holds an exponential")
    nf = _normal(combined(setting, premises), high - low, premises)
    try:
        low, high = next(((a, b) for a, b in _two_sides(nf, low, high) if _positive(nf, a) and _positive(nf, b)))
        d = nf.term(nf.of(log(high) - log(low)))
    except StopIteration:
        raise StepUndecided("the sides are not known to be positive") from None
    except (Nowhere, poly.OutOfFuel) as reason:
        raise StepUndecided(f"no difference of logarithms: {reason}") from None
    op = ">" if STRICT[relation.op] else ">="
    lesser = _lesser(setting, Rel(op, d, ZERO), premises)
    return compare(setting, relation, low * (log_gap(exp(d)) + d), (*premises, lesser))


def _is_exponential(t: Term) -> bool:
    """e^x, and a product over a set, which is e^{Σ log}."""
    return (isinstance(t, Fun) and t.name == "exp") or (isinstance(t, Binder) and t.kind == "prod")


def _two_sides(nf: NormalForm, low: Term, high: Term) -> Iterator[tuple[Term, Term]]:
    """The sides as they stand, and without what they have in common if one term of each is left."""
    yield low, high
    difference = nf.of(high - low)
    if len(difference.num) == 2:
        a, b = (nf.term(Quotient({m: abs(c)}, difference.den)) for m, c in difference.num.items())
        yield (a, b) if next(iter(difference.num.values())) < 0 else (b, a)


def _positive(nf: NormalForm, term: Term) -> bool:
    return nf.sign(nf.of(term)) == (1, True)


def _lesser(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    try:
        return _prove(setting, relation, premises, QUICK)
    except FAILURES:
        return _by_slope(setting, relation, premises, DEPTH)


# ------------------------------------------------------------------ sums that vanish


def by_vanishing(setting: Setting, relation: Rel, premises: tuple[Theorem, ...]) -> Theorem:
    """An equation that follows because a sum of parts ≥ 0 is 0, as π = π* from KL(π ‖ π*) = 0."""
    for premise in premises:
        if premise.relation.op != "=":
            continue
        for zero in (premise.relation, Rel("=", premise.rhs, premise.lhs)):
            found = _certificate(setting, Rel("<=", zero.rhs, zero.lhs), premises, LEVELS, strict=False)
            if found is None:
                continue
            for path in _paths(found):
                try:
                    part = vanish(setting, found, path, premises)
                    return follow(setting, relation, (*premises, part))
                except FAILURES:
                    continue
    raise StepUndecided("no premise makes a sum of parts ≥ 0 vanish")


def _paths(certificate: Term) -> Iterator[tuple[int, ...]]:
    """Where the squares and logarithmic gaps stand."""
    for path, term in certificate.walk():
        match term:
            case Fun(name="log_gap") | Pow():
                yield path
            case _:
                continue

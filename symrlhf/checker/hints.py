"""The likely slip behind a refuted line: the first row of the table of mistakes whose mended line the kernel proves.

Mended lines are first looked at in a few points, where nearly all that are false fail at once; the kernel proves what
is left. If no row mends the line, the difference or the quotient of its sides does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from symrlhf.checker import decimals
from symrlhf.checker.findings import Hint, Task
from symrlhf.checker.mistakes import MISTAKES, REVERSED, TEMPERATURES, Edit, Line, Mistake
from symrlhf.checker.mistakes.writing import ONE, ZERO, is_temperature, over, times
from symrlhf.errors import IllFormed, InconsistentHypotheses, NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel.decide import Proved, decide, quick_proof, screen
from symrlhf.kernel.integrals import proposal
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.rules import assume, relevant
from symrlhf.kernel.statement import ends
from symrlhf.kernel.theorem import Parts, Theorem
from symrlhf.setting import Setting
from symrlhf.term import (
    Add,
    Binder,
    Diff,
    Div,
    Fun,
    Integral,
    Mul,
    Neg,
    Num,
    Pow,
    Rel,
    Relation,
    Sym,
    Term,
    exact_value,
)

EDITS = 2_000
"""Lines that are looked at,"""
PROOFS, INEQUALITIES, LONG = 24, 6, 2
"""and lines that the kernel is asked to prove, few of them inequalities and fewer at length: what a hint may cost."""
EQUIVALENCES = 16
"""Those that are to be equivalent to another."""
MOST = 200
"""Nodes of a difference that is still worth telling."""

FAILURES = (StepUndecided, NotSupported, RuleViolation, IllFormed, InconsistentHypotheses)


def hint(
    relation: Rel, setting: Setting, given: tuple[Theorem, ...] = (), lemmas: tuple[Theorem, ...] = ()
) -> Hint | None:
    """The first mended line that is proven, with what was wrong; `lemmas` are proven before it under the same."""
    if relation.op in ("implies", "iff"):
        return _of_conclusion(relation, setting, given, lemmas)
    if relation.op in ("approx", "prop"):
        return None
    sorts = {s.name: s.sort for s in setting.expand(relation).symbols}
    # Read as a number, later as a count: as a premise it would stop every proof.
    given = tuple(p for p in given if all(sorts.get(s.name, s.sort) == s.sort for s in p.relation.symbols))
    try:
        passes = _screen(relation, setting, given)
        found = _mended(Line(relation, setting, given), lemmas, passes) or _at_another_point(relation, setting, given)
        return found or _difference(relation, setting, (*given, *lemmas))
    except FAILURES:
        return None


def _screen(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> Callable[[Rel], bool]:
    """Which lines may hold; an integral is looked at by its closed form, as its values at points take long."""
    if not isinstance(relation.lhs, Integral):
        return screen(relation, setting, given)
    parts = Parts.of(setting, given)
    try:
        value = proposal(relation.lhs, parts.setting, relevant(parts, given, relation)).value
        passes = screen(replace(relation, lhs=value), setting, given)
    except FAILURES:
        return screen(relation, setting, given)
    return lambda other: other.lhs == relation.lhs and passes(replace(other, lhs=value))


def _at_another_point(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> Hint | None:
    """f'(c) = 0, where f'(c/β) = 0: the point lacks β."""
    points = {t.var for t in relation.subterms() if isinstance(t, Diff)}
    for p in given:
        at, value = p.relation.children
        if p.relation.op != "=" or at not in points:
            continue
        others = tuple(g for g in given if g is not p)
        for beta in (Sym(n) for n in TEMPERATURES if n in setting.expand(relation).names):
            for new, words in ((over(value, beta), Div(ONE, beta)), (times(beta, value), beta)):
                mended = Rel("implies", Rel("=", at, new), relation)
                if _holds_at_length(mended, setting, others):
                    return Hint("lost-beta", f"a factor {words} is lost in {value}", str(mended))
    return None


def _of_conclusion(
    relation: Rel, setting: Setting, given: tuple[Theorem, ...], lemmas: tuple[Theorem, ...]
) -> Hint | None:
    """What is wrong with the conclusion, where the premise holds."""
    premise, conclusion = relation.children
    if not isinstance(premise, Rel) or not isinstance(conclusion, Rel):
        return None
    try:
        within = (*given, assume(setting, premise))
        if relation.op == "iff":
            return _of_equivalent(relation, Line(conclusion, setting, within), given)
        found = hint(conclusion, setting, within, lemmas)
    except FAILURES:
        return None
    return found and replace(found, mended=f"{premise} ⇒ {found.mended}")


NOT: dict[Relation, Relation] = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}


def _of_equivalent(relation: Rel, line: Line, given: tuple[Theorem, ...]) -> Hint | None:
    """What is wrong with the second of two equations that are said to be equivalent."""
    follows, proofs = screen(line.relation, line.setting, line.given), 0
    converse = _converse(relation, line, given)
    for kind, edit in _candidates(line):
        if follows(edit.mended) and converse(edit.mended):
            mended = replace(relation, rhs=edit.mended)
            if _holds(mended, line.setting, given):
                return Hint(kind, edit.text, str(mended))
            proofs += 1
        if proofs >= EQUIVALENCES:
            break
    return None


def _converse(relation: Rel, line: Line, given: tuple[Theorem, ...]) -> Callable[[Rel], bool]:
    """Whether another second part fails where the first does: any weaker bound follows from it."""
    first, second = relation.children
    assert isinstance(first, Rel) and isinstance(second, Rel)
    if first.op not in NOT or second.op not in NOT:
        return lambda other: True
    without = (*given, assume(line.setting, replace(first, op=NOT[first.op])))
    fails = screen(replace(second, op=NOT[second.op]), line.setting, without)
    return lambda other: other.op in NOT and fails(replace(other, op=NOT[other.op]))


def _mended(line: Line, lemmas: tuple[Theorem, ...], passes: Callable[[Rel], bool]) -> Hint | None:
    given, proofs, on_one_side = line.given, 0, 0
    for kind, edit in _candidates(line):
        turned = edit.mended.children == line.relation.children
        if not passes(edit.mended) or (not turned and _is_trivial(edit.mended, passes)):
            continue
        if kind == "sign" and edit.mended.lhs == edit.mended.rhs and isinstance(edit.mended.rhs, Fun):
            # |x| = |x| says nothing of |x| = x.
            continue
        # A bound that holds on one side only is an edit of nearly any bound: few are worth a proof.
        narrowed = edit.mended.op == "implies"
        # The same sides the other way round are worth a longer look.
        long = turned or (line.relation.op != "=" and (2 * on_one_side if narrowed else proofs) < LONG)
        holds = _holds_at_length if long else _holds
        if holds(edit.mended, line.setting, given) or (lemmas and holds(edit.mended, line.setting, (*given, *lemmas))):
            return Hint(_in_context(kind, line, edit.mended), edit.text, str(edit.mended))
        proofs += not narrowed
        on_one_side += narrowed
        if proofs >= (PROOFS if line.relation.op == "=" else INEQUALITIES):
            break
    return None


def _in_context(kind: str, line: Line, mended: Rel) -> str:
    """A term of an estimate of a gradient, lost or too many, makes it another estimate; β, another slope by β."""
    relation = line.relation
    match relation.lhs:
        case Diff(body=Mul(factors=factors), var=beta) if (
            kind == "lost-beta" and beta in factors and is_temperature(beta)
        ):
            # d/dβ (β f) = f + β f': the factor of the second term.
            return "chain-rule"
        case Diff() if kind == "factor" and _is_inner(line, mended):
            return "chain-rule"
        case _:
            pass
    score = isinstance(relation.lhs, Binder) and any(isinstance(t, Diff) for _, t in relation.lhs.walk())
    gradient = any(isinstance(t, Diff) and isinstance(t.body, Binder) for _, t in relation.rhs.walk())
    return "biased-estimator" if kind == "missing-term" and score and gradient else kind


def _is_inner(line: Line, mended: Rel) -> bool:
    """Whether the factor that is lost is a letter that what is differentiated has inside functions only."""
    match mended.rhs:
        case Mul(factors=(Sym() as letter, *_)) | Div(denominator=Sym() as letter):
            pass
        case Neg(arg=Mul(factors=(Sym() as letter, *_)) | Div(denominator=Sym() as letter)):
            pass
        case _:
            return False
    body = line.expanded.lhs
    while isinstance(body, Diff):
        body = body.body
    places = [path for path, t in body.walk() if t == letter]
    return bool(places) and all(any(isinstance(body.at(p[:i]), Fun) for i in range(len(p))) for p in places)


def _is_trivial(mended: Rel, passes: Callable[[Rel], bool]) -> bool:
    """An inequality between equal sides says nothing, nor does one between sides of different signs."""
    if mended.op not in REVERSED:
        return False
    low, high = ends(mended)
    return passes(Rel("=", low, high)) or (passes(Rel("<=", low, ZERO)) and passes(Rel(">=", high, ZERO)))


def _candidates(line: Line, rows: Sequence[Mistake] = MISTAKES) -> Iterator[tuple[str, Edit]]:
    """The rows' edits, each line once, as many as may be looked at."""
    seen = {line.relation}
    left = EDITS
    for mistake in rows:
        for edit in _edits(mistake, line):
            # What an operator binds may have been moved out of it.
            if edit.mended in seen or edit.mended.dangling:
                continue
            seen.add(edit.mended)
            left -= 1
            if left < 0:
                return
            yield mistake.kind, edit


def _edits(mistake: Mistake, line: Line) -> Iterator[Edit]:
    """The edits of a row, as far as they can be written."""
    with suppress(*FAILURES):
        yield from mistake.edits(line)


def _holds(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> bool:
    try:
        theorem = quick_proof(setting, relation, given)
    except FAILURES:
        return False
    # What was proven under conditions may fail without them.
    return not theorem.conditions or _holds_at_length(relation, setting, given)


def _holds_at_length(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> bool:
    """Also in the ways that take long."""
    try:
        return isinstance(decide(relation, setting, given), Proved)
    except FAILURES:
        return False


# ------------------------------------------------------------------ decimals


SLIPS_OF_FIGURES = {
    "min-max": 1,
    "sign": 2,
    "swapped-policies": 3,
    "sigma-arg": 3,
    "ratio-inverted": 3,
    "lost-beta": 3,
    "factor": 3,
}
"""What a wrong figure may come from, if it is right to the last digit after the edit: a figure with fewer digits than
this is hit by chance."""


def of_figure(task: Task, digits: str, given: tuple[Theorem, ...]) -> Hint | None:
    """What a wrong decimal comes from: a slip in what is computed, or in the rounding."""
    right = _rounding(task, digits, given)
    if right is not None and right.kind == "sign":
        return right
    return _of_computation(task, given, far=_is_far(task.relation.rhs, digits)) or right


def _is_far(shown: Term, digits: str) -> bool:
    """Whether a figure is further off than a slip in its last digit."""
    value = exact_value(shown)
    if value is None or not re.fullmatch(r"[-−]?\d+(\.\d+)?", digits):
        return False
    right, places = Fraction(digits.replace("−", "-")), len(str(shown).partition(".")[2])
    return abs(value - right) > LAST_DIGIT * Fraction(1, 10**places)


LAST_DIGIT = 5
"""Units of the last digit that a slip in it is off by."""


def _of_computation(task: Task, given: tuple[Theorem, ...], *, far: bool) -> Hint | None:
    shown = task.relation.rhs
    figure = shown.arg if isinstance(shown, Neg) else shown
    if not isinstance(figure, Num):
        return None
    digits = len(figure.text.replace(".", "").lstrip("0"))
    # σ(z) for σ(−z) is one edit, and a figure that is far off has not come about by rounding: two digits tell.
    slips = {**SLIPS_OF_FIGURES, "sigma-arg": 2} if far else SLIPS_OF_FIGURES
    computed = Line(Rel("=", shown, task.relation.lhs), task.setting, given)
    for kind, edit in _candidates(computed, [m for m in MISTAKES if slips.get(m.kind, digits + 1) <= digits]):
        meant = replace(task.relation, lhs=edit.mended.rhs)
        with suppress(*FAILURES):
            found = decimals.judge(meant, task.setting, given, None)
            if found is not None and found.number == "exact-rounded":
                return Hint(kind, edit.text, str(meant))
    return None


def _rounding(task: Task, digits: str, given: tuple[Theorem, ...]) -> Hint | None:
    """The decimal with the right digits, if that is one and the line is then proven."""
    figure = digits.lstrip("-−")
    if not re.fullmatch(r"\d+(\.\d+)?", figure):
        return None
    number = Num(Fraction(figure), figure)
    rhs = task.relation.rhs
    if isinstance(rhs, (Num, Neg)):
        rights: list[Term] = [number if figure == digits else Neg(number)]
    else:
        places = len(figure.partition(".")[2])
        olds = {t for _, t in rhs.walk() if isinstance(t, Num) and len(t.text.partition(".")[2]) == places}
        nearest = sorted(olds, key=lambda t: abs(t.value - number.value))
        rights = [rhs.transform(lambda t, old=old: number if t == old else t) for old in nearest]
    for right in rights:
        mended = replace(task.relation, rhs=right)
        try:
            found = decimals.judge(mended, task.setting, given, None)
        except FAILURES:
            continue
        if found is None or found.number != "exact-rounded":
            continue
        if {rhs, right} & {number, Neg(number)} == {rhs, right}:
            return Hint("sign", "the sign of the figure is wrong", str(mended))
        return Hint("rounding", f"the digits are {digits}", str(mended))
    return None


# ------------------------------------------------------------------ where no row mends the line


def _difference(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> Hint | None:
    """What the right side lacks: the simpler of a term and a factor."""
    if relation.op != "=":
        return None
    forms = NormalForm(setting, [p.statement for p in given if p.statement.relation.op != "="])
    left, right = forms.of(relation.lhs), forms.of(relation.rhs)
    term = forms.term(forms.sub(left, right))
    ways = [("missing-term", "term", term, replace(relation, rhs=relation.rhs + term))]
    if not right.is_zero and not left.is_zero:
        factor = forms.term(forms.mul(left, forms.inverse(right)))
        way = ("factor", "factor", factor, replace(relation, rhs=factor * relation.rhs))
        ways.insert(0 if _is_plain(factor) else 1, way)
    for kind, what, lacking, mended in ways:
        if relation.lhs in lacking.subterms():
            # L = R + (L − R) tells nothing.
            continue
        if _size(lacking) <= MOST and _holds(mended, setting, given):
            return Hint(_by_name(relation, kind, lacking), f"the right side lacks the {what} {lacking}", str(mended))
    return None


DIFFERENCE = "difference"
"""The name where no slip is known: only what is lacking."""
PIECES, SMALL = 2, 40
"""Terms, and nodes, of what one may forget."""


def _is_one_piece(lacking: Term) -> bool:
    """Whether it is what a hand may have left out, rather than all that is wrong."""
    parts = lacking.terms if isinstance(lacking, Add) else (lacking,)
    if len(parts) > PIECES or _size(lacking) > SMALL:
        return False
    return not any(isinstance(t, Div) and isinstance(t.numerator, Add) for _, t in lacking.walk())


def _by_name(relation: Rel, kind: str, lacking: Term) -> str:
    if _estimates(relation):
        return "biased-estimator"
    if isinstance(relation.lhs, Diff) and any(isinstance(t, Diff) for _, t in lacking.walk()):
        # Of a second derivative: f″ of what stands inside, or only the square of f′.
        twice = isinstance(relation.lhs.body, Diff)
        inner = any(isinstance(t, Diff) and isinstance(t.body, Diff) for _, t in lacking.walk())
        return "missing-term" if twice and not inner and _is_one_piece(lacking) else "chain-rule"
    if kind == "factor" and lacking.names and lacking.names <= set(TEMPERATURES):
        return "lost-beta"
    if kind == "factor" and _is_plain(lacking):
        return kind
    return "missing-term" if _is_one_piece(lacking) else DIFFERENCE


def _size(term: Term) -> int:
    return sum(1 for _ in term.walk())


def _is_plain(factor: Term) -> bool:
    """Whether it is made of numbers and symbols alone."""
    return all(isinstance(t, (Num, Sym, Neg, Mul, Div, Pow)) for _, t in factor.walk())


def _estimates(relation: Rel) -> bool:
    """Whether a mean is claimed to be a divergence, an entropy or another mean."""
    match relation.lhs:
        case Binder(kind="E", bodies=(*_, Binder(kind="E"))):
            # Of several draws.
            return any(isinstance(t, Binder) and t.kind == "E" for t in relation.rhs.subterms())
        case _:
            pass
    claimed = relation.rhs.body if isinstance(relation.rhs, Diff) else relation.rhs
    return isinstance(claimed, Binder) and isinstance(relation.lhs, Binder) and relation.lhs.kind == "E"

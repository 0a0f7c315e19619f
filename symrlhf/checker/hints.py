"""The likely slip behind a refuted line: the first row of a table of mistakes whose mended line the kernel proves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from symrlhf.checker.findings import Hint
from symrlhf.errors import IllFormed, InconsistentHypotheses, NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel.decide import PROVERS
from symrlhf.kernel.theorem import Theorem
from symrlhf.setting import Setting
from symrlhf.term import REAL, Add, App, Div, Fun, Mul, Neg, Path, Rational, Rel, Relation, Sym, Term

MOST = 300
"""Mended lines that are tried of a short line,"""
WORK = 30_000
"""and nodes of all mended lines together, of a long one."""

Edits = Iterator[tuple[str, Rel]]
"""What was wrong, in words, and the mended relation."""


@dataclass(frozen=True)
class Mistake:
    """One row: the name of a slip and the lines it may have been made from."""

    kind: str
    edits: Callable[[Rel], Edits]


def hint(relation: Rel, setting: Setting, given: tuple[Theorem, ...] = ()) -> Hint | None:
    """The first mended line that is proven, with what was wrong."""
    if relation.op in ("implies", "iff", "approx"):
        return None
    candidates = ((m.kind, *edit) for m in MISTAKES for edit in m.edits(relation))
    nodes = sum(1 for _ in relation.walk())
    for kind, text, mended in islice(candidates, min(MOST, WORK // nodes)):
        if mended != relation and _holds(mended, setting, given):
            return Hint(kind, text, str(mended))
    return None


def _holds(relation: Rel, setting: Setting, given: tuple[Theorem, ...]) -> bool:
    for prove in PROVERS.get(relation.op, ()):
        try:
            prove(setting, relation, given)
        except (StepUndecided, NotSupported, RuleViolation, IllFormed, InconsistentHypotheses):
            continue
        return True
    return False


# ------------------------------------------------------------------ the table


def _at_places(
    change: Callable[[Term], Iterator[tuple[str, Term]]],
) -> Callable[[Rel], Edits]:
    """The edits of single subterms of the right side, outermost first."""

    def edits(relation: Rel) -> Edits:
        places = sorted(relation.rhs.walk(), key=lambda place: len(place[0]))
        for path, term in places:
            for text, new in change(term):
                yield text, _with(relation, path, new)

    return edits


def _with(relation: Rel, path: Path, new: Term) -> Rel:
    return Rel(relation.op, relation.lhs, relation.rhs.replace_at(path, new))


def _whole_sign(relation: Rel) -> Edits:
    yield "the sign of the whole right side is wrong", _with(relation, (), _negated(relation.rhs))


def _term_sign(term: Term) -> Iterator[tuple[str, Term]]:
    if isinstance(term, Add):
        for i, part in enumerate(term.terms):
            text = f"the sign of the term {_shown(part)} is wrong"
            yield text, Add((*term.terms[:i], _negated(part), *term.terms[i + 1 :]))
    if isinstance(term, Fun) and term.name == "exp":
        yield f"the sign inside {_shown(term)} is wrong", Fun("exp", (_negated(term.args[0]),))


def _sigmoid_argument(term: Term) -> Iterator[tuple[str, Term]]:
    if isinstance(term, Fun) and term.name in ("sigmoid", "softplus", "tanh"):
        mended = Fun(term.name, (_negated(term.args[0]),))
        yield f"{_shown(term)} should be {_shown(mended)}", mended


def _inverted(term: Term) -> Iterator[tuple[str, Term]]:
    if isinstance(term, Div):
        mended = Div(term.denominator, term.numerator)
        yield f"the ratio {_shown(term)} is upside down", mended


def _lost_symbol(relation: Rel) -> Edits:
    """A number such as β lost, or one too many, on the whole right side or in a factor's argument."""
    symbols = sorted((s for s in relation.symbols if s.sort == REAL), key=lambda s: (s.name != "beta", s.name))
    for s in symbols:
        yield f"a factor {s} is lost", _with(relation, (), _times(s, relation.rhs))
        yield f"a factor {s} is too many", _with(relation, (), Div(relation.rhs, s))
    for s in symbols:
        for path, term in relation.rhs.walk():
            if isinstance(term, Add):
                for i, part in enumerate(term.terms):
                    rest = (term.terms[:i], term.terms[i + 1 :])
                    yield (
                        f"a factor {s} is lost in the term {_shown(part)}",
                        _with(relation, path, Add((*rest[0], _times(s, part), *rest[1]))),
                    )
                    yield (
                        f"a factor 1/{s} is lost in the term {_shown(part)}",
                        _with(relation, path, Add((*rest[0], _over(part, s), *rest[1]))),
                    )
            if isinstance(term, Fun) and len(term.args) == 1:
                (z,) = term.args
                yield (
                    f"a factor {s} is lost inside {_shown(term)}",
                    _with(relation, path, Fun(term.name, (_times(s, z),))),
                )
                yield (
                    f"a factor 1/{s} is lost inside {_shown(term)}",
                    _with(relation, path, Fun(term.name, (_over(z, s),))),
                )


def _factor(relation: Rel) -> Edits:
    for n in (2, 3, 4):
        yield f"a factor {n} is lost", _with(relation, (), _times(Rational(n), relation.rhs))
        yield f"a factor {n} is too many", _with(relation, (), Div(relation.rhs, Rational(n)))
    for path, term in relation.rhs.walk():
        if isinstance(term, Add):
            for i, part in enumerate(term.terms):
                for text, new in (("lost in", _times(Rational(2), part)), ("too many in", _over(part, Rational(2)))):
                    mended = Add((*term.terms[:i], new, *term.terms[i + 1 :]))
                    yield f"a factor 2 is {text} the term {_shown(part)}", _with(relation, path, mended)


def _one(relation: Rel) -> Edits:
    one = Rational(1)
    yield "a term 1 is lost", _with(relation, (), relation.rhs + one)
    yield "a term −1 is lost", _with(relation, (), relation.rhs - one)


def _lost_one(term: Term) -> Iterator[tuple[str, Term]]:
    if isinstance(term, Fun) and term.name == "log":
        yield f"the +1 of d(p log p) is lost beside {_shown(term)}", term + Rational(1)


def _swapped(first: str, second: str) -> Callable[[Rel], Edits]:
    """The two names exchanged everywhere on the right."""
    other = {first: second, second: first}

    def exchange(term: Term) -> Term:
        match term:
            case Sym(name=name) if name in other:
                return Sym(other[name], term.sort, term.fixed)
            case App(name=name) if name in other:
                return App(other[name], term.args, term.given, term.sort)
            case _:
                return term

    def edits(relation: Rel) -> Edits:
        if relation.rhs.names & other.keys():
            yield f"{first} and {second} are swapped", _with(relation, (), relation.rhs.transform(exchange))

    return edits


def _min_max(term: Term) -> Iterator[tuple[str, Term]]:
    if isinstance(term, Fun) and term.name in ("min", "max"):
        name = "max" if term.name == "min" else "min"
        yield f"{term.name} should be {name}", Fun(name, term.args)


REVERSED: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}


def _direction(relation: Rel) -> Edits:
    if relation.op in REVERSED:
        yield "the inequality holds the other way round", Rel(REVERSED[relation.op], relation.lhs, relation.rhs)


MISTAKES: tuple[Mistake, ...] = (
    Mistake("inequality-direction", _direction),
    Mistake("sign", _whole_sign),
    Mistake("sigma-arg", _at_places(_sigmoid_argument)),
    Mistake("sign", _at_places(_term_sign)),
    Mistake("ratio-inverted", _at_places(_inverted)),
    Mistake("swapped-responses", _swapped("y_w", "y_l")),
    Mistake("swapped-responses", _swapped("r_w", "r_l")),
    Mistake("swapped-policies", _swapped("pi", "pi_ref")),
    Mistake("min-max", _at_places(_min_max)),
    Mistake("factor", _factor),
    Mistake("lost-one", _at_places(_lost_one)),
    Mistake("lost-beta", _lost_symbol),
    Mistake("missing-term", _one),
)
"""Tried in this order: a new mistake is a new row."""


def _negated(term: Term) -> Term:
    """−term, written without a double minus."""
    if isinstance(term, Neg):
        return term.arg
    if isinstance(term, Add) and len(term.terms) == 2 and isinstance(term.terms[1], Neg):
        return Add((term.terms[1].arg, Neg(term.terms[0])))
    return Neg(term)


def _times(factor: Term, term: Term) -> Term:
    if isinstance(term, Neg):
        return Neg(_times(factor, term.arg))
    return Mul((factor, *term.factors)) if isinstance(term, Mul) else Mul((factor, term))


def _over(term: Term, divisor: Term) -> Term:
    return Neg(Div(term.arg, divisor)) if isinstance(term, Neg) else Div(term, divisor)


def _shown(term: Term) -> str:
    """A subterm in words; what is bound around it has no letter of its own."""
    return str(term) if not term.dangling else "inside the sum"

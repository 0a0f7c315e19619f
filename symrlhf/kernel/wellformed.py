"""Whether a term is mathematics at all: arities, relations where relations stand, numbers where numbers do.

Readers make no other terms; a tree that was built by hand may be anything.
"""

from __future__ import annotations

from symrlhf.errors import RuleViolation
from symrlhf.notation import BINDERS, FUNCTIONS, RELATIONS
from symrlhf.term import Add, And, Binder, Cases, Div, Fun, IndexSet, Mul, Neg, Pow, Rel, Term

ARITHMETIC = (Add, Mul, Neg, Div, Pow)
JOINED = ("implies", "iff")


def insist_on_relation(term: Term) -> Rel:
    """`term`, if it is one well-formed relation; raises `RuleViolation` with what is wrong if not."""
    if isinstance(term, And):
        raise RuleViolation("a conjunction is several statements: decide its parts one by one")
    if not isinstance(term, Rel):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise RuleViolation(f"{term!r} is a term, not a relation")
    for part in term.subterms():
        _check(part)
    return term


def _check(t: Term) -> None:
    match t:
        case Fun(name=name, args=args):
            _check_function(name, args)
        case Binder(kind=kind, bodies=bodies):
            row = BINDERS.get(kind)
            if row is None:
                raise RuleViolation(f"there is no operator {kind!r}")
            _check_count(kind, len(bodies), row.bodies, row.bodies)
            _check_numbers(t, bodies)
        case And(parts=parts):
            if not parts:
                raise RuleViolation("a conjunction of nothing")
            _check_claims(t, parts)
        case Rel(op=op, lhs=lhs, rhs=rhs):
            if op not in RELATIONS:
                raise RuleViolation(f"there is no relation {op!r}")
            if op in JOINED:
                _check_claims(t, (lhs, rhs))
            else:
                _check_sides(t)
        case Cases(branches=branches):
            _check_claims(t, tuple(condition for condition, _ in branches))
            _check_numbers(t, (*(value for _, value in branches), t.otherwise))
        case _ if isinstance(t, ARITHMETIC):
            _check_numbers(t, t.children)
        case _:
            pass


def _check_function(name: str, args: tuple[Term, ...]) -> None:
    row = FUNCTIONS.get(name)
    if row is None:
        raise RuleViolation(f"there is no function {name!r}")
    _check_count(name, len(args), *row.arity)
    if name != "delta":
        _check_numbers(Fun(name, args), args)


def _check_count(name: str, given: int, least: int, most: int) -> None:
    if not least <= given <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise RuleViolation(f"{name} takes {wanted} argument{'' if wanted == '1' else 's'}, not {given}")


def _check_sides(relation: Rel) -> None:
    if any(_is_claim(side) for side in relation.children):
        raise RuleViolation(f"{relation!r} compares relations: write implies or iff")
    if isinstance(relation.lhs.sort, IndexSet) != isinstance(relation.rhs.sort, IndexSet):
        raise RuleViolation(f"{relation!r} compares an index with a number")
    if isinstance(relation.lhs.sort, IndexSet) and relation.op not in ("=", "!="):
        raise RuleViolation(f"{relation!r} compares elements of a set that has no order")


def _check_claims(t: Term, parts: tuple[Term, ...]) -> None:
    if wrong := [p for p in parts if not _is_claim(p)]:
        raise RuleViolation(f"{wrong[0]!r} stands where a relation should, in {t!r}")


def _check_numbers(t: Term, parts: tuple[Term, ...]) -> None:
    if wrong := [p for p in parts if _is_claim(p) or isinstance(p.sort, IndexSet)]:
        raise RuleViolation(f"{wrong[0]!r} stands where a number should, in {t!r}")


def _is_claim(t: Term) -> bool:
    return isinstance(t, Rel | And)

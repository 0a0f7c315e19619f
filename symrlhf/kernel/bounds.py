"""What a bound on |x|, max or min says of its arguments: |x| ≤ c gives x ≤ c and −x ≤ c."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symrlhf.kernel.statement import Statement, ends
from symrlhf.term import Fun, Rel, Term


def spelled(known: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements, each followed by what it says of the arguments of a greatest or least value."""
    return tuple(dict.fromkeys(s for statement in known for s in (statement, *_each(statement))))


def _each(statement: Statement) -> Iterator[Statement]:
    op = statement.relation.op
    if op not in ("<=", "<", ">=", ">"):
        return
    op = "<" if op in ("<", ">") else "<="
    low, high = ends(statement.relation)
    for pair in (*((x, high) for x in _below(low)), *((low, x) for x in _above(high))):
        inner = Statement.of(Rel(op, *pair))
        yield inner
        yield from _each(inner)


def _below(term: Term) -> tuple[Term, ...]:
    """What is at most `term`."""
    match term:
        case Fun(name="abs", args=(x,)):
            return x, -x
        case Fun(name="max", args=args):
            return args
        case _:
            return ()


def _above(term: Term) -> tuple[Term, ...]:
    """What is at least `term`."""
    return term.args if isinstance(term, Fun) and term.name == "min" else ()

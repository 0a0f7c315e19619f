"""Named functions with their arguments: log x, σ(z), σ'(z), 1{y = k}, O(z³)."""

from __future__ import annotations

from symrlhf.notation import FUNCTIONS, SMALLER
from symrlhf.read.names import Spelled, letters, outer_sup, spelled
from symrlhf.read.operators.around import brackets_of, group_after, plain_group, scripts_of
from symrlhf.read.operators.differentials import nabla
from symrlhf.read.reader import FUNCTION_WORDS, Items, Reader, arguments
from symrlhf.read.syntax import Chain, Group, Number, Script, Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.term import Cases as CaseSplit
from symrlhf.term import Fun, Order, Term, as_term


def pair_of(found: Spelled) -> tuple[Syntax, ...]:
    """The i and j of δ_{ij} and δ_{i,j}."""
    if len(found.subscripts) == 1:
        return letters(found.subscripts[0])
    return found.subscripts


def function(reader: Reader, items: Items) -> Term:
    """σ(z), σ'(z), log x, max(a, b), clip(ρ, a, b)."""
    head = items.next()
    found = spelled(head)
    assert found is not None
    name = FUNCTION_WORDS.get(found.base)
    if name is None:
        raise UnreadableAt(f"expected over what it is taken: {found.base}_y", head.start)
    if name == "delta":
        value = Fun(name, tuple(reader.response(p) for p in pair_of(found)))
        return reader.power(value, outer_sup(head))
    if found.subscripts or found.star or found.accents:
        raise UnreadableAt(f"{found.base} takes no subscript", head.start)
    sup = outer_sup(head)
    if sup is not None and not isinstance(sup, Number):
        raise UnreadableAt(f"is this the inverse of {found.base} or a power of its value? write it out", sup.start)
    power: Syntax | None = None
    beside = items.beside()
    group = plain_group(beside)
    if group is not None:
        items.next()
        power = beside.sup if isinstance(beside, Script) else None
        args: tuple[Term, ...] = tuple(map(reader.term, arguments(group.body))) if group.body is not None else ()
        if FUNCTIONS[name].form == "prefix" and power is not None:
            raise UnreadableAt(f"is the power inside {found.base}? write brackets around all of it", group.start)
    elif FUNCTIONS[name].form == "call" and len(found.base) < 3:
        raise UnreadableAt(f"expected {found.base}(...)", head.start)
    else:
        args = (_bare_argument(reader, items, head),)
    low, high = FUNCTIONS[name].arity
    if found.primes and len(args) > 1:
        raise UnreadableAt(f"a derivative of {found.base} by which argument?", head.start)
    if not args or not low <= len(args) <= high:
        wanted = f"{low}" if low == high else f"at least {low}"
        raise UnreadableAt(f"{found.base} takes {wanted} argument{'s' * (low != 1)}, not {len(args)}", head.start)
    derived = found.primes
    value = reader.slope(lambda u: Fun(name, (u,)), args[-1], derived, head) if derived else Fun(name, args)
    return reader.power(reader.power(reader.mark(value, head.start, items.last_end), sup), power)


def _bare_argument(reader: Reader, items: Items, head: Syntax) -> Term:
    """log x, log 2β, log σ(z), log Σ_y f: what stands after a function without brackets."""
    if not items or items.joint:
        raise UnreadableAt("expected what the function applies to", head.end)
    value = reader.factor(items)
    while (after := items.beside()) is not None:
        before = items.items[items.at - 1]
        operator = reader.operator_at(reader, items)
        if operator is function or nabla(after) is not None:
            # log a log b, log ρ ∇ log π
            return value
        if plain_group(before) is not None and plain_group(after) is not None:
            # log π(y) (r(y) − b): the brackets of π end what the logarithm is of.
            return value
        apart = operator is not None or outer_sup(after) is not None or group_after(items) is not None
        if apart or not (_is_simple(before) and _is_simple(after)):
            raise UnreadableAt("is this inside the function? write brackets", after.start)
        value = value * reader.factor(items)
    if items and items.joint == "/" and not _is_function(reader, items):
        raise UnreadableAt("is the divisor inside the function? write brackets", items.first.start)
    return value


def _is_function(reader: Reader, items: Items) -> bool:
    """Whether a function comes next, as behind the bar of log a / log b."""
    return reader.operator_at(reader, items) is function


def _is_simple(s: Syntax) -> bool:
    """A letter or a number, perhaps with scripts."""
    return isinstance(s, Number) or spelled(s) is not None or (isinstance(s, Script) and isinstance(s.base, Number))


def indicator(reader: Reader, items: Items) -> Term:
    """1{y = k}: 1 where it holds, else 0."""
    head = items.next()
    chain, _ = scripts_of(head)
    if chain is None and items:
        after = items.next()
        chain = after.body if isinstance(after, Group) else None
    if not isinstance(chain, Chain):
        raise UnreadableAt("expected a condition in brackets, as in 1{y = k}", items.items[items.at - 1].start)
    if [r.char for r in chain.relations] in (["="], ["≠"]) and None not in chain.sides:
        places = [reader.place(side) for side in chain.sides if side is not None]
        if None not in places:
            same = Fun("delta", tuple(p for p in places if p is not None))
            return same if chain.relations[0].char == "=" else as_term(1) - same
    condition = reader.condition(chain)
    return CaseSplit(((condition, as_term(1)),), as_term(0))


def order(reader: Reader, items: Items) -> Term:
    """O(z³)."""
    return Order(_of_magnitude(reader, items, "O(z²)"))


def smaller(reader: Reader, items: Items) -> Term:
    """o(z²), which a statement f = g + o(h) holds until it is said as a limit, (f − g)/h → 0."""
    return Fun(SMALLER, (_of_magnitude(reader, items, "o(z²)"),))


def _of_magnitude(reader: Reader, items: Items, example: str) -> Term:
    items.next()
    group, power = brackets_of(items)
    if group.body is None or power is not None:
        raise UnreadableAt(f"expected an order of magnitude, as in {example}", group.start)
    return reader.term(group.body)

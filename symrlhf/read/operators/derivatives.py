"""What a derivative applies to, and by what: the product to its right, or the brackets right after it."""

from __future__ import annotations

from symrlhf.notation import FUNCTIONS
from symrlhf.read.names import Spelled, outer_sup, spelled
from symrlhf.read.operators.around import item_ahead, plain_group
from symrlhf.read.operators.differentials import (
    bottom_of,
    insist_order,
    items_of,
    leibniz_at,
    nabla,
    order_above,
    top_of,
)
from symrlhf.read.reader import FUNCTION_WORDS, Items, Reader
from symrlhf.read.syntax import Fraction, Group, Script, Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vectors import enumerated
from symrlhf.read.vocabulary import CONSTANT, PARAMETERS, UNNAMED
from symrlhf.setting import Family, Policy, Reward
from symrlhf.term import INTEGER, VECTOR, App, Fun, IndexSet, Sym, Term, diff


def gradient(reader: Reader, items: Items) -> Term:
    """∇_θ f and ∂_β f: of the next factor, or of the brackets after it."""
    head = items.next()
    sub = nabla(head)
    assert sub is not None
    variable = _variable(reader, sub)
    if not items:
        raise UnreadableAt("nothing stands after ∇", head.end)
    _insist_no_power(items)
    body = _function_itself(reader, items, variable) or reader.factor(items)
    while items.beside() is not None and not _varies(reader, body, variable):
        body = body * reader.factor(items)
    _insist_ended(reader, items, variable)
    variable = _as_in(body, variable)
    insist_varies(reader, body, variable, head)
    for _ in range(order_above(head)):
        body = diff(body, variable)
    return body


def _as_in(body: Term, variable: Term) -> Term:
    """θ where it stands as a number in what is differentiated is a number below ∂ too."""
    if isinstance(variable, Sym) and variable.sort == VECTOR and Sym(variable.name) in body.symbols:
        return Sym(variable.name)
    return variable


def _insist_no_power(items: Items) -> None:
    """d/dz [f]²: is f differentiated, or its square? In d/dz (f)² it is the square, as in d/dz z²."""
    after = items.beside()
    if isinstance(after, Script) and isinstance(after.base, Group) and after.base.left != "(":
        raise UnreadableAt("is the power differentiated too? write brackets around all of it", after.start)


def _varies(reader: Reader, term: Term, variable: Term) -> bool:
    assert isinstance(variable, Sym | App)
    return reader.words.setting.varies(term, variable.name)


def _function_itself(reader: Reader, items: Items, variable: Term) -> Term | None:
    """The L of ∂L/∂a where L(a, b) was defined: L at its own parameters; an unknown f of one variable is f at it."""
    found = spelled(items.first)
    name = reader.stem_of(found) if found is not None and outer_sup(items.first) is None else None
    alone = len(items.items) == items.at + 1 or plain_group(item_ahead(items, 1)) is None
    if name is None or name in reader.scope or not alone:
        return None
    value, meant = reader.words.definition(name), reader.words.handles.get(name)
    last = len(items.items) == items.at + 1
    if last and value is None and meant is None and isinstance(variable, Sym) and _is_named_function(found):
        items.next()
        return Fun(FUNCTION_WORDS[name], (variable,))
    hidden = reader.hidden(name, items.first)
    arguments_meant: tuple[Term, ...] = ()
    if value is not None:
        arguments_meant = (*value.parameters[: len(value.parameters) - len(hidden)], *hidden)
    if value is None and type(meant) is Family and isinstance(variable, Sym):
        arguments_meant = (variable,)
    if not arguments_meant:
        return None
    items.next()
    return App(name, arguments_meant)


def _is_named_function(found: Spelled | None) -> bool:
    """σ in dσ/dz: a function of one argument, without a mark of its own."""
    name = FUNCTION_WORDS.get(found.base) if found is not None else None
    plain_name = found is not None and not (found.subscripts or found.primes or found.star or found.accents)
    return name is not None and plain_name and FUNCTIONS[name].arity == (1, 1)


def _parameter(reader: Reader, s: Syntax) -> Term:
    found = spelled(s)
    name = reader.stem_of(found) if found is not None else None
    # The θ_k of π_k = e^{θ_k} / Σ_j e^{θ_j} is one of many numbers.
    entry = found is not None and bool(found.subscripts) and reader.resolved(found.base) in reader.words.numbered
    return reader.term(s) if name is None or entry or reader.known(name) else reader.parameter(name)


def _insist_ended(reader: Reader, items: Items, variable: Term) -> None:
    """What follows a derivative must not depend on its variable: is it inside or outside?"""
    after = items.beside()
    if after is None:
        return
    at = items.at
    rest = items.rest()
    assert rest is not None
    given, words = list(reader.given), reader.words
    term = reader.term(rest)
    reader.given, reader.words = given, words
    items.at = at
    if _varies(reader, term, variable):
        raise UnreadableAt("is this differentiated too? write brackets", after.start)


def leibniz(reader: Reader, items: Items) -> Term:
    """d/dz f, ∂L/∂φ, and \\frac{d}{dz} f: of the product to its right, or of the brackets right after it."""
    first = items.first
    if isinstance(first, Fraction):
        items.next()
        found, below = top_of(items_of(first.top)), Items(items_of(first.bottom), ("",) * 99)
        assert found is not None
        times, above = found
        variables, total = bottom_of(reader, below)
        if below:
            raise UnreadableAt("expected only variables below the line", below.first.start)
    else:
        slash = leibniz_at(items)
        assert slash is not None
        found = top_of(items.items[items.at : slash])
        assert found is not None
        times, above = found
        items.at = slash
        variables, total = bottom_of(reader, items)
    if not variables:
        raise UnreadableAt("expected a variable to differentiate by", first.start)
    insist_order(times, total, first)
    made = [(_variable(reader, v), n) for v, n in variables]
    if above:
        numerator = Items(above, ("",) * (len(above) - 1))
        body = _function_itself(reader, numerator, made[0][0]) or reader.whole(numerator)
    else:
        body = _differentiated(reader, items, made[0][0], first)
    return _derived(reader, body, made, first)


def _variable(reader: Reader, s: Syntax) -> Term:
    """What is differentiated by: θ is a parameter, unless it was told to be a number."""
    found = spelled(s)
    variable = _parameter(reader, s) if found is not None and found.base in PARAMETERS else reader.term(s)
    if not isinstance(variable, Sym | App):
        raise UnreadableAt("differentiate by a symbol such as z, or by π(y)", s.start)
    return variable


def _derived(reader: Reader, body: Term, variables: list[tuple[Term, int]], head: Syntax) -> Term:
    body = enumerated(body, reader.words) if reader.words.elements else body
    for variable, times in reversed(variables):
        variable = _as_in(body, variable)
        insist_varies(reader, body, variable, head)
        for _ in range(times):
            body = diff(body, variable)
    return body


def insist_varies(reader: Reader, body: Term, variable: Term, s: Syntax) -> None:
    """A symbol of which nothing is said may vary with anything: where nothing else varies, 0 would be a guess."""
    if _varies(reader, body, variable):
        return
    words = reader.words
    entries_meant = {i.name for i in body.symbols if isinstance(i.sort, IndexSet) or i.sort == INTEGER}
    for name in sorted(body.names - entries_meant):
        meant = words.handles.get(name)
        told = isinstance(meant, Sym | Reward) or (isinstance(meant, Policy) and name in CONSTANT)
        if name == UNNAMED:
            raise UnreadableAt("name the law below E, as in E_{y∼π}: it may vary with this letter, too", s.start)
        if not told and words.definition(name) is None:
            raise UnreadableAt(f"nothing says how {Sym(name)} depends on {variable}: define it first", s.start)


def _differentiated(reader: Reader, items: Items, variable: Term, head: Syntax) -> Term:
    if not items or items.joint == "/":
        raise UnreadableAt("nothing stands after the derivative", head.end)
    _insist_no_power(items)
    if plain_group(items.first) is not None and not items.joint:
        # With a power on it the brackets are what is raised, and the power is differentiated.
        body = reader.term(items.next())
        _insist_ended(reader, items, variable)
        return body
    if len(items.items) == items.at + 1 and (alone := _function_itself(reader, items, variable)) is not None:
        return alone
    rest = items.rest()
    assert rest is not None
    return reader.term(rest)

"""Equations that define a name or a function, and those that look so and do not."""

from __future__ import annotations

from collections.abc import Iterator

from symrlhf.checker import prose
from symrlhf.checker.formulas import Formula, Head, Side
from symrlhf.checker.statements.alone import at_that_one, names_one, of_part, said_with
from symrlhf.checker.statements.claims import Found, make_claim, relation_of
from symrlhf.checker.statements.schemas import schematic
from symrlhf.checker.statements.shapes import is_smaller, over_cases
from symrlhf.checker.statements.state import Read, State
from symrlhf.errors import NotSupported, RuleViolation, Unreadable
from symrlhf.kernel.derive import resolve
from symrlhf.notation import unfold
from symrlhf.read.python import FUNCTION_NAMES, OPERATORS
from symrlhf.read.schema import ELEMENTS
from symrlhf.read.vocabulary import INDICES, PARAMETERS, PLACES
from symrlhf.setting import Policy, Reward
from symrlhf.term import INTEGER, App, Card, Diff, Div, Lam, Num, Rational, Rel, Sym, Term

STEPS = ("i", "j", "k", "l", "t")
"""Letters below a name that number its entries; n is a label, as in KL_n."""


def define(state: State, head: Head, formula: Formula, *, firmly: bool = True) -> Iterator[Found]:
    """name = term, name(parameters) = term."""
    left, right, sign = formula.sides[0], formula.sides[1], formula.signs[0]
    assert left is not None
    if right is None:
        raise state.source.error(sign.piece.offset, "nothing stands after this sign")
    name = head.name
    state.mentioned |= {name}
    if head.entry is not None and of_part(state, head.entry.parameters, formula.piece, state.side(right).term):
        state.missed(formula.piece)
        return
    schematic(state, left, right)
    at = left.piece.offset
    if not (name.rstrip("'").isidentifier() and name.isascii()):
        raise state.source.error(at, f"{left.piece.text!r} is not a name as it is read here")
    read = state.side(right)
    if isinstance(read.term, Unreadable):
        raise read.term
    body = read.term
    if any(is_smaller(t) for t in body.subterms()):
        raise state.source.error(right.piece.offset, f"o(·) is of no one function: {name} is not defined by it")
    if head.parameters and over_cases((body,)):
        # The law of J(π) = E[r] varies with π.
        state.undefined(left, right.piece)
        raise state.source.error(
            right.piece.offset, "name the law below E, as in E_{y∼π}: it may vary with this letter, too"
        )
    state.letters |= body.names
    # A bare H = −Σ p log p names a number; H(p) = ... is said of the operator.
    built_in = (name in OPERATORS or name in FUNCTION_NAMES) and (state.python or bool(head.parameters))
    if built_in and state.python and name not in ("sigma", "delta"):
        raise state.source.error(at, f"{name} is a function and keeps its meaning")
    if built_in and not state.python:
        usual = state.side(left)
        if isinstance(usual.term, Term):
            relation = Rel("=", usual.term, body)
            if _by_definition(relation) or state.ask(relation, state.setting, state.in_force()):
                yield make_claim(state, "definition", relation, sign, left.piece, right.piece, ())
                return
            # H(p) of a number p is nobody's entropy: where it is read as a letter, nothing is known of it yet.
            said = firmly or isinstance(usual.term, Sym)
            if not said or not set(head.parameters) <= body.names or not head.parameters:
                # σ(z) = 1 − ε is said of z, not of σ.
                yield from _equation(state, formula, read)
                return
    if head.parameters and names_one(state, head.parameters, body):
        yield from _equation(state, formula, read)
        return
    shown = {*head.parameters, *(head.entry.parameters if head.entry is not None else ())}
    told = {p for p in shown if p in PLACES} - {n.partition("_")[0] for n in body.names}
    if (of := said_with(state, told, formula.piece)) != "all":
        state.missed(formula.piece)
        yield from _equation(state, formula, read, alone=True) if of == "one" else ()
        return
    if head.entry is not None and (steps := _steps(state, head.entry, body)):
        # w_t = (1 − γ)γ^t is said of every step t.
        body = body.substitute(steps)
    if head.entry is not None and all(_counts_with(body, p) for p in head.entry.parameters):
        # p_i = e^{z_i}/Z is said of every i.
        head, name = head.entry, head.entry.name
        state.entries |= {name}
    elif is_said_of_entries(state, head, left, body):
        yield from _equation(state, formula, read)
        return
    if head.entry is not None and all(_is_number(state, p) for p in head.entry.parameters):
        # V_T = 0 is said of the last of them.
        yield from _equation(state, formula, read)
        return
    if not head.parameters and _is_counted_entry(state.side(left).term):
        # V_3 = 0, where δ_t = r_t + γV_{t+1} − V_t: the entries of V are numbered.
        yield from _equation(state, formula, read)
        return
    if shadowed := [n for n in head.parameters if state.words.definition(n) is not None]:
        # L(a, b) of letters that were defined: from here on they vary.
        meant = [
            Rel("=", Sym(n), lam.body) for n in shadowed if (lam := state.words.definition(n)) and not lam.parameters
        ]
        for n in shadowed:
            state.redefine(n, state.words.free(n))
        state.doubt(*meant)
        read = state.side(right)
        assert isinstance(read.term, Term)
        body = read.term
    parameters = _parameters(state, at, _shown(state, head, body), body)
    loose = tuple(sorted(body.free_indices - set(parameters), key=lambda i: i.name))
    pinned = {i: state.pinned[i] for i in loose if i in state.pinned}
    if pinned and prose.OF_ONE_RESPONSE.match(state.said_around(formula.piece)):
        # "For a fixed response write s = r(y)": s is a number, in a sum over y, too.
        body, loose = body.substitute(pinned), tuple(i for i in loose if i not in pinned)
    if loose and not state.python:
        # u = log π(y) varies with y, and so does u wherever y varies.
        parameters = (*parameters, *loose)
    elif loose:
        raise state.source.error(at, f"{name} varies with {loose[0].name}: write {name}({loose[0].name})")
    if name in body.names:
        if state.python:
            raise state.source.error(right.piece.offset, f"{name} is defined by itself")
        yield from _equation(state, formula, read)
        return
    law = state.words.handles.get(name)
    if (unknown := _labelled(state, parameters, body)) is not None:
        raise state.source.error(
            right.piece.offset, f"nothing says how {Sym(unknown)} depends on its label: define it first"
        )
    value = _carried_out(state, parameters, _shown_in(state, parameters, body), read.given)
    words = state.words.define_late(name, Lam(parameters, value))
    if parameters and all(p.sort == INTEGER for p in parameters) and head.parameters:
        words = words.number(name, INTEGER)
    words = words.hide(name, len(loose)) if loose else words
    if any(isinstance(state.words.handles.get(p), Reward) for p in head.parameters) and not loose:
        words = words.of_reward(name, head.parameters)
    unseen = [p for p in head.parameters if p in PARAMETERS and all(p != shown.name for shown in parameters)]
    state.redefine(name, words.said_of(name, unseen[0]) if len(unseen) == 1 else words)
    _put_into_users(state, name)
    try:
        _ = state.setting
    except RuleViolation as reason:
        raise state.source.error(at, str(reason)) from None
    _count_equal_parts(state, law, parameters, body)
    relation = Rel("=", App(name, parameters) if parameters else Sym(name), body)
    yield make_claim(state, "definition", relation, sign, left.piece, right.piece, read.given)


def _carried_out(state: State, parameters: tuple[Sym, ...], body: Term, given: tuple[Rel, ...]) -> Term:
    """f(s) = F'(s) is said of every s, so that the derivative must be known before a number stands for s.

    Of r(y) = F'(a(y)) the point a(y) is `given` apart: it is put in where the derivative is known.
    """
    points: dict[Term, Term] = {g.lhs: g.rhs for g in given if g.op == "="}
    if not any(isinstance(t, Diff) and (t.var in parameters or t.var in points) for t in body.subterms()):
        return body
    try:
        slope = resolve(state.setting.expand(body), state.setting)
    except (NotSupported, RuleViolation):
        return body
    return body if slope.has_slope else slope.substitute(points)


def _count_equal_parts(state: State, meant: object, parameters: tuple[Sym, ...], body: Term) -> None:
    """π_ref(y) = 1/n for every y: there are n responses, as probabilities sum to 1."""
    if not isinstance(meant, Policy) or body.free_indices or not parameters or parameters[0].sort != meant.over:
        return
    if any(c.isdigit() for c in parameters[0].name):
        # π_ref(y_1) = 1/n is said of one response.
        return
    match body:
        case Div(Num(value=1), Sym() as many) if state.words.definition(many.name) is None:
            state.redefine(many.name, state.words.define_late(many.name, Lam((), Card(meant.over))))
        case _:
            state.suppose(Rel("=", Card(meant.over) * body, Rational(1, 1)), case=False, late=False)


def _shown_in(state: State, parameters: tuple[Sym, ...], body: Term) -> Term:
    """M(β) = Σ_y π_β(y) r(y) varies with β through the definition of π_β, which is put in."""
    used = (lam for n in body.names if (lam := state.words.definition(n)) is not None)
    inside = (state.setting.expand(lam.body).names - {p.name for p in lam.parameters} for lam in used)
    by = {p.name for p in parameters}
    return state.setting.expand(body) if any(by & names for names in inside) else body


def _put_into_users(state: State, name: str) -> None:
    """f(β) = c² varies with β as soon as it is said that c = β + 1."""
    for user, lam in state.words.definitions:
        if name in lam.body.names and user != name:
            shown = _shown_in(state, lam.parameters, lam.body)
            if shown is not lam.body:
                state.words = state.words.define(user, Lam(lam.parameters, shown))


def _labelled(state: State, parameters: tuple[Sym, ...], body: Term) -> str | None:
    """The π_β in M(β) = Σ_y π_β(y) r(y), if nothing is said of it yet: it varies with β."""
    by = {p.name for p in parameters} - {*ELEMENTS}
    labels = ((name, name.rpartition("_")[2]) for name in sorted(body.names - by))
    known = state.words.definition
    return next((name for name, label in labels if label in by and label != name and known(name) is None), None)


def _equation(state: State, formula: Formula, right: Read, *, alone: bool = False) -> Iterator[Found]:
    """An equation between values of one function, such as π(y) = π(y_1) π(y_2 | y_1), is a hypothesis."""
    first, sign = formula.sides[0], formula.signs[0]
    assert first is not None
    left = state.side(first)
    if isinstance(left.term, Unreadable):
        raise left.term
    relation = relation_of(state, sign, left, right)
    relation = at_that_one(relation) if alone else relation
    relation = at_points(state, relation, (*left.given, *right.given))
    if relation is None:
        state.missed(formula.piece)
        return
    state.pin(relation)
    yield make_claim(state, "hypothesis", relation, sign, left.piece, right.piece, (*left.given, *right.given))
    state.suppose(relation, case=False, late=False)


def at_points(state: State, relation: Rel, given: tuple[Rel, ...]) -> Rel | None:
    """An equation with its derivatives at points, r(y) = f'(a(y)), carried out; None where they cannot be."""
    points = {g.lhs for g in given if g.op == "="}
    if not points & relation.symbols:
        return relation
    lhs, rhs = (_carried_out(state, (), side, given) for side in (relation.lhs, relation.rhs))
    return None if points & (lhs.symbols | rhs.symbols) else Rel(relation.op, lhs, rhs)


def _shown(state: State, head: Head, body: Term) -> tuple[str, ...]:
    """Without the θ of ρ(θ) = π_θ(y)/π_old(y), which stands nowhere as a number."""
    implied = {p for p in head.parameters if p in PARAMETERS and p not in body.names and state.setting.varies(body, p)}
    # J(r) of a reward is about r; v(r) = λ σ(r − z) is a function of a number.
    numbers = {s.name for s in body.symbols}
    implied |= {p for p in head.parameters if isinstance(state.words.handles.get(p), Reward) and p not in numbers}
    return tuple(p for p in head.parameters if p not in implied)


def _parameters(state: State, at: int, names: tuple[str, ...], body: Term) -> tuple[Sym, ...]:
    for n in names:
        if not (n.isidentifier() and n.isascii()):
            raise state.source.error(at, f"{n!r} is not a name as it is read here")
    meant = {n: h for n, h in state.words.handles.items() if isinstance(h, Sym)} | {s.name: s for s in body.symbols}
    return tuple(meant.get(n, Sym(n)) for n in names)


def _steps(state: State, entry: Head, body: Term) -> dict[Term, Term]:
    """The letters below a name that are counted with on the right side, as whole numbers."""
    free = [p for p in entry.parameters if p in STEPS and Sym(p) in body.symbols]
    known = state.words.handles
    return {Sym(p): Sym(p, INTEGER) for p in free} if not any(p in known for p in free) else {}


def _counts_with(body: Term, letter: str) -> bool:
    """Whether a letter numbers the entries of something in the body: e^{z_i}, R_i/n, or bounds a sum."""
    if Sym(letter, INTEGER) in body.symbols:
        return True
    applied = (t for _, t in body.walk() if isinstance(t, App))
    return any(isinstance(a, Sym) and a.name == letter for t in applied for a in t.args)


def is_said_of_entries(state: State, head: Head, left: Side, body: Term) -> bool:
    """w_i = c, of weights w_1, …, w_n that the document spoke of: an equation for every i, and no new name w_i."""
    if head.entry is None or head.entry.name not in state.mentioned:
        return False
    entry, letters = state.side(left).term, head.entry.parameters
    of_family = isinstance(entry, App) and entry.name == head.entry.name and all(isinstance(a, Sym) for a in entry.args)
    return (
        of_family
        and state.words.definition(head.entry.name) is None
        and not any(_counts_with(body, letter) for letter in letters)
    )


def _is_number(state: State, letter: str) -> bool:
    meant = state.words.handles.get(letter)
    return isinstance(meant, Sym) and meant.sort == INTEGER and letter not in INDICES


def _is_counted_entry(term: Term | Unreadable) -> bool:
    return isinstance(term, App) and bool(term.args) and all(isinstance(a, Num) for a in term.args)


def _by_definition(relation: Rel) -> bool:
    """Whether it states the definition of a notation as the table has it."""
    return unfold(relation.lhs) == relation.rhs

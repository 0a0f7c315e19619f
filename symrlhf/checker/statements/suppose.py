"""Formulas that are supposed: definitions, hypotheses, membership and bounds, and where a variable goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from symrlhf.checker import prose
from symrlhf.checker.findings import substituted
from symrlhf.checker.formulas import Formula
from symrlhf.checker.prose import Mode
from symrlhf.checker.statements.alone import at_that_one, is_fixed, of_part, said_of
from symrlhf.checker.statements.chains import claimed
from symrlhf.checker.statements.claims import Claim, Found, make_claim, relation_of
from symrlhf.checker.statements.define import STEPS, at_points, define, is_said_of_entries
from symrlhf.checker.statements.few import declare_few, forget_few, values_of
from symrlhf.checker.statements.letters import as_number, is_new_letter, of_kind
from symrlhf.checker.statements.listing import value_at
from symrlhf.checker.statements.piecewise import IN_WORDS
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.schemas import only_schematic, schematic, tell_at_numbers, told_at_numbers
from symrlhf.checker.statements.settle import introduces, same_policy
from symrlhf.checker.statements.shapes import definable, senses, varies
from symrlhf.checker.statements.state import Hypothesis, State, settles
from symrlhf.checker.statements.vectors import is_vector, take_vector
from symrlhf.errors import Unreadable
from symrlhf.read.pieces import Piece
from symrlhf.read.python import FUNCTION_NAMES, OPERATORS
from symrlhf.read.vocabulary import INDICES
from symrlhf.setting import Declaration, Policy
from symrlhf.term import (
    INTEGER,
    PROMPTS,
    RESPONSES,
    App,
    Binder,
    Div,
    IndexSet,
    Lam,
    Pow,
    Rational,
    Rel,
    Sum,
    Sym,
    Term,
    as_term,
    delta,
    oo,
    sqrt,
)

COMPARED = frozenset(("=", "<", "<=", ">", ">="))
SOME = re.compile(r"[\s$]*(?:for|at|on|in)\b", re.IGNORECASE)
"""Words after an equation that say of what it is said."""
OF_THE_FIRST = re.compile(
    r"[\s$]*(?:for|of) the (?:first|second|other|better|worse) (?:one|response|answer|completion)\b\s*(?:[.,;:]|\Z)",
    re.IGNORECASE,
)
"""Words after "a probability 0 < q < 1" that say whose it is."""
SETS: tuple[tuple[str, str], ...] = (
    (r"R|ℝ", "real"),
    (r"(?:R|ℝ)(?:_>0|_\+\+|\^\+|_\+|⁺|₊)", "positive"),
    (r"(?:R|ℝ)(?:_(?:ge|geq|≥)0|_≥0)", "nonnegative"),
    (r"Y|𝒴|X|𝒳", ""),
)
"""A set as written, without blanks and braces -> what its elements are."""


def _is_datum(state: State, left: Term | Unreadable | None, rest: Formula) -> bool:
    """Whether a number stands second, and first what is not that number anyway."""
    second = state.side(rest.sides[1]).term if rest.sides[1] is not None else None
    number = isinstance(second, Term) and not varies(state.setting.expand(second))
    return number and isinstance(left, Term) and varies(state.setting.expand(left)) and not settles(state, rest)


def supposed(state: State, p: Planned, mode: Mode, *, case: bool) -> Iterator[Found]:
    """A formula that is defined or assumed to hold."""
    formula = p.formula
    state.last = state.start = None
    sides, signs = formula.sides, formula.signs
    if signs[0].sense == "in":
        before = "" if prose.A_NUMBER_OF_IT.search(p.before) else p.before
        if prose.VARIES_BY_CHANCE.search(f"{before} ; {p.after}"):
            # "Y ∈ {0, 1} has mean q": no number, but one for each outcome.
            state.missed(formula.piece)
        else:
            _member(state, formula, here=case or p.late)
        return
    if is_vector(state, formula):
        take_vector(state, formula)
        return
    first = sides[0]
    if first is not None and sides[1] is not None and (told := value_at(state, formula)) is not None:
        yield make_claim(state, "definition", told, signs[0], first.piece, sides[1].piece, ())
        return
    if first is not None and signs[0].sense in ("=", "define"):
        head = state.head(first)
        usual = head is not None and head.name in FUNCTION_NAMES.keys() | OPERATORS.keys() and bool(head.parameters)
        meant = state.words.definition(head.name) if head is not None else None
        # "Suppose h = 1/(2τ)" of an h that was defined is a condition on what it was defined by.
        condition = meant is not None and not meant.parameters and varies(state.setting.expand(meant.body))
        said = prose.STRONG.search(p.before) or prose.IF_THEN.search(p.before)
        condition = condition and said is not None and not prose.ANEW.search(p.before)
        body = state.side(sides[1]).term if head is not None and mode == "assume" and sides[1] is not None else None
        if head is not None and isinstance(body, Term):
            condition = condition or is_said_of_entries(state, head, first, body)
        new = mode == "define" or usual or (not condition and introduces(state, head, formula)) if head else False
        if head is not None and definable(head) and new:
            for found in define(state, head, formula, firmly=mode == "define"):
                state.premise = found[1].relation if isinstance(found[1], Claim) else None
                yield found
            if not state.python and sides[1] is not None:
                # A row below may go on with what it was defined as.
                state.last = state.side(sides[1])
                state.start = state.last.term if isinstance(state.last.term, Term) else None
            if len(sides) > 2:
                rest = Formula(sides[1:], signs[1:], formula.piece)
                between = state.side(sides[1]).term if mode == "define" and sides[1] is not None else None
                told = isinstance(between, (App, Sym)) and state.words.definition(between.name) is None
                said = p.mode in ("define", "assume") and senses(rest) == {"="}
                if said and (told or _is_datum(state, between, rest)):
                    # "Let p = P(a ≻ b) = σ(h)" supposes what P is, "Let Δ = r(a) − r(b) = 3" what Δ is.
                    link = Formula(rest.sides[:2], rest.signs[:1], formula.piece)
                    yield from supposed(state, replace(p, formula=link), "assume", case=case)
                    if rest.signs[1:]:
                        rest = Formula(rest.sides[1:], rest.signs[1:], formula.piece)
                        yield from claimed(state, replace(p, formula=rest, mode="claim"))
                    return
                if senses(rest) <= {"<", "<=", ">", ">="} and not settles(state, rest):
                    # "Set δ = r(a) − r(b) > 0" supposes that it is positive.
                    yield from supposed(state, replace(p, formula=rest), "assume", case=case)
                    return
                yield from claimed(state, replace(p, formula=rest, mode="claim"))
            return
        right = sides[1]
        if right is not None and told_at_numbers(state, formula, "define"):
            read = state.side(right)
            if isinstance(read.term, Unreadable):
                raise read.term
            tell_at_numbers(state, first, right)
            relation = relation_of(state, signs[0], state.side(first), read)
            yield make_claim(state, "definition", relation, signs[0], first.piece, right.piece, read.given)
            state.last, state.start = read, read.term
            return
        special = right is not None and only_schematic(state, formula)
        if right is not None and (schematic(state, first, right) and special):
            # P(i ≻ j ≻ k) or D_f(π ‖ π_ref): it is read where something stands for the letters.
            return
    partly = IN_WORDS.match(p.after) and SOME.match(p.after) and not OF_THE_FIRST.match(p.after)
    if senses(formula) <= COMPARED and partly:
        # "Suppose x_i = 1 for one i" is said of that one alone.
        state.missed(formula.piece)
        return
    if [s.sense for s in signs] == ["prop"] and (whole := _normalised(state, formula)) is not None:
        yield from whole
        return
    if (equal := same_policy(state, formula)) is not None:
        state.suppose(equal, case=case, late=p.late)
        return
    if [s.sense for s in signs] == ["!="] and (apart := _responses_apart(state, formula)) is not None:
        state.suppose(apart, case=case, late=p.late)
        return
    read = [None if s is None else state.side(s) for s in sides]
    if [s.sense for s in signs] == ["="] and (modelled := _preference(state, formula)) is not None:
        yield modelled
        return
    if mode == "define" and (deviation := _standard_deviation(state, formula)) is not None:
        yield deviation
        return
    for i, sign in enumerate(signs):
        left, right = read[i], read[i + 1]
        if sign.sense in ("to", "in", "", "prop", "approx"):
            goes(state, formula)
            if sign.sense in ("prop", "approx", ""):
                state.missed(formula.piece)
            continue
        if left is None or right is None:
            raise state.source.error(sign.piece.offset, "expected a hypothesis such as β > 0")
        if state.is_policy(sides[i]) and sign.sense == ">":
            continue
        for side in (left, right):
            if isinstance(side.term, Unreadable):
                raise side.term
        relation = relation_of(state, sign, left, right)
        if of_part(state, _numbered(relation), formula.piece, right.term):
            state.missed(formula.piece)
            continue
        if (of := said_of(state, relation, formula.piece, p.before)) != "all":
            if of == "some" or not is_fixed(state, relation, formula.piece):
                # Perhaps it is meant for all of them after all.
                state.missed(formula.piece)
            if of == "some":
                continue
            relation = at_that_one(relation)
        if sign.sense in ("=", "!=") and all(_is_loose_index(state, t) for t in (relation.lhs, relation.rhs)):
            # i ≠ k is said of entries of families, not of numbers.
            if (apart := _indices(state, relation)) is None:
                state.missed(formula.piece)
            else:
                state.suppose(apart, case=case, late=p.late)
            continue
        found = at_points(state, relation, (*left.given, *right.given))
        if found is None:
            state.missed(formula.piece)
            continue
        relation = found
        state.pin(relation)
        if not p.late and not state.python:
            state.make_room(Hypothesis(substituted(relation, state.pinned), block=state.block))
        if not p.late:
            yield make_claim(state, "hypothesis", relation, sign, left.piece, right.piece, (*left.given, *right.given))
        state.suppose(relation, case=case, late=p.late)
        if not (p.late or case):
            _each_is_positive(state, relation, formula.piece)
        for known in state.in_force():
            becomes_a_law(state, known)
        state.premise = relation


def the_same_of(state: State, formula: Formula) -> None:
    """ "The same factorisation holds for π_ref": the equation that the sentence supposes, of the other policy."""
    head = state.head(formula.sides[0])
    if head is None or not isinstance(state.words.handles.get(head.name), Policy):
        return
    laws = {n for n, meant in state.words.handles.items() if isinstance(meant, Policy)}
    told = [h for h in state.hypotheses if h.relation.op == "=" and len(h.relation.names & laws) == 1]
    said = [h.relation for h in told if h.block == state.block]
    if not said or head.name in said[-1].names:
        if told or any(state.words.definition(n) is not None for n in laws):
            state.missed(formula.piece)
        return
    (law,) = said[-1].names & laws
    same = said[-1].transform(lambda t: replace(t, name=head.name) if isinstance(t, App) and t.name == law else t)
    assert isinstance(same, Rel)
    state.suppose(same, case=False, late=False)


def _numbered(relation: Rel) -> set[str]:
    """The i of x_i ≥ 0."""
    entries = (t for t in relation.subterms() if isinstance(t, App))
    return {a.name for t in entries for a in t.args if isinstance(a, Sym) and a.name in STEPS}


def _each_is_positive(state: State, relation: Rel, piece: Piece) -> None:
    """ρ_t > 0 for t = 1, …, T: it holds in a product over them, too. "A token with A_t > 0" is one of them."""
    if not prose.EACH_STEP.search(state.said_around(piece)):
        return
    match relation:
        case Rel(">", App(name, (Sym() as step,)), bound) | Rel("<", bound, App(name, (Sym() as step,))):
            known = state.words.declarations.get(name, Declaration(name))
            unsaid = state.words.definition(name) is None and known.sign == "real"
            if step.sort == INTEGER and step.name in STEPS and unsaid and bound == Rational(0, 1):
                row = replace(known, sign="positive")
                state.words = replace(state.words, declarations={**state.words.declarations, name: row})
        case _:
            pass


def becomes_a_law(state: State, relation: Rel) -> None:
    """q_1, …, q_n > 0 with Σ_k q_k = 1: q is a distribution. One that is only ≥ 0 stays a family: it may vanish."""
    total, one = relation.lhs, relation.rhs
    if relation.op != "=" or not isinstance(total, Binder) or total.kind != "sum" or one != Rational(1, 1):
        return
    body = total.bodies[0]
    if not isinstance(body, App) or len(body.args) != 1 or not isinstance(total.over, IndexSet):
        return
    name = body.name
    if state.words.definition(name) is not None or name in state.words.handles:
        return
    zero = Rational(0, 1)
    if any(h.op == ">" and isinstance(h.lhs, App) and h.lhs.name == name and h.rhs == zero for h in state.in_force()):
        law = Policy(name, total.over)
        state.words = state.words.admit(name, law, Declaration(name, sign="positive", distribution=True))


def _preference(state: State, formula: Formula) -> Found | None:
    """P(y_1 ≻ y_2 | x) = ... of two responses is the model of every pair."""
    left, right = formula.sides
    if left is None or right is None:
        return None
    whole, read = state.side(left), state.side(right)
    if (
        not isinstance(whole.term, App)
        or not whole.term.name.endswith("_pref")
        or len(whole.term.args) < 2
        or not isinstance(read.term, Term)
    ):
        return None
    pair = tuple(a for a in whole.term.args if isinstance(a, Sym))
    if not {p.name for p in pair} & read.term.names:
        # P(y_1 ≻ y_2) = 0.7 is said of these two.
        return None
    if len(set(pair)) < len(whole.term.args) or whole.term.name in read.term.names:
        return None
    name = whole.term.name
    state.redefine(name, state.words.define(name, Lam(pair, read.term)))
    relation = Rel("=", whole.term, read.term)
    return make_claim(state, "definition", relation, formula.signs[0], left.piece, right.piece, read.given)


def _normalised(state: State, formula: Formula) -> Iterator[Found] | None:
    """π*(y) ∝ f(y) defines π*(y) = f(y)/Σ_y f(y), where nothing was said of π* before."""
    left, right = formula.sides
    head = state.head(left)
    if left is None or right is None or head is None or not head.parameters or not definable(head):
        return None
    read, whole = state.side(right), state.side(left).term
    if isinstance(read.term, Unreadable) or not isinstance(whole, App) or state.words.definition(head.name) is not None:
        return None
    if not isinstance(state.words.handles.get(head.name), Policy):
        return None
    y = whole.args[0]
    if not isinstance(y, Sym) or y.fixed or head.name in read.term.names:
        return None
    parameters = tuple(a for a in whole.args if isinstance(a, Sym))
    body = Div(read.term, Sum(y, read.term))
    state.redefine(head.name, state.words.define(head.name, Lam(parameters, body)))
    relation = Rel("prop", whole, read.term)
    return iter((make_claim(state, "definition", relation, formula.signs[0], left.piece, right.piece, read.given),))


def _standard_deviation(state: State, formula: Formula) -> Found | None:
    """s² = Var_{y∼π}[r(y)]: s is its root."""
    first, second = formula.sides[0], formula.sides[1]
    if first is None or second is None or [s.sense for s in formula.signs] != ["="]:
        return None
    left, right = state.side(first), state.side(second)
    square, variance = left.term, right.term
    if not isinstance(square, Pow) or square.exponent != as_term(2) or not isinstance(square.base, Sym):
        return None
    name = square.base.name
    if name.split("_")[0] != "s" or name in state.words.known() | state.mentioned or not isinstance(variance, Term):
        return None
    if not any(isinstance(t, Binder) and t.kind == "E" for t in variance.subterms()):
        return None
    state.redefine(name, state.words.define_late(name, Lam((), sqrt(variance))))
    # It holds anyway, and what is said of s² is then understood as said of the variance.
    state.suppose(Rel(">=", variance, Rational(0, 1)), case=False, late=False)
    relation = Rel("=", square, variance)
    return make_claim(state, "definition", relation, formula.signs[0], first.piece, second.piece, right.given)


def _is_loose_index(state: State, term: Term) -> bool:
    return isinstance(term, Sym) and term.name in INDICES and term.name not in state.words.handles


def _responses_apart(state: State, formula: Formula) -> Rel | None:
    """y ≠ y*, of two responses, or i ≠ j, of two draws: from here on, y is one of them."""
    found: list[Sym] = []
    for side in formula.sides:
        head = state.head(side)
        meant = state.words.handles.get(head.name) if head is not None and not head.parameters else None
        star = head is not None and head.name == "y_star" and meant is None
        if star:
            meant = Sym("y_star", RESPONSES, fixed=True)
        elif head is not None and meant is None and head.name.rstrip("'") == "y":
            meant = Sym(head.name, RESPONSES)
        elif head is not None and meant is None and found and is_new_letter(state, head):
            # y ≠ a, after y: another response.
            state.words = state.words.declare(head.name, "element")
            meant = Sym(head.name, RESPONSES, fixed=True)
        if not isinstance(meant, Sym) or not isinstance(meant.sort, IndexSet) or meant.sort == PROMPTS:
            return None
        found.append(meant)
    if len({s.sort for s in found}) > 1:
        return None
    for s in found:
        if not s.fixed:
            state.pinned = {**state.pinned, s: Sym(s.name, s.sort, fixed=True)}
    first, second = (Sym(s.name, s.sort, fixed=True) for s in found)
    return Rel("=", delta(first, second), Rational(0, 1)) if first != second else None


def _indices(state: State, relation: Rel) -> Rel | None:
    """i ≠ k, or i = k, of two elements of the set of responses, by δ_ik: from here on, i and k are two of them."""
    i, k = relation.lhs, relation.rhs
    if not (isinstance(i, Sym) and isinstance(k, Sym)) or i.name == k.name:
        return None
    for name in (i.name, k.name):
        state.pinned = {**state.pinned, Sym(name, RESPONSES): Sym(name, RESPONSES, fixed=True)}
    equal = delta(Sym(i.name, RESPONSES, fixed=True), Sym(k.name, RESPONSES, fixed=True))
    return Rel("=", equal, Rational(int(relation.op == "="), 1))


def _member(state: State, formula: Formula, *, here: bool) -> None:
    """z ∈ ℝ, p ∈ (0, 1), R ∈ {0, 1}: a declaration, or bounds."""
    named = [(h, s) for s in formula.sides[:-1] if s is not None and (h := state.head(s)) is not None]
    heads = [head for head, _ in named]
    last = formula.sides[-1]
    text = last.piece.text if last is not None else ""
    if last is not None and (font := re.match(r"\s*(?:\{\s*\w\s*\}|\w\b)", state.source.text[last.piece.end :][:8])):
        # \mathbb{R} or \mathbb R is one sign, of which the command alone is the piece.
        text += font.group()
    written = re.sub(r"[\s{}\\]|mathbb|mathcal|mathrm|left|right|big[lr]?|Big[lr]?", "", text)
    kind = next((kind for pattern, kind in SETS if re.fullmatch(pattern, written)), None)
    interval = re.fullmatch(
        r"(?:\\left)?(?P<open>[\[(])(?P<low>[^,]+),(?P<high>[^,]+?)(?:\\right)?(?P<close>[\])])", text
    )
    if last is not None and named and (few := values_of(last.piece.text)) is not None:
        for _, side in named:
            declare_few(state, side, few, formula.piece, here=here)
    elif interval is not None and last is not None:
        for head, side in named:
            forget_few(state, head.entry.name if head.entry is not None else head.name)
            as_number(state, head)
            value = state.side(side).term
            for end in ("low", "high"):
                _bound(
                    state,
                    Sym(head.name) if isinstance(value, Unreadable) else value,
                    last.piece.cut(*interval.span(end)),
                    end,
                    strict=interval.group("open" if end == "low" else "close") in "()",
                )
    elif kind is None:
        state.missed(formula.piece)
    else:
        for head in heads:
            if kind:
                of_kind(state, head, kind)


def _bound(state: State, value: Term, piece: Piece, end: str, *, strict: bool) -> None:
    if re.search(r"∞|\\infty", piece.text):
        return
    item = next(iter(state.notation.items(piece)), None)
    side = item.sides[0] if isinstance(item, Formula) else None
    read = state.side(side) if side is not None else None
    if read is None or isinstance(read.term, Unreadable):
        state.missed(piece)
        return
    pair = (read.term, value) if end == "low" else (value, read.term)
    relation = Rel("<" if strict else "<=", *pair)
    state.suppose(relation, case=False, late=False)
    _each_is_positive(state, relation, piece)


def goes(state: State, formula: Formula) -> None:
    """β → 0⁺: where a variable goes, for what is claimed of a limit."""
    if [s.sense for s in formula.signs] != ["to"]:
        return
    variable, to = formula.sides
    if variable is None or to is None:
        return
    side = ""
    if m := re.search(r"(?:\^\s*\{?\s*([+−-])\s*\}?|([⁺⁻])|(?<=\w)\s*([+−-]))\s*\Z", to.piece.text):
        side = "+" if (m.group(1) or m.group(2) or m.group(3)) in "+⁺" else "-"
        cut = to.piece.cut(0, m.start())
        inner = next((i for i in state.notation.items(cut) if isinstance(i, Formula)), None)
        to = inner.sides[0] if inner is not None else None
        if to is None:
            return
    read = state.side(variable), state.side(to)
    if isinstance(read[0].term, Term) and isinstance(read[1].term, Term):
        side = (
            side
            or ARROWS.get(formula.signs[0].piece.text.strip().lstrip("\\"), "")
            or state.side_of(read[0].term, read[1].term)
        )
        state.approach = (read[0].term, read[1].term, side)


def grows(state: State, p: Planned) -> None:
    """ "For large β": β → ∞, for what is said of the order of terms."""
    found, side = prose.GROWS.search(p.before), p.formula.sides[0]
    if found is None or side is None or p.formula.signs:
        return
    variable = state.side(side).term
    if isinstance(variable, Sym):
        zero = Rational(0, 1)
        small = found["how"].lower() == "small"
        state.approach = (variable, zero, state.side_of(variable, zero)) if small else (variable, oo, "")


ARROWS = {"↓": "+", "downarrow": "+", "↑": "-", "uparrow": "-"}
"""An arrow as written -> the side that the variable comes from."""

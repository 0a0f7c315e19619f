"""What the words beside a letter say of it: "positive" β, "f and g are functions of θ"."""

from __future__ import annotations

import re
from dataclasses import replace

from symrlhf.checker import prose
from symrlhf.checker.formulas import Head
from symrlhf.checker.statements.alike import NOT_ALIKE, not_alike
from symrlhf.checker.statements.counting import is_number, numbered_to
from symrlhf.checker.statements.few import forget_few
from symrlhf.checker.statements.plan import Planned
from symrlhf.checker.statements.shapes import definable, senses
from symrlhf.checker.statements.state import State
from symrlhf.read.vocabulary import BUILT_IN, PARAMETERS, POLICIES
from symrlhf.setting import Policy
from symrlhf.term import RESPONSES, App, Card, Div, IndexSet, Lam, Rational, Rel, Relation, Sym

SIGNED: dict[str, Relation] = {
    "positive": ">", "nonnegative": ">=", "negative": "<", "nonpositive": "<=", "nonzero": "!=",
}  # fmt: skip
"""A word for a sign -> how it compares with 0."""


def functions(state: State, planned: list[Planned]) -> list[Planned]:
    """f: ℝ → ℝ declares f."""
    out: list[Planned] = []
    for i, p in enumerate(planned):
        first = p.formula.sides[0]
        if senses(p.formula) != {"to"} or first is None or not re.search(r"ℝ|\\mathbb|\\R\b", first.piece.text):
            out.append(p)
            continue
        before = planned[i - 1].formula.sides[-1] if i else None
        head = state.head(before)
        if head is not None and not head.parameters:
            of_kind(state, head, "function")
        if prose.PROPERTIES.search(p.after):
            state.unread = (*state.unread, (state.source.place(p.formula.piece.offset)[0], None))
    return out


def name_subjects(state: State, p: Planned) -> None:
    """Letters without a relation, as in "let r_w and r_l be ...": what they are is said before or after them."""
    if state.subjects and p.before.rfind("(") > p.before.rfind(")"):
        # "p (in contrast to q) is a distribution".
        return
    for side in p.formula.sides:
        head = state.head(side)
        if head is not None and definable(head):
            state.subjects = (*state.subjects, head)
            state.letters |= {head.name}


def beside(state: State, p: Planned) -> None:
    """What the words beside a formula say of its letters."""
    heads = state.subjects
    if p.formula.signs:
        first = p.formula.sides[0]
        head = state.head(first)
        heads = (head,) if head is not None and p.mode in ("define", "assume", "tell") else ()
    # "p (the teacher) and q (the student) be distributions".
    after = re.sub(r"\A\s*\([^()]*\)", "", prose.plain(p.after))
    before = re.sub(r"\([^()]*\)\s*\Z", "", prose.plain(p.before))
    if not heads:
        return
    if prose.CONSTANT.search(before) or prose.CONSTANT_AFTER.match(after):
        state.words = replace(state.words, constant=state.words.constant | {(h.entry or h).name for h in heads})
    if prose.SMOOTH.search(after):
        for head in heads:
            _smooth(state, head)
    if (said := prose.ALL_POSITIVE.search(after)) and not re.search(r"[;.:]", after[: said.start()]):
        _all_positive(state, p)
    if prose.COUNTED.search(before) and prose.RESPONSES.match(after):
        for head in heads:
            _count(state, p, head)
    if p.formula.signs:
        _say_uniform(state, heads, after)
        return
    if prose.RELEASED.match(after) or prose.RELEASES.search(before):
        for head in heads:
            _release(state, head)
    if prose.ANY_REAL.match(after):
        for head in heads:
            _may_have_any_sign(state, head)
    told = re.match(r"\W*(?:be|is|are|denotes?)\b", after) or prose.MAY_NOT_SUM.match(after.lstrip())
    if prose.UNNORMALISED.search(after) and told:
        for head in heads:
            _unnormalised(state, head)
    elif prose.A_LAW_AGAIN.match(after):
        for head in heads:
            _normalised(state, head)
    natural = bool(prose.NATURAL_AFTER.match(after) or prose.NATURAL_BEFORE.search(before))
    for head in heads:
        counts = natural or (prose.STEPS.match(after) and len(head.name) == 1 and head.name.isupper())
        if counts and not head.parameters and head.name not in state.words.known() | state.mentioned:
            state.redefine(head.name, state.words.declare(head.name, "natural"))
    if prose.OF_RESPONSES.search(before) or (prose.AND.fullmatch(before) and state.elements):
        for head in heads:
            state.elements = _is_element(state, head)
    else:
        state.elements = False
    kind = prose.kind_of(before, after)
    if kind is not None and not natural:
        for head in heads:
            of_kind(state, head, kind)
    _say_uniform(state, heads, after)
    if (alike := NOT_ALIKE.search(after)) and not_alike(state, p, alike):
        after = after.replace(alike[0], "")
    elif alike:
        state.missed(p.formula.piece)
    summed = prose.SUMMED_UP.search(after) and not all(state.words.is_law(h.name) for h in heads)
    partly = prose.PARTLY.search(after) or (p.mode != "tell" and summed)
    if partly and p.mode in ("define", "assume", "tell"):
        state.missed(p.formula.piece)
    said = re.match(r"\W*(?:be|is|are|have|has|lies?|the|its)\b", after)
    said = said and not prose.SOLVES.match(state.source.text, p.formula.piece.end)
    has_property = said and prose.PROPERTIES.search(prose.CHANCE_THAT.sub("", prose.FREE.sub("", after)))
    if prose.BEST.search(before):
        state.missed(p.formula.piece)
    reason = prose.REASON.search(before) and all(state.words.definition(h.name) for h in heads)
    if has_property and not natural and not reason and not prose.RELATIVE.search(before):
        # Of what was defined it holds or not: "since L is convex" supposes nothing.
        state.missed(p.formula.piece)
    if after.strip() not in (",", "and", ", and", "") and not after.lstrip().startswith("("):
        state.subjects = ()


def _count(state: State, p: Planned, head: Head) -> None:
    """n responses, or n ≥ 2 of them; n points of a distribution. Of other things, n is a number of its own."""
    if head.parameters or not senses(p.formula) <= {">", ">="} or state.words.definition(head.name) is not None:
        return
    before, after = prose.plain(p.before), prose.plain(p.after)
    all_there_are = prose.OF_A_LAW.search(before) or (prose.THERE_ARE.search(before) and prose.OUTCOMES.match(after))
    another = any(isinstance(lam.body, Card) for _, lam in state.words.definitions)
    if numbered_to(state.source.text, head.name):
        # Σ_{i=1}^G over numbers says all that is used of G.
        state.unread = (*state.unread, (state.line, frozenset({"y"})))
    elif another or not all_there_are or is_number(state.source.text, head.name):
        state.unread = (*state.unread, (state.line, frozenset({head.name, "y"})))
    else:
        state.redefine(head.name, state.words.define(head.name, Lam((), Card(RESPONSES))))


def _is_element(state: State, head: Head) -> bool:
    """ "Two responses a and b": each letter is one of them."""
    if is_new_letter(state, head):
        state.words = state.words.declare(head.name, "element")
        state.letters -= {head.name}
        return True
    return False


def is_new_letter(state: State, head: Head) -> bool:
    """Whether nothing was said of a letter so far."""
    unsaid = state.words.definition(head.name) is None and not head.parameters
    return unsaid and head.name not in (*state.words.handles, *state.mentioned)


def _smooth(state: State, head: Head) -> None:
    """ "Let g(t) be twice differentiable": an unknown function of t."""
    unsaid = state.words.definition(head.name) is None and head.name not in state.words.handles
    if len(head.parameters) == 1 and unsaid:
        state.redefine(head.name, state.words.function_of(head.name, head.parameters[0]))


def of_kind(state: State, head: Head, kind: str) -> None:
    """A letter is declared, or its sign supposed, unless it has a meaning already."""
    name = head.name
    known = state.words.handles.get(name)
    used = any(name in value.body.names for _, value in state.words.definitions)
    if kind == "real" and name in PARAMETERS and known is None and not head.parameters and not used:
        # θ is one number here, not a vector of parameters. Where it was used, it was read as one.
        state.redefine(name, state.words.declare(name, kind))
    usual = BUILT_IN.get(name) == "positive" and isinstance(known, Sym) and state.words.definition(name) is None
    if kind == "real" and usual and state.setting.declaration(name).sign == "positive":
        # β is positive where nothing is said of it.
        state.redefine(name, state.words.declare(name, kind))
        state.doubt(Rel(">", Sym(name), Rational(0, 1)))
    if kind == "real":
        as_number(state, head)
    if kind == "policy" and known is None and name in state.words.declarations and name.partition("_")[0] in POLICIES:
        # "π is its probability under the policy", where π is a number throughout.
        return
    if head.parameters or kind == "real" or state.words.definition(name) is not None:
        # A value of a function, a number as all letters are, or a letter that was defined.
        return
    if isinstance(known, Policy) and kind in ("policy", "positive"):
        return
    if kind == "prompt" and (isinstance(known, Sym) and isinstance(known.sort, IndexSet)):
        return
    if kind == "probability":
        if (known is None or usual) and name not in PARAMETERS:
            for bound in (Rel("<=", Rational(0, 1), Sym(name)), Rel("<=", Sym(name), Rational(1, 1))):
                state.suppose(bound, case=False, late=False)
        return
    if kind in SIGNED and (used or known is None):
        state.suppose(Rel(SIGNED[kind], Sym(name), Rational(0, 1)), case=False, late=False)
    elif not used:
        state.redefine(name, state.words.declare(name, kind))


def as_number(state: State, head: Head) -> None:
    """y ∈ ℝ: the letter of a response stands for a number in this document, if it was not used before."""
    known = state.words.handles.get(head.name)
    element = isinstance(known, Sym) and isinstance(known.sort, IndexSet)
    used = any(head.name in value.body.names for _, value in state.words.definitions)
    if element and not head.parameters and not used and head.name not in state.mentioned:
        state.redefine(head.name, state.words.declare(head.name, "real"))


def varying(state: State, planned: list[Planned]) -> None:
    """ "f and g are functions of θ", "r depends on φ"."""
    before: list[Head] = []
    on_it = False
    for p in planned:
        first = p.formula.sides[0]
        head = state.head(first)
        on_it = bool(prose.DEPENDS.search(prose.plain(p.before))) or (
            on_it and re.fullmatch(r"\W*(?:and)?\W*", p.before) is not None
        )
        if head is None:
            continue
        if not on_it or head.parameters or p.formula.signs:
            # Not θ itself, but the next thing that is said.
            on_it = False
            before = [*before, head]
            continue
        for h in before:
            if h.parameters in ((), (head.name,)) and state.words.definition(h.name) is None and _is_new(state, h):
                # u of t: u(t), and u alone means u(t).
                state.redefine(h.name, state.words.function_of(h.name, head.name))
                continue
            if h.name not in state.words.handles and state.words.definition(h.name) is None:
                state.redefine(h.name, state.words.declare(h.name, "function"))
            if h.name != head.name and state.words.definition(h.name) is None:
                state.words = state.words.depending(h.name, frozenset({head.name}))


def _is_new(state: State, head: Head) -> bool:
    return head.name not in state.words.handles or head.name in state.words.variables


def _release(state: State, head: Head) -> None:
    """ "Now β is arbitrary": it has no value any more, and what was supposed to equal it no longer does."""
    forget_few(state, head.name)
    meant = state.words.definition(head.name)
    if meant is not None and not meant.parameters and not meant.body.names:
        state.redefine(head.name, state.words.forget(head.name))
    kept = tuple(h for h in state.hypotheses if h.relation.op != "=" or head.name not in h.relation.names)
    if len(kept) < len(state.hypotheses):
        state.doubt(*(h.relation for h in state.hypotheses if h not in kept))
        state.hypotheses = kept


def _may_have_any_sign(state: State, head: Head) -> None:
    """ "Let a be real": what was supposed of a alone is perhaps no longer meant."""
    forget_few(state, head.name)
    alone = tuple(h for h in state.hypotheses if h.relation.names == {head.name})
    state.doubt(*(h.relation for h in alone))
    state.hypotheses = tuple(h for h in state.hypotheses if h not in alone)


def _unnormalised(state: State, head: Head) -> None:
    """ "Let p be a positive function": Σ_y p(y) = 1 is not said of it."""
    if head.name.partition("_")[0] in POLICIES and head.name not in (*state.words.handles, *state.mentioned):
        # A letter that would be a policy by itself.
        state.words = state.words.declare(head.name, "policy")
    _as_a_law(state, head, sums_to_one=False)


def _normalised(state: State, head: Head) -> None:
    """ "Now let π be any distribution": Σ_y π(y) = 1 again."""
    if isinstance(state.words.handles.get(head.name), Policy) and state.words.definition(head.name) is None:
        _as_a_law(state, head, sums_to_one=True)


def _as_a_law(state: State, head: Head, *, sums_to_one: bool) -> None:
    known = state.words.declarations.get(head.name)
    if head.name in state.words.factored and not sums_to_one:
        # One of its factors sums to 1, and another need not.
        state.redefine(head.name, state.words.forget(head.name).declare(head.name, "policy"))
        state.unread = (*state.unread, (state.line, frozenset({head.name.split("_")[0]})))
        known = state.words.declarations.get(head.name)
    if known is not None and known.distribution != sums_to_one:
        row = replace(known, distribution=sums_to_one)
        state.words = replace(state.words, declarations={**state.words.declarations, head.name: row})


def _say_uniform(state: State, heads: tuple[Head, ...], after: str) -> None:
    if prose.UNIFORM.search(after):
        for head in heads:
            _uniform(state, head)


def _uniform(state: State, head: Head) -> None:
    """π_ref(y) = 1/|Y|, for every y."""
    meant = state.words.handles.get(head.name)
    if head.name in state.words.factored:
        # Is the law of all tokens uniform, or that of the next one?
        state.unread = (*state.unread, (state.line, frozenset({head.name.split("_")[0]})))
    elif isinstance(meant, Policy):
        y = meant.index()
        state.suppose(Rel("=", meant[y], Div(Rational(1, 1), Card(RESPONSES))), case=False, late=False)


def freed(state: State, planned: list[Planned]) -> None:
    """The entries of π are independent variables: Σ_y π(y) = 1 is a constraint on them, and no identity."""
    if not any(prose.FREE.search(prose.plain(words)) for p in planned for words in (p.before, p.after)):
        return
    for p in planned:
        head = state.head(p.formula.sides[0])
        if head is not None and head.parameters:
            _unnormalised(state, head)


def _all_positive(state: State, p: Planned) -> None:
    for side in p.formula.sides:
        read = state.side(side) if side is not None else None
        if read is not None and isinstance(read.term, (Sym, App)):
            name = read.term.name
            if not isinstance(state.words.handles.get(name), Policy):
                state.suppose(Rel(">", read.term, Rational(0, 1)), case=False, late=False)

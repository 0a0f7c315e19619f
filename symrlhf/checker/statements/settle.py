"""What a formula is, its own form considered: an equation that is the first said of a name defines it."""

from __future__ import annotations

import re

from symrlhf.checker import prose
from symrlhf.checker.formulas import Formula, Head
from symrlhf.checker.prose import Mode
from symrlhf.checker.statements.chains import is_total
from symrlhf.checker.statements.few import values_of
from symrlhf.checker.statements.letters import is_new_letter
from symrlhf.checker.statements.plan import REALS, Planned
from symrlhf.checker.statements.schemas import only_schematic, told_at_numbers, value_at_a_number
from symrlhf.checker.statements.shapes import definable, is_order, plain_side, relates, senses, varies
from symrlhf.checker.statements.state import State, is_bound, settles
from symrlhf.checker.statements.vectors import is_vector, names_its_entries
from symrlhf.errors import Unreadable
from symrlhf.read.python import FUNCTION_NAMES, OPERATORS
from symrlhf.read.vocabulary import BUILT_IN
from symrlhf.setting import Family, Policy
from symrlhf.term import App, Binder, Card, Fun, Mul, Neg, Num, Range, Rel, Sym, Term


def settled(state: State, p: Planned) -> Mode:
    """What a formula is, its own form considered."""
    formula, mode = p.formula, p.mode
    if mode == "pass" or names_its_entries(state, formula):
        return "pass"
    if told_at_numbers(state, formula, mode):
        return "define"
    if any(s.sense == "define" for s in formula.signs) or is_vector(state, formula):
        return "define"
    if senses(formula) & {"implies", "iff"}:
        return "claim"
    if mode == "tell" and _is_of_one_order(state, p):
        return "claim"
    if senses(formula) == {"in"} and mode in ("tell", "claim", "since") and not prose.CONCLUDED.search(p.before):
        last = formula.sides[-1]
        if (last is not None and values_of(last.piece.text) is not None) or _has_few_values(state, formula):
            return "assume"
        if _tells_of_a_new_letter(state, p):
            return "assume"
        if last is not None and REALS.match(state.source.text, last.piece.offset):
            return "assume"
        if mode == "tell" and not is_bound(state, formula) and not _is_of_something_defined(state, formula):
            # "The rewards r(x, y) ∈ [0, 1]": it is perhaps meant of all.
            state.missed(formula.piece)
            return "pass"
    if not relates(formula):
        return mode if mode != "claim" or not formula.signs else "claim"
    if mode in ("tell", "claim", "define", "assume") and _only_points(p):
        return "pass"
    if mode == "claim" and senses(formula) == {"to"} and _is_free(state, formula):
        return "limit"
    if mode == "limit":
        return _goes_or_claims(state, formula) if senses(formula) == {"to"} else "tell"
    if mode == "claim" and senses(formula) <= {"=", "approx"} and is_total(formula.sides[0], state.weights):
        return "claim"
    if mode in ("claim", "tell") and prose.DOUBTED.search(p.before):
        return "pass" if names_something_new(state, formula) else "claim"
    if mode in ("claim", "tell", "since", "premise") and names_something_new(state, formula):
        return "define"
    if mode in ("claim", "tell") and (_is_another(state, p) or _is_a_softmax(state, formula)):
        return "define"
    if mode in ("claim", "tell") and _is_factorised(state, formula):
        return "assume"
    if mode in ("claim", "tell") and _is_first_value(state, formula):
        return "assume"
    if mode in ("claim", "tell") and prose.ANOTHER_ONE.search(p.before) and _has_a_number(state, formula):
        return "define"
    told = prose.SAYS_WHAT_IT_IS.match(p.after) and all(plain_side(s) for s in formula.sides)
    if mode in ("claim", "tell") and told and senses(formula) <= {"<", "<=", ">", ">="}:
        return "assume"
    if _tells_of_a_new_letter(state, p) and senses(formula) <= {"<", "<=", ">", ">="}:
        return "assume"
    if mode in ("tell", "claim") and (equal := same_policy(state, formula)) is not None:
        # "Before training, π_θ = π_ref."
        state.doubt(equal)
        return "pass" if mode == "tell" else mode
    if mode in ("tell", "claim") and senses(formula) == {"="} and prose.HAS_A_PROPERTY.search(p.before):
        return mode if _is_of_something_said(state, formula) else "assume"
    if mode == "tell" and _is_total_of_weights(state, p):
        return "assume"
    if mode == "tell":
        stated = senses(formula)
        if stated == {""}:
            return "pass"
        if stated == {"to"}:
            return "claim" if _varies_there(state, formula) else _goes_or_claims(state, formula)
        if stated <= {"<", "<=", ">", ">=", "!=", "in"} and all(plain_side(s) for s in formula.sides):
            if p.before.strip() == ":" and not state.is_policy(formula.sides[0]):
                # "For every ρ > 0: min(ρ, k) ≤ k."
                return "claim"
            if _is_of_something_defined(state, formula) or (not is_bound(state, formula) and settles(state, formula)):
                # "The logarithm lies below its tangent: log u ≤ u − 1."
                return "claim"
            reasoned = prose.FOR_A_REASON.fullmatch(prose.plain(p.before))
            if reasoned and prose.EVERY.search(p.after) and _is_of_functions_alone(state, formula):
                return "claim"
            if prose.INTRODUCES.search(p.before) and not reasoned:
                return "assume"
            if state.is_policy(formula.sides[0]):
                return "pass"
            state.perhaps(formula)
            return "pass"
        if "!=" in stated:
            # "In general, a ≠ b" denies that they are always equal.
            return "pass"
        return _says_what_is(state, formula)
    if mode == "claim" and senses(formula) == {"prop"}:
        return _says_what_is(state, formula)
    if mode == "claim" and _is_first_said(state, formula):
        return "assume"
    return mode


def _is_of_something_said(state: State, formula: Formula) -> bool:
    """ "The advantages are centred, Σ A_i = 0": of what was defined it is claimed."""
    read = [state.side(s).term for s in formula.sides if s is not None]
    names = {n for t in read if isinstance(t, Term) for n in t.names}
    return any(state.words.definition(n) is not None for n in names)


def _tells_of_a_new_letter(state: State, p: Planned) -> bool:
    """ "Two responses have a gap d > 0": where no word claims it, it is supposed of the letter d, which is new."""
    words = prose.plain(p.before)
    if p.mode != "tell" and not (p.mode == "since" and prose.DIFFER.search(words)):
        return False
    if not prose.OF_ITS_KIND.search(words) or prose.SOMETIMES.match(p.after):
        return False
    named = [h for s in p.formula.sides if (h := state.head(s)) is not None]
    return bool(named) and is_new_letter(state, named[0]) and named[0].name not in BUILT_IN


def _has_few_values(state: State, formula: Formula) -> bool:
    """S ∈ [0, 1] after S ∈ {0, 1}."""
    head = state.head(formula.sides[0])
    names = {head.name, head.entry.name if head.entry is not None else ""} if head is not None else set[str]()
    return any(state.words.declarations[n].values for n in names & state.words.declarations.keys())


def same_policy(state: State, formula: Formula) -> Rel | None:
    """π = π_ref, for every response."""
    heads = [state.head(s) for s in formula.sides]
    laws = [state.words.handles.get(h.name) for h in heads if h is not None and not h.parameters]
    if len(laws) == len(formula.sides) == 2 and senses(formula) == {"="}:
        first, second = laws
        if isinstance(first, Policy) and isinstance(second, Policy):
            return Rel("=", first[first.index()], second[first.index()])
    return None


def _has_a_number(state: State, formula: Formula) -> bool:
    """r_w = 0 of an r_w that was another number."""
    head = state.head(formula.sides[0])
    meant = state.words.definition(head.name) if head is not None else None
    known = meant is not None and not meant.parameters and not varies(state.setting.expand(meant.body))
    return known and senses(formula) == {"="} and head is not None and introduces(state, head, formula)


def _is_of_something_defined(state: State, formula: Formula) -> bool:
    """0 ≤ H ≤ log n, where it was said what H is: no bound on a letter that varies."""
    heads = [state.head(s) for s in formula.sides if s is not None]
    meant = [state.words.definition(h.name) for h in heads if h is not None]
    bodies = (v.body for v in meant if v is not None and not isinstance(v.body, Card))
    return any(varies(state.setting.expand(body)) for body in bodies)


def _is_of_functions_alone(state: State, formula: Formula) -> bool:
    """log σ(z) ≥ −1: known functions of letters, in which nothing is unknown that a hypothesis could bound."""
    terms = [state.side(s).term for s in formula.sides if s is not None]
    parts = [t for term in terms if isinstance(term, Term) for t in state.setting.expand(term).subterms()]
    return any(isinstance(t, Fun) for t in parts) and not any(isinstance(t, App) for t in parts)


def _is_another(state: State, p: Planned) -> bool:
    """ "f(u) = −log u: D_f = ...", the next of several functions f."""
    head = state.head(p.formula.sides[0])
    meant = state.words.definition(head.name) if head is not None and head.parameters else None
    one = senses(p.formula) == {"="} and len(p.formula.signs) == 1
    return one and meant is not None and p.after.lstrip().startswith(":")


def _only_points(p: Planned) -> bool:
    """What is no formula: SFT → reward model → PPO, D = {(x, y_w, y_l)}, A = the advantage."""
    sides, stated = p.formula.sides, senses(p.formula)
    if stated == {"to"}:
        return None in sides
    last = sides[-1]
    if stated == {"="} and last is None:
        return bool(re.match(r"\s*(?:an?|the|number|clip|\w+ of)\b", p.after))
    return stated == {"="} and last is not None and bool(re.match(r"\\?\{", last.piece.text.strip()))


def _goes_or_claims(state: State, formula: Formula) -> Mode:
    """β → 0 says where a letter goes, π(y) → π_ref(y) what happens then."""
    first = formula.sides[0]
    head = state.head(first)
    if head is None or head.parameters or isinstance(state.words.handles.get(head.name), Policy):
        return "claim"
    meant = state.words.definition(head.name)
    if meant is None:
        return "limit"
    if isinstance(meant.body, Card):
        return "limit"
    if meant.parameters or varies(state.setting.expand(meant.body)):
        # A limit in a defined quantity: it is not known what varies with it.
        state.approach = None
        return "pass"
    # A number so far: now it varies.
    state.redefine(head.name, state.words.forget(head.name))
    return "limit"


def _is_total_of_weights(state: State, p: Planned) -> bool:
    """ "Weights w_i sum to one, Σ_i w_i = 1": it says what they are."""
    first = p.formula.sides[0]
    said = state.said_around(p.formula.piece)
    before = said[: said.find(first.piece.text)] if first is not None else ""
    if first is None or senses(p.formula) != {"="} or not prose.SUM_TO_ONE.search(before):
        return False
    total = state.side(first).term
    if not isinstance(total, Binder | Range) or total.kind != "sum":
        return False
    weight = total.body if isinstance(total, Range) else total.bodies[0]
    # Of what is defined, and of a distribution, it is claimed.
    if not isinstance(weight, App) or state.words.definition(weight.name) is not None:
        return False
    return not state.setting.declaration(weight.name).distribution


def _is_of_one_order(state: State, p: Planned) -> bool:
    """e^h − 1 ∼ h, where "as h → 0" follows; y ∼ π is a sample."""
    told = [s.piece.text.strip() for s in p.formula.signs] in (["∼"], ["~"], ["\\sim"])
    if not told or re.fullmatch(r"\W*as\W*", p.after) is None:
        return False
    read = [state.side(s).term if s is not None else None for s in p.formula.sides]
    return all(isinstance(t, Term) for t in read) and not isinstance(read[0], Sym | App)


def _varies_there(state: State, formula: Formula) -> bool:
    """ "As h → 0, f → 1", where f was defined and varies with h."""
    head = state.head(formula.sides[0])
    meant = state.words.definition(head.name) if head is not None and not head.parameters else None
    if meant is None or state.approach is None:
        return False
    return bool(state.approach[0].names & state.setting.expand(meant.body).names)


def _is_free(state: State, formula: Formula) -> bool:
    """z, of which nothing was said but that it is a number."""
    head = state.head(formula.sides[0])
    if head is None or head.parameters or isinstance(state.words.handles.get(head.name), Policy):
        return False
    return len(formula.signs) == 1 and state.words.definition(head.name) is None


def _says_what_is(state: State, formula: Formula) -> Mode:
    """π(y) = ..., r(x, y_w) = 2.0 or β = 0.1 in a sentence: what a thing is, if nothing was said of it before."""
    first = formula.sides[0]
    head = state.head(first)
    if head is None or senses(formula) not in ({"="}, {"prop"}) or not definable(head) or _may_be_derived(head):
        return "claim"
    if senses(formula) == {"prop"} and (head.name in state.mentioned or len(formula.signs) > 1):
        return "claim"
    if state.words.definition(head.name) is not None or head.name in FUNCTION_NAMES.keys() | OPERATORS.keys():
        return "claim"
    return "assume" if head.parameters or isinstance(state.words.handles.get(head.name), Policy) else "define"


def _first_said_of_a_policy(state: State, formula: Formula) -> tuple[Head, Term] | None:
    """π and the right side of π(y) = ..., of which nothing was said."""
    head, right = state.head(formula.sides[0]), formula.sides[-1]
    if head is None or right is None or senses(formula) != {"="} or len(formula.signs) > 1:
        return None
    if len(head.parameters) != 1 or head.parameters[0].isdigit() or head.name in state.mentioned:
        return None
    if not isinstance(state.words.handles.get(head.name), Policy) or state.words.definition(head.name) is not None:
        return None
    term = state.side(right).term
    return (head, term) if isinstance(term, Term) else None


def _is_a_softmax(state: State, formula: Formula) -> bool:
    """π(y) = exp(h(y))/Σ_y′ exp(h(y′)): all that it is made of is no policy."""
    found = _first_said_of_a_policy(state, formula)
    if found is None:
        return False
    of_policies = any(isinstance(state.words.handles.get(n), Policy) for n in state.setting.expand(found[1]).names)
    return not of_policies and any(isinstance(t, Binder) for t in found[1].subterms())


def _is_factorised(state: State, formula: Formula) -> bool:
    """π(y) = Π_t π(y_t | y_{<t}): what the tokens of a response are."""
    found = _first_said_of_a_policy(state, formula)
    if found is None:
        return False
    head, term = found
    parts = [t for t in term.subterms() if isinstance(t, App) and t.name == head.name]
    return bool(parts) and any(len(t.args) > 1 for t in parts) and isinstance(term, (Mul, Range))


def _is_first_value(state: State, formula: Formula) -> bool:
    """π_ref(1) = 1/2, or π_ref(1) = π_ref(2) = 1/2, of which nothing was said: data."""
    if senses(formula) != {"="} or not all(s is not None for s in formula.sides):
        return False
    *named, value = [s for s in formula.sides if s is not None]
    if not all(value_at_a_number(state, s) for s in named):
        return False
    atoms = [state.side(s).term for s in named]
    figure = state.side(value).term
    said = {t for h in state.hypotheses for t in h.relation.subterms()}
    new = (isinstance(a, App) and state.setting.definition(a.name) is None and a not in said for a in atoms)
    return isinstance(figure, Term) and not varies(figure) and all(new)


def _may_be_derived(head: Head) -> bool:
    """L' alone is another number only where the words say so."""
    return "'" in head.name and not head.parameters


def could_define(state: State, formula: Formula) -> bool:
    """Whether "let" before it makes sense: it stands for a name, or is no relation at all."""
    first = formula.sides[0]
    head = state.head(first)
    return not relates(formula) or (head is not None and formula.signs[0].sense in ("=", "define", "in"))


def _at_numbers(state: State, name: str) -> bool:
    """Whether all that is supposed of a function is about its values at numbers: f(1) = 0."""
    said = [t for h in state.in_force() for t in h.subterms() if isinstance(t, App) and t.name == name]
    return bool(said) and not any(varies(a) for t in said for a in t.args)


def names_something_new(state: State, formula: Formula) -> bool:
    """Whether an equation is the first that is said of a name: then it can only define it."""
    first = formula.sides[0]
    if first is None or formula.signs[0].sense != "=" or is_expansion(state, formula):
        return False
    if only_schematic(state, formula):
        return True
    head = state.head(first)
    if head is None or not definable(head) or len(set(head.parameters)) < len(head.parameters):
        return False
    stem, _, number = head.name.rpartition("_")
    entry = number.isdigit() and stem in state.words.vectors
    slope = "'" in head.name and state.words.definition(head.name.rstrip("'")) is not None
    if entry or slope or _may_be_derived(head):
        return False
    if not head.parameters and _is_a_figure_again(state, head, formula):
        return True
    usual = FUNCTION_NAMES.keys() | OPERATORS.keys() if head.parameters else set[str]()
    known = state.words.known() | usual | state.mentioned
    if _is_binary_entropy(state, head, formula):
        return True
    if head.entry is not None and head.entry.name in BUILT_IN and head.entry.name not in state.mentioned:
        # r_i = ...: the rewards of this document are these.
        known = known - {head.entry.name}
    if type(state.words.handles.get(head.name)) is Family and state.words.definition(head.name) is None:
        # The Z(x) of an earlier definition.
        known = known - {head.name} | (state.mentioned - ({head.name} if _at_numbers(state, head.name) else set()))
    if state.words.schema_of(head.name) is not None:
        return False
    if head.name in known or any(n.isdigit() for n in head.parameters):
        return False
    if head.entry is not None and head.entry.name in _bound_by_equations(state):
        return False
    name, left = head.name, None if head.parameters else state.side(first).term
    if isinstance(left, App) and head.entry is not None and left.name == head.entry.name not in known:
        # s_n = Σ_{t=1}^n r_t: the first that is said of s.
        name = left.name
    elif left is not None and left != Sym(name):
        return False
    right = state.side(formula.sides[1]).term if formula.sides[1] is not None else None
    return not isinstance(right, Term) or name not in state.setting.expand(right).names


def is_expansion(state: State, formula: Formula) -> bool:
    """k(ℓ) = ℓ²/2 + O(ℓ³) says how a quantity behaves, not what it is."""
    right = [state.side(s).term for s in formula.sides[1:] if s is not None]
    return any(is_order(t) for term in right if isinstance(term, Term) for t in term.subterms())


def _bound_by_equations(state: State) -> frozenset[str]:
    """The r of A_t = δ_t + γλ A_{t+1}, where δ_t was said to be r_t + γV_{t+1} − V_t: what it is follows."""
    equations = (h for h in state.in_force() if h.op == "=")
    return frozenset[str]().union(*(state.setting.expand(h).names for h in equations))


def _has_values(state: State, names: frozenset[str]) -> bool:
    """Whether a number was given for one of the names."""
    known = (state.words.definition(n) for n in names)
    return any(lam is not None and not lam.body.names for lam in known)


def _is_first_said(state: State, formula: Formula) -> bool:
    """P(y_1 ≻ y_2 | x) = ..., π*(a) = 0.45: nothing that was said before could make it true or false."""
    if senses(formula) != {"="} or formula.sides[0] is None or formula.sides[1] is None:
        return False
    left, right = state.side(formula.sides[0]).term, state.side(formula.sides[1]).term
    if not isinstance(left, App) or isinstance(right, Unreadable) or not all(isinstance(a, Sym) for a in left.args):
        return False
    said = (
        *(h.names for h in (*state.in_force(), *state.doubtful)),
        *(v.body.names for _, v in state.words.definitions),
    )
    met = state.mentioned.union(*said)
    if not right.names and state.setting.declaration(left.name).distribution:
        # Single figures of a distribution are no hypotheses that points are found for.
        return False
    return state.words.definition(left.name) is None and left.name not in met | right.names


def _is_binary_entropy(state: State, head: Head, formula: Formula) -> bool:
    """H(p) = −p log p − (1 − p) log(1 − p) of a number p: no entropy of a policy."""
    first, right = formula.sides[0], formula.sides[1]
    if head.name != "H" or len(head.parameters) != 1 or first is None or right is None:
        return False
    if state.words.definition("H") is not None or not state.without_trace(first):
        return False
    body = state.side(right).term
    return isinstance(body, Term) and Sym(head.parameters[0]) in body.symbols


def introduces(state: State, head: Head, formula: Formula) -> bool:
    """Whether "for F = ..." says what F is; "if x = 0" is a condition on x."""
    right = formula.sides[1]
    number = right is not None and re.fullmatch(r"[-−\d./\s]+", right.piece.text)
    # A bare H = −Σ p log p names a number; H(p) = ... is said of the operator.
    operator = head.name in FUNCTION_NAMES.keys() | OPERATORS.keys() and bool(head.parameters)
    meant = state.words.definition(head.name)
    if operator or (head.name in state.words.handles and meant is None):
        return False
    if number:
        # "Suppose now that a = 3", where a was another number.
        return meant is not None and not meant.parameters and not varies(state.setting.expand(meant.body))
    return bool(head.parameters) or head.name not in state.mentioned or state.words.definition(head.name) is not None


def _is_a_figure_again(state: State, head: Head, formula: Formula) -> bool:
    """L = −log σ(4.5), where L was nothing yet or another number: the next example has its own L."""
    right = formula.sides[1]
    if right is None or head.name in state.words.handles or head.name in FUNCTION_NAMES.keys() | OPERATORS.keys():
        return False
    if any(head.name in h.relation.names for h in state.hypotheses):
        return False
    read, meant = state.side(right), state.words.definition(head.name)
    if isinstance(read.term, Unreadable) or varies(state.setting.expand(read.term)):
        return False
    if meant is None:
        figure = any(isinstance(t, Num) and t.is_decimal for _, t in read.term.walk())
        state.figures |= {head.name} if figure else frozenset()
        return figure
    figure = read.term.arg if isinstance(read.term, Neg) else read.term
    if meant.parameters:
        return False
    if isinstance(figure, Num) and isinstance(meant.body, Num):
        # "Case 1: Δr = 0.3. ... Case 2: Δr = 4.5."
        return figure.is_decimal and formula.sides[-1] is right and head.name in state.figures
    if names := state.setting.expand(meant.body).names:
        # L was a Lagrangian, and is the loss of an example now; a formula whose letters have values is a claim.
        if not any(isinstance(t, Num) and t.is_decimal for _, t in read.term.walk()):
            # "If the two agree, D = 0" is said of the D of before.
            return False
        state.figures |= {head.name}
        data = (h for h in state.in_force() if h.op == "=" and {h.lhs.names, h.rhs.names} & {frozenset()})
        return not any(len(h.names) == 1 and h.names & names for h in data) and not _has_values(state, names)
    if isinstance(figure, Num):
        return False
    relation = Rel("approx", Sym(head.name), read.term)
    return not state.ask(relation, state.setting, ())

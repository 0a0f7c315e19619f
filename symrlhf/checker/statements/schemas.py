"""Definitions that are said of letters which stand for others: P_ij, P(i ≻ j), J(π), D_f(π ‖ π_ref)."""

from __future__ import annotations

from symrlhf.checker import prose
from symrlhf.checker.formulas import Formula, Side
from symrlhf.checker.prose import Mode
from symrlhf.checker.statements.shapes import senses
from symrlhf.checker.statements.state import State
from symrlhf.read.names import spelled
from symrlhf.read.schema import Pattern, Schema, at_numbers, letter, mentions, patterns
from symrlhf.read.syntax import Group, Number, Row, Syntax
from symrlhf.read.vocabulary import POLICIES
from symrlhf.setting import Policy, Reward

COUNTING = ("i", "j", "k", "l", "m", "n")
"""Letters below a name that stand for numbers: λ_i is said of λ_1, L_r only of itself."""

PARAMETRIC = ("alpha", "beta", "gamma", "eta", "kappa", "lambda", "lam", "rho", "tau")
"""Letters below a function that stand for numbers where its right side mentions them."""


def schematic(state: State, left: Side, right: Side) -> bool:
    """Whether a definition is also said of what may stand for its letters; it is kept if so."""
    if left.syntax is None or right.syntax is None:
        return False
    kept = False
    for pattern in patterns(left.syntax):
        letters = tuple(letter(s) for s in pattern.places)
        named = tuple(n for n in letters if n is not None)
        stands = _stands_for(state, pattern, named) or _are_parameters(pattern, named)
        if len(named) < len(letters) or len(set(named)) < len(named) or not stands:
            continue
        if "≻" in pattern.key and not any(mentions(right.syntax, n) for n in named):
            # P(y_1 ≻ y_2) = 0.7 is said of these two.
            continue
        parameters = _parameters(pattern)
        if parameters is None or not all(mentions(right.syntax, p) for p in parameters):
            continue
        state.words = state.words.schema(pattern.key, Schema(named, parameters, right.syntax))
        kept = True
    return kept


def only_schematic(state: State, formula: Formula) -> bool:
    """Whether an equation is the first that is said of P(i ≻ j ≻ k) or D_f(π ‖ π_ref): then it can only define it."""
    left = formula.sides[0]
    if left is None or left.syntax is None or formula.signs[0].sense not in ("=", "define"):
        return False
    for pattern in patterns(left.syntax):
        special = "‖" in pattern.key or pattern.key.count("≻") > 1
        if special and pattern.key not in state.words.schemas and all(letter(s) for s in pattern.places):
            return state.without_trace(left)
    return False


def told_at_numbers(state: State, formula: Formula, mode: Mode) -> bool:
    """Whether an equation says what P(1,2,3) is, of a P of which nothing is known: by "Let", or "the probability of …
    is" just before it. What "we find that" announces is claimed."""
    if len(formula.sides) != 2 or not senses(formula) <= {"=", "define"} or mode not in ("define", "claim", "tell"):
        return False
    left, right = formula.sides
    if left is None or right is None:
        return False
    key = _key(left)
    if key is None or key in state.words.schemas or not state.without_trace(left):
        return False
    before, after = state.source.text[: left.piece.offset], state.source.text[right.piece.end :]
    return mode == "define" or prose.says_what_is(before, after)


def tell_at_numbers(state: State, left: Side, right: Side) -> None:
    """P(1,2,3) is what stands on the right side."""
    key = _key(left)
    assert key is not None and right.syntax is not None
    state.words = state.words.schema(key, Schema((), (), right.syntax))


def _key(side: Side) -> str | None:
    match side.syntax:
        case Row(items=(function, Group() as bracket), joints=("",)):
            head = _called(function)
            return at_numbers(head, bracket) if head is not None else None
        case _:
            return None


def _called(function: Syntax) -> str | None:
    """The name of P in P(1,2,3)."""
    found = spelled(function)
    return found.stem(len(found.subscripts)) if found is not None and not found.primes else None


def value_at_a_number(state: State, side: Side) -> bool:
    """π_ref(1), r(2): what a policy or reward is at a response that is called by its number."""
    match side.syntax:
        case Row(items=(function, Group(left="(", body=Number()))):
            head = state.head(Side(side.piece, function))
            return head is not None and isinstance(state.words.handles.get(head.name), Policy | Reward)
        case _:
            return False


def _stands_for(state: State, pattern: Pattern, letters: tuple[str, ...]) -> bool:
    match pattern.key[-1]:
        case "_":
            return all(n in COUNTING for n in letters)
        case ")":
            return all(_is_law(state, n) for n in letters)
        case _:
            return True


def _are_parameters(pattern: Pattern, letters: tuple[str, ...]) -> bool:
    """The α of g_α(x), of which g_1(x) is a case."""
    return pattern.key[-1] == "_" and pattern.bracket is not None and all(n in PARAMETRIC for n in letters)


def _is_law(state: State, name: str) -> bool:
    return isinstance(state.words.handles.get(name), Policy) or name.partition("_")[0] in POLICIES


def _parameters(pattern: Pattern) -> tuple[str, ...] | None:
    """The τ of p_i(τ); None where the brackets hold something else."""
    if pattern.bracket is None:
        return ()
    body: Syntax | None = pattern.bracket.body
    name = letter(body) if body is not None else None
    return None if name is None else (name,)

"""What operators and named functions apply to: Σ, Π, E, D_KL, H, max, lim, ∂, ∇, log, and how each is written.

One row per notation: the name it is called by, and the function that reads what stands around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from symrlhf.notation import DATA_SIZE, FUNCTIONS
from symrlhf.read.names import Spelled, entries, letters, outer_sup, plain, spelled
from symrlhf.read.numbers import MAX_DERIVATIVES
from symrlhf.read.reader import (
    FUNCTION_WORDS,
    Items,
    Operator,
    Reader,
    arguments,
    private,
)
from symrlhf.read.syntax import (
    Chain,
    Fraction,
    Given,
    Group,
    List,
    Name,
    Number,
    Row,
    Script,
    Sum,
    Symbol,
    Syntax,
)
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vocabulary import CONSTANT, PARAMETERS, PLACES, POLICIES, SAMPLES
from symrlhf.setting import Family, Policy, Reward
from symrlhf.term import (
    INTEGER,
    PROMPTS,
    RESPONSES,
    VECTOR,
    App,
    Binder,
    Fun,
    IndexSet,
    Lam,
    Lim,
    Order,
    Pow,
    Range,
    Side,
    Sym,
    Term,
    argmax,
    as_term,
    bind,
    bind_range,
    diff,
    infinite,
    limit,
)
from symrlhf.term import Cases as CaseSplit

# ------------------------------------------------------------------ which operator


def operator_at(reader: Reader, items: Items) -> Operator | None:
    """The operator or named function that the items begin with; None for a symbol, a number or a bracket."""
    first = items.first
    if isinstance(first, Symbol | Script) and _nabla(first) is not None:
        return gradient
    if _leibniz_at(items) is not None or _is_derivative(first):
        return leibniz
    if isinstance(first, Number) and first.text == "1" and _braced(_next(items, 1)):
        return indicator
    found = spelled(first)
    if found is None:
        return None
    name = reader.stem_of(found) or found.base
    if reader.known(name) and name not in FUNCTION_WORDS:
        return None
    base = "D_KL" if name in ("D_KL", "KL", "D_kl", "D_KL_") else found.base
    if base == found.base and reader.known(base) and base not in FUNCTION_WORDS:
        return None
    row = _OPERATORS.get(base)
    marked = bool(found.primes or found.star or found.accents)
    if row is not None and row[0](reader, items) and not (marked and row[1] in _NAMED):
        if marked or (outer_sup(first) is not None and base not in ("sum", "prod")):
            raise UnreadableAt(f"{base} with a mark or an exponent of its own has no reading", first.start)
        return row[1]
    if base in FUNCTION_WORDS and not _is_variable(reader, found, items):
        return function
    return None


def _next(items: Items, ahead: int) -> Syntax | None:
    """The item `ahead` of the first, if nothing stands between."""
    at = items.at + ahead
    return items.items[at] if at < len(items.items) and not any(items.joints[items.at + 1 : at + 1]) else None


def _group_after(items: Items) -> Group | None:
    return _plain_group(_next(items, 1))


def _plain_group(s: Syntax | None) -> Group | None:
    if isinstance(s, Script) and isinstance(s.base, Group):
        s = s.base
    return s if isinstance(s, Group) and s.left in ("(", "[", "{") else None


def _braced(s: Syntax | None) -> bool:
    return isinstance(s, Group) and s.left in ("{", "[") and isinstance(s.body, Chain)


def _is_variable(reader: Reader, found: Spelled, items: Items) -> bool:
    """Whether σ or δ is a letter here: σ with a subscript, or without an argument."""
    if found.base in ("delta", "Delta"):
        return not _is_kronecker(reader, found)
    if reader.words.definition(found.base) is not None:
        return True
    if found.base in ("sigma", "gap", "sign"):
        return bool(found.subscripts) or found.star or bool(found.accents) or _group_after(items) is None
    return False


def _is_kronecker(reader: Reader, found: Spelled) -> bool:
    return len(_pair(found)) == 2 and all(reader.place(p) is not None for p in _pair(found))


def _pair(found: Spelled) -> tuple[Syntax, ...]:
    if len(found.subscripts) == 1:
        return letters(found.subscripts[0])
    return found.subscripts


def _always(reader: Reader, items: Items) -> bool:
    return True


def _bracketed(reader: Reader, items: Items) -> bool:
    return _group_after(items) is not None


def _alone_and_bracketed(reader: Reader, items: Items) -> bool:
    found = spelled(items.first)
    return found is not None and not found.subscripts and _bracketed(reader, items)


def _of_law(reader: Reader, items: Items) -> bool:
    """H(π), and H(π, π_ref)."""
    found = spelled(items.first)
    group = _group_after(items)
    if group is None or group.body is None or found is None or found.subscripts:
        return False
    return all(law_of(reader, part, new=("pi",)) is not None for part in entries(group.body))


# ------------------------------------------------------------------ big operators


def integers_of(*sides: Syntax) -> tuple[set[str], set[str]]:
    """Letters that stand as the last value of a range, Σ_{t=1}^T, and families that are numbered by its letter, a_t."""
    ends: set[str] = set()
    running: set[str] = set()
    numbered: list[Spelled] = []
    todo = [*sides]
    while todo:
        s = todo.pop()
        if isinstance(s, Script):
            found = spelled(s)
            low = _assigned(s.sub) if s.sub is not None else None
            if low is not None and s.sup is not None:
                running.add(low[0])
                ends |= {n.text for n in (s.sup.terms if isinstance(s.sup, Sum) else (s.sup,)) if isinstance(n, Name)}
            elif found is not None and found.subscripts:
                numbered.append(found)
        todo += _parts(s)
    families = {f.stem(len(f.subscripts) - 1) for f in numbered if plain(f.subscripts[-1]) in running}
    return ends, {f for f in families if f is not None}


def _parts(s: Syntax) -> list[Syntax]:
    """The pieces directly inside."""
    found: list[Syntax] = []
    for field in type(s).__dataclass_fields__:
        value = getattr(s, field)
        for v in value if isinstance(value, tuple) else (value,):
            found += (
                [v]
                if isinstance(v, Syntax)
                else [w for w in v if isinstance(w, Syntax)]
                if isinstance(v, tuple)
                else []
            )
    return found


BinderName = Literal["sum", "prod", "max", "min"]


def big(kind: BinderName) -> Operator:
    """Σ_y, Π_t, max_y: over the product to its right."""

    def read(reader: Reader, items: Items) -> Term:
        head = items.next()
        sub, sup = _scripts(head)
        if sub is None:
            raise UnreadableAt(f"expected an index below {kind}, as in {kind}_y", head.start)
        if not items:
            raise UnreadableAt(f"nothing stands after {kind}", head.end)
        low = _assigned(sub)
        if low is not None and kind in ("sum", "prod"):
            letter, first = low
            if isinstance(sup, Name) and sup.text == DATA_SIZE and reader.data and not reader.known(DATA_SIZE):
                return _over_set(reader, kind, letter, reader.data, items)
            if sup is not None:
                return _ranged(reader, kind, letter, first, sup, items)
            raise UnreadableAt("expected where the range ends, above the operator", sub.start)
        if sup is not None:
            raise UnreadableAt("a range starts below the operator: t=1", sup.start)
        return _over(reader, kind, list(entries(sub)), items)

    return read


def _ranged(
    reader: Reader, kind: Literal["sum", "prod"], letter: str, first: Syntax, last: Syntax, items: Items
) -> Term:
    low, high = reader.term(first), reader.term(last)
    index = private(INTEGER)
    with reader.binding(**{letter: index}):
        body = _rest(reader, items)
    built = bind_range(kind, index, low, high, body)
    reader.carry(body, built.body)
    return Range(kind, built.first, built.last, built.body, letter)


def _over_set(reader: Reader, kind: BinderName, letter: str, over: IndexSet, items: Items) -> Term:
    index = private(over)
    with reader.binding(**{letter: index}):
        body = _rest(reader, items)
    built = bind(kind, index, body)
    reader.carry(body, built.bodies[0])
    return Binder(kind, over, built.bodies, letter)


def _over(reader: Reader, kind: BinderName, places: list[Syntax], items: Items) -> Term:
    place, *others = places
    letter, other, sort = _bound(reader, place)
    index = private(sort)
    with reader.binding(**{letter: index}):
        apart = reader.response(other) if other is not None else None
        body = _over(reader, kind, others, items) if others else _rest(reader, items)
    if apart is not None:
        if kind != "sum":
            raise UnreadableAt(f"an exception below {kind} has no reading", place.start)
        body = (as_term(1) - Fun("delta", (index, apart))) * body
    built = bind(kind, index, body)
    reader.carry(body, built.bodies[0])
    return Binder(kind, sort, built.bodies, letter)


def _rest(reader: Reader, items: Items) -> Term:
    rest = items.rest()
    assert rest is not None
    with reader.over(None):
        return reader.term(rest)


def _scripts(s: Syntax) -> tuple[Syntax | None, Syntax | None]:
    return (s.sub, s.sup) if isinstance(s, Script) else (None, None)


def _assigned(sub: Syntax) -> tuple[str, Syntax] | None:
    """t = 1."""
    match sub:
        case Chain(sides=(Name(text=letter), first), relations=(sign,)) if sign.char == "=" and first is not None:
            return letter, first
        case _:
            return None


def _bound(reader: Reader, s: Syntax) -> tuple[str, Syntax | None, IndexSet]:
    """The letter that an operator binds, what it stays apart from, and the set it runs over: y, y', y ∈ 𝒴, j ≠ k."""
    apart: Syntax | None = None
    if isinstance(s, Chain) and len(s.relations) == 1 and None not in s.sides:
        left, right = s.sides
        assert left is not None and right is not None
        if s.relations[0].char == "≠":
            apart = right
        elif s.relations[0].char != "∈":
            raise UnreadableAt("expected an index, as in y, y ∈ 𝒴 or t = 1", s.start)
        s = left
    found = spelled(s) if outer_sup(s) is None else None
    name = found.stem(len(found.subscripts)) if found is not None else None
    if found is None or name is None:
        raise UnreadableAt("expected the letter of an index, such as y", s.start)
    letter = name + "'" * found.primes
    meant = reader.words.handles.get(reader.resolved(letter))
    if isinstance(meant, Sym) and isinstance(meant.sort, IndexSet):
        return letter, apart, meant.sort
    if isinstance(meant, Policy | Reward):
        raise UnreadableAt("an optimum over all policies or rewards has no value here", s.start)
    if meant is not None or reader.words.definition(letter) is not None:
        raise UnreadableAt(f"{letter} is a number here, not an index", s.start)
    return letter, apart, PLACES.get(found.base, RESPONSES)


def optimum(kind: Literal["max", "min"]) -> Operator:
    """max_y f over an index; max(a, b) of numbers."""
    over = big(kind)

    def read(reader: Reader, items: Items) -> Term:
        head = items.first
        sub, _ = _scripts(head)
        if sub is None:
            return function(reader, items)
        found = spelled(sub) if not isinstance(sub, Chain) else None
        if found is not None and found.base not in PLACES and reader.place(sub) is None and not found.primes:
            raise UnreadableAt(f"{kind} over what is no index has no value here", sub.start)
        return over(reader, items)

    return read


def best(reader: Reader, items: Items) -> Term:
    """argmax_z f, argmax_π J."""
    head = items.next()
    sub, _ = _scripts(head)
    found = spelled(sub) if sub is not None else None
    name = reader.stem_of(found) if found is not None else None
    if name is None or not items:
        raise UnreadableAt("expected a variable below argmax and an objective after it", head.start)
    body = _rest(reader, items)
    meant = reader.words.handles.get(name)
    variable = meant if isinstance(meant, Sym) else Sym(name)
    assert sub is not None
    if isinstance(variable.sort, IndexSet) or (meant is None and found is not None and found.base in PLACES):
        raise UnreadableAt("argmax over responses has no value here", sub.start)
    return argmax(body, variable)


# ------------------------------------------------------------------ expectations


Law = Callable[[Term], Term]


def law_of(
    reader: Reader, s: Syntax, over: IndexSet = RESPONSES, new: tuple[str, ...] = (*POLICIES, "D")
) -> tuple[Law, IndexSet] | None:
    """A distribution as a function of what it is a distribution of: π, π(·|x), D; None for what is none.

    A name that is not known may be a `new` one by its letter.
    """
    context: tuple[Term, ...] = ()
    if isinstance(s, Row) and len(s.items) == 2 and s.joints == ("",):
        s, bracket = s.items
        body = bracket.body if isinstance(bracket, Group) else None
        if isinstance(body, Given) and isinstance(body.left, Symbol) and body.left.char == "·":
            context = reader.context(body.right)
        elif not (isinstance(body, Symbol) and body.char == "·"):
            return None
    found = spelled(s)
    if found is None or outer_sup(s) is not None:
        return None
    name = reader.stem_of(found)
    if name is None or name in reader.scope:
        return None
    value = reader.words.definition(name)
    if value is not None:
        return _defined_law(name, value, context)
    meant = reader.words.handles.get(name)
    if meant is None and found.base in new:
        sort = PROMPTS if found.base == "D" and over == RESPONSES else over
        meant = reader.admit_policy(name, found, sort)
    if not isinstance(meant, Policy):
        return None
    return (lambda y: App(name, (y, *context), len(context))), meant.over


def _defined_law(name: str, value: Lam, context: tuple[Term, ...]) -> tuple[Law, IndexSet] | None:
    parameters = value.parameters
    if len(parameters) != 1 + len(context) or not isinstance(parameters[0].sort, IndexSet):
        return None
    return (lambda y: App(name, (y, *context), len(context))), parameters[0].sort


def _insist(law: tuple[Law, IndexSet] | None, s: Syntax) -> tuple[Law, IndexSet]:
    if law is None:
        raise UnreadableAt("expected a distribution, such as π or π(·|x)", s.start)
    return law


def expectation(reader: Reader, items: Items) -> Term:
    """E_{y∼π}[f], E_π[f], E_{x∼D, y∼π(·|x)}[f]."""
    head = items.next()
    power = _squared_bracket(items)
    return reader.power(_mean(reader, head, items, lambda body: body), power)


def _squared_bracket(items: Items) -> Syntax | None:
    """The 2 of E[r]², taken from the bracket: it is the mean that is squared."""
    after = items.beside()
    if not isinstance(after, Script) or not isinstance(after.base, Group):
        return None
    if after.base.left != "[":
        raise UnreadableAt("is the power inside E? write E[...] and brackets around what is raised", after.start)
    items.replace(after.base)
    return after.sup


def _mean(reader: Reader, head: Syntax, items: Items, of: Callable[[Term], Term]) -> Term:
    if not items:
        raise UnreadableAt("nothing stands after E", head.end)
    sub, _ = _scripts(head)
    if sub is None:
        return _mean_as_before(reader, head, items, of)
    term, law, _ = _mean_over(reader, list(entries(sub)), items, of)
    reader.words = reader.words.mean(law, sub)
    return term


def _mean_as_before(reader: Reader, head: Syntax, items: Items, of: Callable[[Term], Term]) -> Term:
    """E[r] without a law: of the laws that stood below E so far, the one that its body says anything of."""
    at, words, given = items.at, reader.words, list(reader.given)
    fitting: list[tuple[Term, int]] = []
    for sub in words.means.values():
        items.at, reader.words, reader.given = at, words, list(given)
        assert isinstance(sub, Syntax)
        try:
            term, _, mentioned = _mean_over(reader, list(entries(sub)), items, of)
        except UnreadableAt:
            continue
        fitting += [(term, items.at)] if mentioned else []
    reader.words, reader.given = words, given
    if len(fitting) != 1:
        raise UnreadableAt("expected the law below E: E_{y∼π}[...]", head.start)
    ((term, items.at),) = fitting
    return term


def _mean_over(reader: Reader, laws: list[Syntax], items: Items, of: Callable[[Term], Term]) -> tuple[Term, str, bool]:
    """The mean, the name of its innermost law, and whether what is averaged says anything of that law's sample."""
    first, *others = laws
    names, (law, over) = _sampled(reader, first)
    index = private(over)
    measure = law(index)
    letters_bound = {name: index if sort is None else App(name, (index,), 0, sort) for name, sort in names.items()}
    outcome = index if over == RESPONSES else reader.outcome
    with reader.binding(**letters_bound), reader.over(outcome):
        if others:
            body, name, mentioned = _mean_over(reader, others, items, of)
        else:
            body, name = of(_averaged(reader, items)), getattr(measure, "name", "")
            mentioned = index in body.symbols
    if over == SAMPLES:
        _insist_sampled(body, names, first)
    built = bind("E", index, measure, body)
    reader.carry(body, built.bodies[1])
    return Binder("E", over, built.bodies, over.letter if over == SAMPLES else next(iter(names))), name, mentioned


def _insist_sampled(body: Term, names: dict[str, IndexSet | None], s: Syntax) -> None:
    """r_w below E over (x, y_w, y_l) would be one number, the same for every sample."""
    labels = {name.rpartition("_")[2] for name in names}
    for name in sorted(i.name for i in body.symbols if "_" in i.name):
        if name.rpartition("_")[2] in labels:
            raise UnreadableAt(f"{name} must say of which sample it is: write r(x, y_{name[-1]})", s.start)


def _sampled(reader: Reader, s: Syntax) -> tuple[dict[str, IndexSet | None], tuple[Law, IndexSet]]:
    """y ∼ π, or π alone; (x, y_w, y_l) ∼ D names what a sample consists of, each with its set."""
    if not isinstance(s, Chain):
        law = _insist(law_of(reader, s), s)
        return {law[1].letter: None}, law
    if [r.char for r in s.relations] != ["∼"] or None in s.sides:
        raise UnreadableAt("expected a sample and its law, as in y ∼ π", s.start)
    left, right = s.sides
    assert left is not None and right is not None
    if isinstance(left, Group) and isinstance(left.body, List):
        parts = [_sample_name(part) for part in left.body.items]
        sorts = {name: PLACES.get(base, RESPONSES) for name, base in parts}
        law = _insist(law_of(reader, right, SAMPLES), right)
        if law[1] != SAMPLES:
            raise UnreadableAt("this is a law of something else: name the law of the samples otherwise", right.start)
        return dict(sorts), law
    name, base = _sample_name(left)
    return {name: None}, _insist(law_of(reader, right, PLACES.get(base, RESPONSES)), right)


def _sample_name(s: Syntax) -> tuple[str, str]:
    found = spelled(s) if outer_sup(s) is None else None
    name = found.stem(len(found.subscripts)) if found is not None else None
    if found is None or name is None:
        raise UnreadableAt("expected the letter of a sample, such as y", s.start)
    return name + "'" * found.primes, found.base


def _averaged(reader: Reader, items: Items) -> Term:
    """What stands in the brackets after E, or the product to its right."""
    group = _plain_group(items.beside())
    if group is None or items.beside() is not group:
        rest = items.rest()
        assert rest is not None
        return reader.term(rest)
    items.next()
    if group.body is None or isinstance(group.body, Given):
        raise UnreadableAt("a conditional mean has no reading here: name its law below E", group.start)
    return reader.term(group.body)


def variance(reader: Reader, items: Items) -> Term:
    """Var_{y∼π}[f] = E[f²] − E[f]²."""
    head = items.next()
    power = _squared_bracket(items)
    at = items.at
    square = _mean(reader, head, items, lambda body: Pow(body, as_term(2)))
    after, items.at = items.at, at
    mean = _mean(reader, head, items, lambda body: body)
    assert items.at == after
    return reader.power(square - Pow(mean, as_term(2)), power)


def divergence(reader: Reader, items: Items) -> Term:
    """D_KL(π ‖ π_ref)."""
    head = items.next()
    group, power = _bracket(items)
    body = group.body
    pair = (body.left, body.right) if isinstance(body, Given) else entries(body) if body is not None else ()
    if len(pair) != 2:
        raise UnreadableAt("expected two distributions, as in D_KL(π ‖ π_ref)", group.start)
    return reader.power(_of_laws(reader, "KL", pair, head), power)


def entropy(reader: Reader, items: Items) -> Term:
    """H(π), and the cross entropy H(π, π_ref)."""
    head = items.next()
    group, power = _bracket(items)
    assert group.body is not None
    laws = entries(group.body)
    return reader.power(_of_laws(reader, "H" if len(laws) == 1 else "cross_entropy", laws, head), power)


def _bracket(items: Items) -> tuple[Group, Syntax | None]:
    """The brackets that the items begin with, and the exponent on them."""
    first = items.next()
    group = _plain_group(first)
    assert group is not None
    return group, first.sup if isinstance(first, Script) else None


def _of_laws(
    reader: Reader, kind: Literal["KL", "H", "cross_entropy"], parts: tuple[Syntax, ...], head: Syntax
) -> Term:
    laws = [_insist(law_of(reader, part), part) for part in parts]
    over = laws[0][1]
    if any(law[1] != over for law in laws):
        raise UnreadableAt("these are distributions of different things", head.start)
    index = private(over)
    built = bind(kind, index, *(law(index) for law, _ in laws))
    return Binder(kind, over, built.bodies, over.letter)


# ------------------------------------------------------------------ limits


def limiting(reader: Reader, items: Items) -> Term:
    """lim_{β→0⁺} f, over the product to its right."""
    head = items.next()
    sub, _ = _scripts(head)
    if not isinstance(sub, Chain) or [r.char for r in sub.relations] != ["→"] or None in sub.sides:
        raise UnreadableAt("expected where the variable goes, as in lim_{z→∞}", head.start)
    if not items:
        raise UnreadableAt("nothing stands after lim", head.end)
    variable, to, side = approach(reader, sub)
    body = _rest(reader, items)
    setting = reader.words.setting
    if any(variable.names & setting.depends(n) for n in body.names if setting.definition(n) is not None):
        body = setting.expand(body)
    _insist_varies(reader, body, variable, head)
    built = limit(body, variable, to, side)
    assert isinstance(built, Lim)
    reader.carry(body, built.body)
    return built


def approach(reader: Reader, s: Chain) -> tuple[Term, Term, Side]:
    """β → 0⁺: the variable, the point, and the side that it comes from."""
    variable, point = s.sides
    assert variable is not None and point is not None
    side: Side = ""
    if isinstance(point, Script) and isinstance(point.sup, Symbol) and point.sup.char in "+-":
        side = "+" if point.sup.char == "+" else "-"
        point = point.base
    to = reader.term(point)
    return reader.term(variable), to, "" if infinite(to) else side


# ------------------------------------------------------------------ derivatives


def _nabla(s: Syntax) -> Syntax | None:
    """What ∇_θ or ∂_β differentiates by."""
    if isinstance(s, Script) and isinstance(s.base, Symbol) and s.base.char in "∇∂":
        return s.sub
    return None


def gradient(reader: Reader, items: Items) -> Term:
    """∇_θ f and ∂_β f: of the next factor, or of the brackets after it."""
    head = items.next()
    sub = _nabla(head)
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
    _insist_varies(reader, body, variable, head)
    for _ in range(_order_above(head)):
        body = diff(body, variable)
    return body


def _as_in(body: Term, variable: Term) -> Term:
    """θ where it stands as a number in what is differentiated is a number below ∂ too."""
    if isinstance(variable, Sym) and variable.sort == VECTOR and Sym(variable.name) in body.symbols:
        return Sym(variable.name)
    return variable


def _order_above(head: Syntax) -> int:
    """The 2 of ∂_β²."""
    if not isinstance(head, Script) or head.sup is None:
        return 1
    symbol = head.base.char if isinstance(head.base, Symbol) else ""
    times = int(head.sup.text) if isinstance(head.sup, Number) and head.sup.text.isdigit() else 0
    if symbol != "∂" or not 1 <= times <= MAX_DERIVATIVES:
        raise UnreadableAt("expected how often to differentiate, as in ∂_β²", head.sup.start)
    return times


def _insist_no_power(items: Items) -> None:
    """d/dz[f]²: is f differentiated, or its square?"""
    after = items.beside()
    if isinstance(after, Script) and isinstance(after.base, Group):
        raise UnreadableAt("is the power differentiated too? write brackets around all of it", after.start)


def _varies(reader: Reader, term: Term, variable: Term) -> bool:
    assert isinstance(variable, Sym | App)
    return reader.words.setting.varies(term, variable.name)


def _function_itself(reader: Reader, items: Items, variable: Term) -> Term | None:
    """The L of ∂L/∂a where L(a, b) was defined: L at its own parameters; an unknown f of one variable is f at it."""
    found = spelled(items.first)
    name = reader.stem_of(found) if found is not None and outer_sup(items.first) is None else None
    alone = len(items.items) == items.at + 1 or _plain_group(_next(items, 1)) is None
    if name is None or name in reader.scope or not alone:
        return None
    value, meant = reader.words.definition(name), reader.words.handles.get(name)
    last = len(items.items) == items.at + 1
    if last and value is None and meant is None and isinstance(variable, Sym) and _is_named_function(found):
        items.next()
        return Fun(FUNCTION_WORDS[name], (variable,))
    hidden = reader.hidden(name, items.first)
    arguments_meant = (*value.parameters[: len(value.parameters) - len(hidden)], *hidden) if value is not None else ()
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
    return reader.term(s) if name is None or reader.known(name) else reader.parameter(name)


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


def _order(s: Syntax, sign: str) -> int | None:
    """How often d² or ∂ differentiates; None for another sign."""
    match s:
        case Symbol(char=char) if char == sign:
            return 1
        case Name(text=text) if text == sign:
            return 1
        case Script(base=base, sub=None, sup=Number(text=text)) if _order(base, sign) and text.isdigit():
            return int(text)
        case _:
            return None


def _top(s: tuple[Syntax, ...]) -> tuple[int, tuple[Syntax, ...]] | None:
    """d, ∂², d f, dL: how often, and what of it stands above the line."""
    if not s:
        return None
    for sign in ("∂", "d"):
        if (times := _order(s[0], sign)) is not None:
            return times, s[1:]
    glued = _glued(s[0])
    return (1, (glued, *s[1:])) if glued is not None else None


def _glued(s: Syntax) -> Syntax | None:
    """The L of dL, in text, perhaps with scripts: dL_RM."""
    match s:
        case Name(start, end, text) if text[0] == "d" and len(text) == 2:
            return Name(start + 1, end, text[1:])
        case Script(start, end, base, sub, sup, primes, star) if (inner := _glued(base)) is not None:
            return Script(start + 1, end, inner, sub, sup, primes, star)
        case _:
            return None


def _bottom(reader: Reader, items: Items) -> tuple[list[tuple[Syntax, int]], int]:
    """The variables below the line, each with how often: ∂π(y)², ∂a ∂b; takes them from the items."""
    variables: list[tuple[Syntax, int]] = []
    total = 0
    while items and (not items.joint or not variables):
        first = items.first
        if _order(first, "∂") == 1 or _order(first, "d") == 1:
            if _next(items, 1) is None:
                break
            items.next()
            variable = items.next()
        elif (glued := _glued(first)) is not None:
            items.next()
            variable = glued
        else:
            break
        variable, times = _without_power(variable)
        after = items.beside()
        group = _plain_group(after)
        if group is not None and after is not None and group.left == "(" and _is_family(reader, variable, group):
            items.next()
            _, times = _without_power(after)
            variable = Row(variable.start, group.end, (variable, group), ("",))
        variables.append((variable, times))
        total += times
    return variables, total


def _is_family(reader: Reader, s: Syntax, group: Group) -> bool:
    """Whether ∂π(y) differentiates by π(y), not by π."""
    found = spelled(s)
    name = reader.stem_of(found) if found is not None else None
    if found is None or name is None:
        return False
    if reader.known(name):
        return isinstance(reader.words.handles.get(name), Policy | Family)
    bodies = entries(group.body.left) if isinstance(group.body, Given) else entries(group.body) if group.body else ()
    return all(reader.place(b) is not None for b in bodies)


def _without_power(s: Syntax) -> tuple[Syntax, int]:
    if isinstance(s, Script) and isinstance(s.sup, Number) and s.sup.text.isdigit():
        bare = s.base if s.sub is None and not s.primes and not s.star else Script(
            s.start, s.end, s.base, s.sub, None, s.primes, s.star
        )  # fmt: skip
        return bare, int(s.sup.text)
    return s, 1


def _leibniz_at(items: Items) -> int | None:
    """Where the slash of d/dz stands, if the items begin with one; a fraction d/dz counts with 0."""
    first = items.first
    if isinstance(first, Fraction):
        above = _items_of(first.top)
        found = _top(above)
        return 0 if found is not None and not found[1] and _is_bottom(first.bottom) else None
    if _top((first,)) is None:
        return None
    for at in range(items.at + 1, len(items.items)):
        if items.joints[at] == "/":
            below = items.items[at]
            is_bottom = _order(below, "∂") or _order(below, "d") or _glued(below)
            return at if is_bottom else None
        if items.joints[at]:
            return None
    return None


def _items_of(s: Syntax) -> tuple[Syntax, ...]:
    return s.items if isinstance(s, Row) and not any(s.joints) else (s,)


def _is_bottom(s: Syntax) -> bool:
    first = _items_of(s)[0]
    return bool(_order(first, "∂") or _order(first, "d") or _glued(first))


def leibniz(reader: Reader, items: Items) -> Term:
    """d/dz f, ∂L/∂φ, and \\frac{d}{dz} f: of the product to its right, or of the brackets right after it."""
    first = items.first
    if isinstance(first, Fraction):
        items.next()
        found, below = _top(_items_of(first.top)), Items(_items_of(first.bottom), ("",) * 99)
        assert found is not None
        times, above = found
        variables, total = _bottom(reader, below)
        if below:
            raise UnreadableAt("expected only variables below the line", below.first.start)
    else:
        slash = _leibniz_at(items)
        assert slash is not None
        found = _top(items.items[items.at : slash])
        assert found is not None
        times, above = found
        items.at = slash
        variables, total = _bottom(reader, items)
    if not variables:
        raise UnreadableAt("expected a variable to differentiate by", first.start)
    _insist_order(times, total, first)
    made = [(_variable(reader, v), n) for v, n in variables]
    if above:
        numerator = Items(above, ("",) * (len(above) - 1))
        body = _function_itself(reader, numerator, made[0][0]) or reader.whole(numerator)
    else:
        body = _differentiated(reader, items, made[0][0], first)
    return _derived(reader, body, made, first)


def _insist_order(times: int, total: int, s: Syntax) -> None:
    if times != total:
        raise UnreadableAt(f"the orders above and below differ: {times} and {total}", s.start)
    if total > MAX_DERIVATIVES:
        raise UnreadableAt(f"more than {MAX_DERIVATIVES} derivatives", s.start)


def _variable(reader: Reader, s: Syntax) -> Term:
    """What is differentiated by: θ is a parameter, unless it was told to be a number."""
    found = spelled(s)
    variable = _parameter(reader, s) if found is not None and found.base in PARAMETERS else reader.term(s)
    if not isinstance(variable, Sym | App):
        raise UnreadableAt("differentiate by a symbol such as z, or by π(y)", s.start)
    return variable


def _derived(reader: Reader, body: Term, variables: list[tuple[Term, int]], head: Syntax) -> Term:
    for variable, times in reversed(variables):
        variable = _as_in(body, variable)
        _insist_varies(reader, body, variable, head)
        for _ in range(times):
            body = diff(body, variable)
    return body


def _insist_varies(reader: Reader, body: Term, variable: Term, s: Syntax) -> None:
    """A symbol of which nothing is said may vary with anything: where nothing else varies, 0 would be a guess."""
    if _varies(reader, body, variable):
        return
    words = reader.words
    entries_meant = {i.name for i in body.symbols if isinstance(i.sort, IndexSet) or i.sort == INTEGER}
    for name in sorted(body.names - entries_meant):
        meant = words.handles.get(name)
        told = isinstance(meant, Sym | Reward) or (isinstance(meant, Policy) and name in CONSTANT)
        if not told and words.definition(name) is None:
            raise UnreadableAt(f"nothing says how {Sym(name)} depends on {variable}: define it first", s.start)


def _differentiated(reader: Reader, items: Items, variable: Term, head: Syntax) -> Term:
    if not items or items.joint == "/":
        raise UnreadableAt("nothing stands after the derivative", head.end)
    _insist_no_power(items)
    group = _plain_group(items.first)
    if group is not None and not items.joint:
        items.next()
        body = reader.term(group)
        _insist_ended(reader, items, variable)
        return body
    if len(items.items) == items.at + 1 and (alone := _function_itself(reader, items, variable)) is not None:
        return alone
    rest = items.rest()
    assert rest is not None
    return reader.term(rest)


def _is_derivative(s: Syntax) -> bool:
    r"""\frac{\partial L}{\partial\pi(y)}: with what is differentiated above the line."""
    if not isinstance(s, Fraction):
        return False
    found = _top(_items_of(s.top))
    return found is not None and bool(found[1]) and _is_bottom(s.bottom)


# ------------------------------------------------------------------ named functions


def function(reader: Reader, items: Items) -> Term:
    """σ(z), σ'(z), log x, max(a, b), clip(ρ, a, b)."""
    head = items.next()
    found = spelled(head)
    assert found is not None
    name = FUNCTION_WORDS[found.base]
    if name == "delta":
        value = Fun(name, tuple(reader.response(p) for p in _pair(found)))
        return reader.power(value, outer_sup(head))
    if found.subscripts or found.star or found.accents:
        raise UnreadableAt(f"{found.base} takes no subscript", head.start)
    sup = outer_sup(head)
    if sup is not None and not isinstance(sup, Number):
        raise UnreadableAt(f"is this the inverse of {found.base} or a power of its value? write it out", sup.start)
    power: Syntax | None = None
    beside = items.beside()
    group = _plain_group(beside)
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
        if operator is function:
            # log a log b
            return value
        apart = operator is not None or outer_sup(after) is not None or _group_after(items) is not None
        if apart or not (_is_simple(before) and _is_simple(after)):
            raise UnreadableAt("is this inside the function? write brackets", after.start)
        value = value * reader.factor(items)
    if items and items.joint == "/":
        raise UnreadableAt("is the divisor inside the function? write brackets", items.first.start)
    return value


def _is_simple(s: Syntax) -> bool:
    """A letter or a number, perhaps with scripts."""
    return isinstance(s, Number) or spelled(s) is not None or (isinstance(s, Script) and isinstance(s.base, Number))


def indicator(reader: Reader, items: Items) -> Term:
    """1{y = k}: 1 where it holds, else 0."""
    head = items.next()
    chain, _ = _scripts(head)
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
    items.next()
    group, power = _bracket(items)
    if group.body is None or power is not None:
        raise UnreadableAt("expected an order of magnitude, as in O(z²)", group.start)
    return Order(reader.term(group.body))


Applies = Callable[[Reader, Items], bool]

_OPERATORS: dict[str, tuple[Applies, Operator]] = {
    "sum": (_always, big("sum")),
    "prod": (_always, big("prod")),
    "max": (_always, optimum("max")),
    "min": (_always, optimum("min")),
    "sup": (_always, optimum("max")),
    "inf": (_always, optimum("min")),
    "argmax": (_always, best),
    "lim": (_always, limiting),
    "E": (_always, expectation),
    "Var": (_always, variance),
    "D_KL": (_bracketed, divergence),
    "H": (_of_law, entropy),
    "O": (_alone_and_bracketed, order),
    "indicator": (_always, indicator),
}
"""Name -> when it is this operator, and how it is read. A document that gives the name a meaning takes it over."""

_NAMED = (divergence, entropy, order)
"""Operators that are functions of their brackets: H' may be another function."""

"""Distributions and what is taken over them: E, Var, D_KL, H."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

from symrlhf.read.names import entries, outer_sup, spelled
from symrlhf.read.operators.around import brackets_of, plain_group, scripts_of
from symrlhf.read.operators.joint import Law as TokenLaw
from symrlhf.read.operators.joint import (
    divergence_of,
    information,
    law_of_tokens,
    mean_of,
    token_of,
    tokens_named,
    unknown,
)
from symrlhf.read.operators.samples import mean_of_samples
from symrlhf.read.reader import Items, Reader, private
from symrlhf.read.syntax import Chain, Given, Group, List, Name, Number, Row, Script, Symbol, Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vocabulary import CASES, PLACES, POLICIES, SAMPLES, UNNAMED, Drawn, Sample, Vocabulary, draws
from symrlhf.setting import Declaration, Policy
from symrlhf.term import (
    PROMPTS,
    REAL,
    RESPONSES,
    App,
    Binder,
    Card,
    IndexSet,
    Lam,
    Pow,
    Range,
    Sort,
    Sym,
    Term,
    as_term,
    bind,
)

Law = Callable[[Term], Term]

CONSTANTS = frozenset({"alpha", "beta", "gamma", "eps", "epsilon", "eta", "kappa", "lam", "tau", "theta", "phi"})
"""Letters that are not random, whatever a mean is taken over; what a sum runs to is not, either."""
NOISE = frozenset({"eps", "epsilon", "eta"})
"""Of these, the ones that are errors of mean 0 as well: only a positive one is a constant."""


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
    sub, _ = scripts_of(head)
    if sub is None:
        at, words = items.at, reader.words
        mean = _mean_of_draws(reader, head, items, of) if reader.words.samples else None
        if mean is not None:
            return mean
        items.at, reader.words = at, words
        mean = _mean_of_random(reader, head, items, of) if reader.words.random else None
        if mean is not None:
            return mean
        items.at, reader.words = at, words
        return _mean_as_before(reader, head, items, of)
    if reader.words.random and (drawn := _random_below(reader, sub)):
        mean = _mean_of_random(reader, head, items, of, drawn)
        if mean is None:
            raise UnreadableAt("nothing in this mean varies with what stands below E", head.start)
        return mean
    if reader.words.samples and (only := _draws_below(reader, sub)) is not None:
        mean = _mean_of_draws(reader, head, items, of, only)
        if mean is None:
            raise UnreadableAt("nothing in this mean varies with what stands below E", head.start)
        return mean
    term, law, _ = _mean_over(reader, _laws(sub), items, of)
    for family in reader.words.samples:
        if family in reader.words.setting.expand(term).names:
            raise UnreadableAt(f"{family} is random, too: of which law is this the mean?", head.start)
    for letter in reader.words.random:
        if letter.names & reader.words.setting.expand(term).names:
            raise UnreadableAt(f"{letter} is random, too: of which law is this the mean?", head.start)
    reader.words = reader.words.mean(law, sub)
    return term


def _laws(sub: Syntax) -> list[Syntax]:
    """What stands below E, one law each: y_1, y_2 ∼ π are two samples of π."""
    out: list[Syntax] = []
    for entry in reversed([part for s in entries(sub) for part in _apart(s)]):
        last = out[-1] if out else None
        letter = not isinstance(entry, Chain) and (name := spelled(entry)) is not None and _is_sampled(name.base)
        if letter and isinstance(last, Chain) and [r.char for r in last.relations] == ["∼"]:
            entry = replace(last, sides=(entry, last.sides[1]))
        out.append(entry)
    return out[::-1]


def _apart(s: Syntax) -> list[Syntax]:
    """(y, y') ∼ π × π as y ∼ π and y' ∼ π."""
    match s:
        case Chain(sides=(Group(body=List(items=letters)), Row(items=laws, joints=joints)), relations=(sign,)) if (
            sign.char == "∼" and len(letters) == len(laws) and {*joints} == {"·"}
        ):
            return [replace(s, sides=pair) for pair in zip(letters, laws, strict=True)]
        case _:
            return [s]


def _is_sampled(base: str) -> bool:
    return base not in POLICIES and PLACES.get(base, RESPONSES) == RESPONSES


def meet_draws(reader: Reader, sub: Syntax) -> None:
    """E_{y_1, …, y_n ∼ π} where nothing was said of these: they are independent draws."""
    parts = entries(sub)
    if not any(isinstance(s, Symbol) and s.char in "…⋯" for s in parts):
        return
    match parts[0], parts[-1]:
        case (
            Script(base=Name(text=family), sub=Number(text="1"), sup=None),
            Chain(sides=(Script(base=Name(text=again), sub=Name(text=count), sup=None), law)),
        ) if family == again and law is not None:
            known = reader.words
            free = known.definition(count) is None and count not in known.handles
            told = law_of(reader, law)
            if free and told is not None and family not in known.numbered and family not in known.samples:
                index = Sym(told[1].letter, told[1])
                drawn = Sample(draws(count), Drawn(index, told[0](index)))
                reader.words = reader.words.define(count, Lam((), Card(drawn.over))).drawn(family, drawn)
        case _:
            pass


def _draws_below(reader: Reader, sub: Syntax) -> frozenset[Term] | None:
    """What stands below E, where it is draws of the document: y_i ∼ π is that one, y_1, …, y_n all of them (empty)."""
    sides: list[Syntax] = []
    laws: list[Law] = []
    for s in entries(sub):
        if isinstance(s, Chain) and [r.char for r in s.relations] == ["∼"] and s.sides[0] is not None:
            told, s = s.sides[1], s.sides[0]
            law = law_of(reader, told) if told is not None else None
            if law is None:
                return None
            laws.append(law[0])
        sides.append(s)
    found: set[Term] = set()
    whole = False
    for s in sides:
        if isinstance(s, Symbol) and s.char in ("…", "⋯"):
            whole = True
            continue
        told = spelled(s)
        family = reader.resolved(told.base) if told is not None else ""
        if told is None or family not in reader.words.samples or len(told.subscripts) != 1:
            return None
        drawn = reader.words.samples[family].law
        if laws and not (isinstance(drawn, Drawn) and all(law(drawn.index) == drawn.chance for law in laws)):
            raise UnreadableAt(f"{family} was drawn from another law", s.start)
        found.add(reader.entry(told.subscripts[0], family))
    return frozenset() if whole else frozenset(found)


def _mean_of_draws(
    reader: Reader,
    head: Syntax,
    items: Items,
    of: Callable[[Term], Term],
    only: frozenset[Term] = frozenset(),
) -> Term | None:
    """E[f(R_1, …, R_n)] where the document tells the law of these; None for a body without them."""
    known, samples = reader.words, reader.words.samples
    body = reader.words.made_of_draws.expand(of(_averaged(reader, items)))
    if len(only) > 1:
        raise UnreadableAt("a mean over some of the samples: write what the others are", head.start)
    mean = mean_of_samples(reader.words, body, head.start, next(iter(only), None))
    if mean is None:
        return None
    if any(letter.names & body.names for letter in reader.words.random) or len(body.names & {*samples}) > 1:
        raise UnreadableAt("nothing says that these numbers are independent of each other", head.start)
    if unknown := sorted(_perhaps_random(body, known, frozenset().union(*(s.law.names for s in samples.values())))):
        raise UnreadableAt(f"nothing says what {unknown[0]} is, which may vary with the samples", head.start)
    return mean


def _perhaps_random(body: Term, words: Vocabulary, told: frozenset[str]) -> Iterator[str]:
    """Numbers of which nothing is told so far, r̄ and A_i: they may be made of the draws."""
    known = words.known() | CONSTANTS | words.constant | told | {*words.samples}
    for t in body.subterms():
        match t:
            case Sym(name=name, sort=sort) if sort == REAL and name.isprintable() and name not in known:
                yield name
            case App(name=name, args=args) if name not in known and any(a.sort in _sets(words) for a in args):
                yield name
            case _:
                pass


def _sets(words: Vocabulary) -> set[Sort]:
    """What numbers the draws."""
    return {sample.over for sample in words.samples.values()}


def _random_below(reader: Reader, sub: Syntax) -> frozenset[Term]:
    """The y, y' of E_{y,y'}, of which the document tells the laws; none where another law stands there."""
    places = [reader.place(s) if not isinstance(s, Chain) else None for s in entries(sub)]
    found = frozenset(p for p in places if p is not None and p in reader.words.random)
    return found if len(found) == len(places) else frozenset()


def _mean_of_random(
    reader: Reader, head: Syntax, items: Items, of: Callable[[Term], Term], only: frozenset[Term] = frozenset()
) -> Term | None:
    """E[f(r)] where the document tells the law of r; None for a body without such a number."""
    random = reader.words.random
    body = reader.words.setting.expand(of(_averaged(reader, items)))
    among = [letter for letter in random if letter.names & body.names and (not only or letter in only)]
    if not among:
        return None
    together = frozenset(n for letter in among for n in letter.names)
    if len(among) > 1 and not any(together <= group for group in reader.words.independent):
        raise UnreadableAt(f"nothing says that {among[0]} and {among[1]} are independent", head.start)
    if body.free_indices - {*among}:
        raise UnreadableAt("a mean over a random number and a response: write what varies below E", head.start)
    for letter in among:
        body = random[letter].mean(letter, body)
    if together & body.names:
        raise UnreadableAt(f"{among[0]} has more than one meaning here", head.start)
    return body


def _mean_as_before(reader: Reader, head: Syntax, items: Items, of: Callable[[Term], Term]) -> Term:
    """E[r] without a law: of the laws that stood below E so far, the one that its body says anything of."""
    at, words, given = items.at, reader.words, list(reader.given)
    fitting: list[tuple[Term, int]] = []
    for sub in words.means.values():
        items.at, reader.words, reader.given = at, words, list(given)
        assert isinstance(sub, Syntax)
        try:
            term, _, mentioned = _mean_over(reader, _laws(sub), items, of)
        except UnreadableAt:
            continue
        fitting += [(term, items.at)] if mentioned else []
    items.at, reader.words, reader.given = at, words, given
    if len(fitting) > 1:
        raise UnreadableAt("expected the law below E: E_{y∼π}[...]", head.start)
    if not fitting:
        return _mean_of_all(reader, head, items, of)
    ((term, items.at),) = fitting
    return term


def _mean_of_all(reader: Reader, head: Syntax, items: Items, of: Callable[[Term], Term]) -> Term:
    """E[f] of which nothing says what it is taken over: every letter may be random, but for the usual constants.

    What holds for all of them holds if some are constant.
    """
    try:
        body = reader.words.setting.expand(of(_averaged(reader, items)))
    except UnreadableAt:
        raise UnreadableAt("expected the law below E: E_{y∼π}[...]", head.start) from None
    if UNNAMED not in reader.words.handles:
        declared = Declaration(UNNAMED, sign="positive", distribution=True)
        reader.words = reader.words.admit(UNNAMED, Policy(UNNAMED, CASES), declared)
    index = private(CASES)
    counts = {n for t in body.subterms() if isinstance(t, Range) for n in t.low.names | t.high.names}
    noise = {n for n in NOISE if reader.words.setting.declaration(n).sign != "positive"}
    # Letters that are bound around the mean are not random: the y of Σ_y E[r(y)].
    fixed = frozenset(reader.scope.values()) | {s for s in body.symbols if s.name in CONSTANTS - noise | counts}
    built = bind("E", index, App(UNNAMED, (index,)), _as_random(body, index, fixed))
    return Binder("E", CASES, built.bodies, CASES.letter)


def _as_random(term: Term, case: Sym, fixed: frozenset[Term]) -> Term:
    """r_w, A_t and r(x, y) as functions of a case: the response is random, and so may be what it is worth, r(y_ω, ω).

    In Σ_t r_t and Σ_y π(y) r(y) it is the values alone that are random: Σ_t r(t, ω).
    """
    match term:
        case Binder(over=over) if over == CASES:
            return term
        case Sym(name=name, sort=sort) if term not in fixed and (sort == REAL or isinstance(sort, IndexSet)):
            return App(name, (case,), 0, sort)
        case App(name, args, given, sort):
            inner = tuple(_as_random(a, case, fixed) for a in args)
            return App(name, (*inner, case), given + (given > 0), sort)
        case _:
            return term.rebuild(tuple(_as_random(c, case, fixed) for c in term.children))


def _mean_over(
    reader: Reader, laws: list[Syntax], items: Items, of: Callable[[Term], Term], drawn: frozenset[Term] = frozenset()
) -> tuple[Term, str, bool]:
    """The mean, the name of its innermost law, and whether what is averaged says anything of that law's sample."""
    if (tokens := _of_tokens(reader, laws)) is not None:
        return _mean_over_tokens(reader, *tokens, laws, items, of)
    first, *others = laws
    names, (law, over) = _sampled(reader, first)
    index = private(over)
    measure = law(index)
    letters_bound = {name: index if sort is None else App(name, (index,), 0, sort) for name, sort in names.items()}
    outcome = index if over == RESPONSES else reader.outcome
    drawn |= {index}
    # E_{y∼π(·|x)}[f | x]: what the law is given is fixed, but for what a law before it draws.
    given = frozenset(measure.args[1:]) - drawn if isinstance(measure, App) else frozenset[Term]()
    with reader.binding(**letters_bound), reader.over(outcome):
        if others:
            body, name, mentioned = _mean_over(reader, others, items, of, drawn)
        else:
            body, name = of(_averaged(reader, items, given)), getattr(measure, "name", "")
            mentioned = index in body.symbols
    if over == SAMPLES:
        _insist_sampled(body, names, first)
    built = bind("E", index, measure, body)
    reader.carry(body, built.bodies[1])
    return Binder("E", over, built.bodies, over.letter if over == SAMPLES else next(iter(names))), name, mentioned


def _of_tokens(reader: Reader, laws: list[Syntax]) -> tuple[dict[str, str], TokenLaw] | None:
    """(a, b) ∼ π, a, b ∼ π, b ∼ π(· | a), and π alone, of a law that factorises: each letter with its token."""
    if not reader.words.joints:
        return None
    first = laws[0]
    if not isinstance(first, Chain):
        law = law_of_tokens(reader, first)
        return None if law is None else ({t: t for t in law.of}, law)
    if [r.char for r in first.relations] != ["∼"] or None in first.sides:
        return None
    left, right = first.sides
    assert left is not None and right is not None
    together = [s.sides[0] for s in laws if isinstance(s, Chain) and s.sides[-1] is right]
    parts = left.body.items if isinstance(left, Group) and isinstance(left.body, List) else together
    letters = {_sample_name(s)[0]: token_of(reader, _sample_name(s)[0], right) for s in parts if s is not None}
    law = law_of_tokens(reader, right, tuple(t for t in letters.values() if t is not None))
    if law is None:
        return None
    if None in letters.values() or len({*letters.values()}) < len(parts):
        raise UnreadableAt(unknown(reader, law.name), first.start)
    return {token: letter for letter, token in letters.items() if token is not None}, law


def _mean_over_tokens(
    reader: Reader, letters: dict[str, str], law: TokenLaw, laws: list[Syntax], items: Items, of: Callable[[Term], Term]
) -> tuple[Term, str, bool]:
    index = {token: private(law.joint.sets[token]) for token in letters}
    used = laws[0].sides[-1] if isinstance(laws[0], Chain) else None
    others = [s for s in laws[1:] if not (isinstance(s, Chain) and s.sides[-1] is used)]
    with reader.binding(**{letter: index[token] for token, letter in letters.items()}), reader.over(None):
        if others:
            body, name, mentioned = _mean_over(reader, others, items, of)
        else:
            body, name = of(_averaged(reader, items)), law.name
            mentioned = bool({*index.values()} & body.symbols)
    return mean_of(law, index, letters, body), name, mentioned


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


def _averaged(reader: Reader, items: Items, given: frozenset[Term] = frozenset()) -> Term:
    """What stands in the brackets after E, or the product to its right; f | x where the law is `given` x already."""
    group = plain_group(items.beside())
    if group is None or items.beside() is not group:
        rest = items.rest()
        assert rest is not None
        return reader.term(rest)
    items.next()
    if isinstance(group.body, Given) and group.body.bar == "|" and set(reader.context(group.body.right)) <= given:
        return reader.term(group.body.left)
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


def covariance(reader: Reader, items: Items) -> Term:
    """Cov(f, g) = E[f g] − E[f] E[g]."""
    head = items.next()
    group = items.beside()
    pair = entries(group.body) if isinstance(group, Group) and group.body is not None else ()
    if not isinstance(group, Group) or len(pair) != 2:
        raise UnreadableAt("expected two numbers, as in Cov(f, g)", head.start)
    first, second = (Group(s.start, s.end, "(", s) for s in pair)
    at = items.at
    found: list[Term] = []
    for inside in (Row(group.start, group.end, (first, second), ("",)), *pair):
        items.at = at
        items.replace(replace(group, body=inside))
        found.append(_mean(reader, head, items, lambda body: body))
    return found[0] - found[1] * found[2]


def divergence(reader: Reader, items: Items) -> Term:
    """D_KL(π ‖ π_ref)."""
    head = items.next()
    group, power = brackets_of(items)
    body = group.body
    pair = (body.left, body.right) if isinstance(body, Given) else entries(body) if body is not None else ()
    if len(pair) != 2:
        raise UnreadableAt("expected two distributions, as in D_KL(π ‖ π_ref)", group.start)
    return reader.power(_of_laws(reader, "KL", pair, head), power)


def entropy(reader: Reader, items: Items) -> Term:
    """H(π), and the cross entropy H(π, π_ref)."""
    head = items.next()
    group, power = brackets_of(items)
    assert group.body is not None
    if of_tokens_alone(reader, group):
        return reader.power(information(reader, group, head.start), power)
    laws = entries(group.body)
    return reader.power(_of_laws(reader, "H" if len(laws) == 1 else "cross_entropy", laws, head), power)


def mutual_information(reader: Reader, items: Items) -> Term:
    """I(a; b), of two tokens."""
    head = items.next()
    group, power = brackets_of(items)
    return reader.power(information(reader, group, head.start, mutual=True), power)


def of_tokens_alone(reader: Reader, group: Group) -> bool:
    """Whether tokens stand in the brackets of H(a), H(b | a) and I(a; b), as random numbers do."""
    body = group.body
    if not reader.words.joints or body is None:
        return False
    parts = (body.left, body.right) if isinstance(body, Given) and body.bar == "|" else (body,)
    return all(tokens_named(reader, part) is not None for part in parts)


def _of_laws(
    reader: Reader, kind: Literal["KL", "H", "cross_entropy"], parts: tuple[Syntax, ...], head: Syntax
) -> Term:
    if reader.words.joints and (of_tokens := [law_of_tokens(reader, part) for part in parts]) != [None] * len(parts):
        told = tuple(law for law in of_tokens if law is not None)
        if len(told) < len(parts) or len({law.of for law in told}) > 1:
            raise UnreadableAt("these are distributions of different things", head.start)
        return divergence_of(kind, told)
    laws = [_insist(law_of(reader, part), part) for part in parts]
    over = laws[0][1]
    if any(law[1] != over for law in laws):
        raise UnreadableAt("these are distributions of different things", head.start)
    index = private(over)
    built = bind(kind, index, *(law(index) for law, _ in laws))
    return Binder(kind, over, built.bodies, over.letter)

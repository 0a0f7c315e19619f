"""Vectors of data, π = (0.7, 0.2, 0.1): the responses are 1, 2, 3, and a sum over them has three terms."""

from __future__ import annotations

from functools import reduce
from operator import sub

from symrlhf.errors import NotSupported
from symrlhf.notation import unfold
from symrlhf.read.vocabulary import POLICIES, Vocabulary
from symrlhf.setting import Declaration, Policy, Reward
from symrlhf.term import RESPONSES, Add, App, Binder, Card, Fun, Mul, Sym, Term, as_term, exact_value

MAX_ENTRIES = 50


def with_vector(words: Vocabulary, name: str, entries: tuple[Term, ...]) -> Vocabulary:
    """The vocabulary with the values of a policy or of a reward at the responses 1 to n."""
    values = [exact_value(e) for e in entries]
    numbers = tuple(as_term(v) for v in values if v is not None)
    if len(numbers) < len(entries) or len(entries) > MAX_ENTRIES:
        raise NotSupported(f"expected at most {MAX_ENTRIES} numbers, as in (0.7, 0.2, 0.1)")
    meant = words.handles.get(name)
    adds_up = sum(v for v in values if v is not None) == 1 and all(v is not None and v >= 0 for v in values)
    if isinstance(meant, Policy) and not adds_up:
        raise NotSupported(f"these are no probabilities of {name}: they must add up to 1")
    if meant is None or words.definition(name) is not None:
        words = words.forget(name)
        if adds_up and name.partition("_")[0] in POLICIES:
            words = words.admit(name, Policy(name), Declaration(name, sign="positive", distribution=True))
        else:
            words = words.admit(name, Reward(name), Declaration(name))
    return words.vector(name, numbers)


def enumerated(term: Term, words: Vocabulary) -> Term:
    """The term with its sums over responses written out, and the entries of vectors in their places."""
    setting = words.setting
    if words.elements:
        return _listed(term, words)
    if not words.vectors:
        return term
    known = any(n in words.vectors for name in term.names for n in setting.depends(name))
    if not known and not any(_over_responses(t) for _, t in term.walk()):
        return term
    many = words.responses
    numbered = tuple(response(k) for k in range(1, many + 1))
    return _with_entries(_written_out(setting.expand(term), numbered), words, many)


def _listed(term: Term, words: Vocabulary) -> Term:
    """The same over responses that the document lists, 𝒴 = {0, 1}."""
    setting = words.setting
    used = {n for name in term.names for n in setting.depends(name)}
    bodies = [lam.body for name, lam in setting.definitions if name in used]
    told = {at.name for at in words.values if isinstance(at, App)}
    if any(_over_responses(t) for b in bodies for t in b.subterms()) or any(b.names & told for b in bodies):
        term = setting.expand(term)
    last, *others = reversed(words.elements)

    def entry(t: Term) -> Term:
        match t:
            case Fun(name="delta", args=(a, b)) if a in words.elements and b in words.elements:
                return as_term(int(a == b))
            case App(name=name, args=(first, *_)) if first in words.elements:
                if t in words.values:
                    return words.values[t]
                if first == last and words.is_law(name):
                    return reduce(sub, (t.substitute({last: e}) for e in others), as_term(1))
                return t
            case _:
                return t

    return _written_out(term, words.elements).transform(entry)


def _over_responses(term: Term) -> bool:
    return (isinstance(term, Binder) and term.over == RESPONSES) or term == Card(RESPONSES)


def response(number: int) -> Sym:
    """The response that is called by its number."""
    return Sym(str(number), RESPONSES, fixed=True)


def _written_out(term: Term, among: tuple[Sym, ...]) -> Term:
    """Σ_y f(y) as f(1) + f(2) + f(3); so are products, means, divergences and the greatest value."""
    many = len(among)
    if term == Card(RESPONSES):
        return as_term(many)
    if not isinstance(term, Binder) or term.over != RESPONSES:
        children = tuple(_written_out(c, among) for c in term.children)
        return term if children == term.children else term.rebuild(children)
    if term.kind not in ("sum", "prod", "max", "min"):
        plain = unfold(term)
        if plain is None:
            raise NotSupported("this operator over numbered responses")
        return _written_out(plain, among)
    parts = tuple(_written_out(term.opened(e)[0], among) for e in among)
    match term.kind:
        case "sum":
            return parts[0] if many == 1 else Add(parts)
        case "prod":
            return parts[0] if many == 1 else Mul(parts)
        case kind:
            return parts[0] if many == 1 else Fun(kind, parts)


def _with_entries(term: Term, words: Vocabulary, many: int) -> Term:
    def entry(t: Term) -> Term:
        match t:
            case App(name=name) if name in words.vectors:
                numbers = [a for a in t.args if isinstance(a, Sym) and a.fixed and a.name.isdigit()]
                values = words.vectors[name]
                if len(values) != many:
                    raise NotSupported(f"{name} has {len(values)} entries, but there are {many} responses")
                if len(numbers) != 1:
                    return t
                if not 1 <= int(numbers[0].name) <= many:
                    raise NotSupported(f"{name} has no entry {numbers[0].name}")
                return values[int(numbers[0].name) - 1]
            case Fun(name="delta", args=(Sym(name=a), Sym(name=b))) if a.isdigit() and b.isdigit():
                return as_term(int(a == b))
            case _:
                return t

    return term.transform(entry)

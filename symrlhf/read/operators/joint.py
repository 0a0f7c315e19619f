"""Values of laws that factorise: π(a, b), π(a), π(b | a), each by the letters in its brackets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from symrlhf.read.joints import Factor, Joint, role
from symrlhf.read.names import entries, outer_sup, plain, spelled
from symrlhf.read.operators.around import brackets_of, plain_group
from symrlhf.read.reader import Items, Reader, private
from symrlhf.read.syntax import Given, Group, Row, Symbol, Syntax
from symrlhf.read.tokens import UnreadableAt
from symrlhf.term import App, Binder, Div, Mul, Neg, Sym, Term, bind, log


def law_named(reader: Reader, s: Syntax) -> str | None:
    """The name of a law that factorises."""
    found = spelled(s)
    name = reader.stem_of(found) if found is not None else None
    return name if name in reader.words.factored and name not in reader.scope else None


def value(reader: Reader, items: Items) -> Term:
    """π(a, b), π(b | a)."""
    head = items.next()
    group, power = brackets_of(items)
    name = law_named(reader, head)
    assert name is not None
    if outer_sup(head) is not None or group.body is None:
        raise UnreadableAt(f"expected {name}(...), and an exponent behind it", head.start)
    left, right = _sides(group.body)
    return reader.power(reader.mark(_value(reader, name, left, right, group), head.start, group.end), power)


def _sides(body: Syntax) -> tuple[tuple[Syntax, ...], tuple[Syntax, ...]]:
    if isinstance(body, Given) and body.bar == "|":
        return entries(body.left), entries(body.right)
    return entries(body), ()


def _value(reader: Reader, name: str, left: tuple[Syntax, ...], right: tuple[Syntax, ...], group: Syntax) -> Term:
    for joint in reader.words.joints.values():
        if name in joint.laws and (places := _places(reader, joint, (*left, *right))) is not None:
            of, given = _roles(joint, left), _roles(joint, right)
            term = value_at(joint, name, of, given, places)
            if term is not None:
                return term
    raise UnreadableAt(unknown(reader, name), group.start)


def unknown(reader: Reader, name: str) -> str:
    """What is known of a law, where something else is asked for."""
    joints = [j for j in reader.words.joints.values() if name in j.laws]
    known = dict.fromkeys(shown(name, (f.token,), f.given) for j in joints for f in j.factors if f.law == name)
    whole = [shown(name, j.tokens, j.given) for j in joints if j.name == name]
    return f"{name} is known as {', '.join((*whole, *known))} here: say what this is, as in Let ... = Σ"


def shown(name: str, of: tuple[str, ...], given: tuple[str, ...]) -> str:
    bar = f" | {', '.join(given)}" if given else ""
    return f"{name}({', '.join(of)}{bar})"


def _roles(joint: Joint, places: tuple[Syntax, ...]) -> tuple[str, ...]:
    return tuple(r for s in places if (r := _role(joint, s)) is not None)


def _role(joint: Joint, s: Syntax) -> str | None:
    found = spelled(s)
    stem = found.stem(len(found.subscripts)) if found is not None and outer_sup(s) is None else None
    return role(stem, joint.sets) if stem is not None else None


def _places(reader: Reader, joint: Joint, written: tuple[Syntax, ...]) -> dict[str, Term] | None:
    """What stands at the place of each token; None where a letter is no token, or stands twice."""
    found: dict[str, Term] = {}
    for s in written:
        letter, place = _role(joint, s), reader.place(s)
        if letter is None or letter in found or place is None or place.sort != joint.sets[letter]:
            return None
        found[letter] = place
    return found


def value_at(
    joint: Joint, name: str, of: tuple[str, ...], given: tuple[str, ...], at: Mapping[str, Term]
) -> Term | None:
    """The probability of some tokens given others; None where nothing says what this is under this name."""
    if of != joint.in_order(frozenset(of)) or not of or not {*of} <= {*joint.tokens}:
        return None
    given = joint.in_order(frozenset(given))
    factor = next((f for f in joint.factors if f == Factor(name, of[0], given)), None)
    if len(of) == 1 and factor is not None:
        return _atom(factor, at)
    if name != joint.name:
        return None
    if (factors := joint.chain(of, given)) is not None:
        return _product(_atom(f, at) for f in factors)
    if (of, given) not in joint.told:
        return None
    return summed_out(joint, of, given, at)


def summed_out(joint: Joint, of: tuple[str, ...], given: tuple[str, ...], at: Mapping[str, Term]) -> Term:
    """The marginal of some tokens, over that of what they are given."""
    above = _marginal(joint, (*of, *given), at)
    return above if given == joint.given else Div(above, _marginal(joint, given, at))


def _marginal(joint: Joint, kept: tuple[str, ...], at: Mapping[str, Term]) -> Term:
    """Σ of the joint over all other tokens; those behind the last one kept add up to 1."""
    last = max(joint.tokens.index(t) for t in joint.tokens if t in kept)
    before = joint.tokens[: last + 1]
    others = {t: private(joint.sets[t]) for t in before if t not in kept}
    term = _product(_atom(f, {**at, **others}) for f in joint.factors[: last + 1])
    for token in reversed([*others]):
        term = over(joint, token, others[token], "sum", term)
    return term


def over(joint: Joint, token: str, index: Sym, kind: str, *bodies: Term) -> Binder:
    """An operator over the set of a token, which shows its letter."""
    built = bind(kind, index, *bodies)  # type: ignore[arg-type]
    return Binder(built.kind, joint.sets[token], built.bodies, token)


def _product(factors: Iterable[Term]) -> Term:
    first, *others = factors
    return Mul((first, *others)) if others else first


def _atom(factor: Factor, at: Mapping[str, Term]) -> App:
    return App(factor.law, (at[factor.token], *(at[g] for g in factor.given)), len(factor.given))


# ------------------------------------------------------------------ laws below E, in D_KL and H


@dataclass(frozen=True)
class Law:
    """A law of tokens: π, π(·), π(· | a), π(a, b)."""

    joint: Joint
    name: str
    of: tuple[str, ...]
    given: tuple[str, ...]
    at: Mapping[str, Term]

    def at_tokens(self, tokens: Mapping[str, Term]) -> Term:
        found = value_at(self.joint, self.name, self.of, self.given, {**self.at, **tokens})
        assert found is not None
        return found


def law_of_tokens(reader: Reader, s: Syntax, of: tuple[str, ...] = ()) -> Law | None:
    """A law that factorises, of these tokens, or of all that it can be of; None for another law."""
    bracket: Group | None = None
    if isinstance(s, Row) and len(s.items) == 2 and s.joints == ("",):
        s, bracket = s.items[0], plain_group(s.items[1])
        if bracket is None:
            return None
    name = law_named(reader, s)
    if name is None or outer_sup(s) is not None:
        return None
    left, right = _sides(bracket.body) if bracket is not None and bracket.body is not None else ((), ())
    dot = len(left) == 1 and isinstance(left[0], Symbol) and left[0].char == "·"
    prompts = {g for j in reader.words.joints.values() if name in j.laws for g in j.given}
    if left and not dot and not of and any(plain(s) not in prompts for s in right):
        # In information theory D(π(b | a) ‖ μ(b | a)) is a mean over a.
        raise UnreadableAt(f"is this at one place, or a mean over it? write {name}(· | ...), and the mean out", s.start)
    found: dict[tuple[str, ...], Law] = {}
    for joint in reader.words.joints.values():
        places = _places(reader, joint, right) if name in joint.laws else None
        if places is None:
            continue
        given, wanted = joint.in_order(frozenset(places)), of
        if left and not dot:
            wanted = _roles(joint, left)
            if (of and of != wanted) or len(wanted) < len(left):
                continue
        for tokens in _candidates(joint, name, given, wanted, dot):
            found.setdefault(tokens, Law(joint, name, tokens, given, places))
    if len(found) != 1:
        raise UnreadableAt(unknown(reader, name) if not found else f"of which tokens is {name} the law here?", s.start)
    return next(iter(found.values()))


def _candidates(
    joint: Joint, name: str, given: tuple[str, ...], of: tuple[str, ...], dot: bool
) -> list[tuple[str, ...]]:
    """The tokens that a law can be of; π(·) and π(· | a) before more than one token may be of the next as well."""
    dummy = {letter: Sym(letter, over) for letter, over in joint.sets.items()}
    rest = tuple(t for t in joint.tokens if t not in given)
    told = [of] if of else [rest, *((t,) for t in joint.tokens)] if dot or given != joint.given else [rest]
    if not of and name != joint.name:
        told = [(t,) for t in joint.tokens]
    return [t for t in told if t and value_at(joint, name, t, given, dummy) is not None]


def token_of(reader: Reader, name: str, law: Syntax) -> str | None:
    """Of which token a letter below E is a value."""
    bare = law.items[0] if isinstance(law, Row) and law.items else law
    named = law_named(reader, bare)
    joints = (j for j in reader.words.joints.values() if named in j.laws)
    return next((r for j in joints if (r := role(name, j.sets)) in j.tokens), None)


def divergence_of(kind: str, laws: tuple[Law, ...]) -> Term:
    """D_KL, H and the cross entropy of laws of the same tokens."""
    first = laws[0]
    index = {t: private(first.joint.sets[t]) for t in first.of}
    p, *others = (law.at_tokens(index) for law in laws)
    # D_KL(π ‖ π_ref) is that of the responses: one of first tokens is shown as the sum that it is.
    whole = any(law.name == law.joint.name and law.given == law.joint.given for law in laws)
    if len(first.of) == 1 and not whole:
        (token,) = first.of
        return over(first.joint, token, index[token], kind, p, *others)
    body = Mul((p, log(Div(p, others[0])) if kind == "KL" else log(others[0] if others else p)))
    total = _summed(first.joint, index, body)
    return total if kind == "KL" else Neg(total)


def mean_of(law: Law, index: Mapping[str, Sym], letters: Mapping[str, str], body: Term) -> Term:
    """E_{a∼π}[body], and Σ_a Σ_b π(a, b) body for more than one token."""
    measure = law.at_tokens(index)
    if len(index) == 1:
        ((token, letter),) = letters.items()
        return replace(over(law.joint, token, index[token], "E", measure, body), letter=letter)
    return _summed(law.joint, {t: index[t] for t in law.of}, Mul((measure, body)))


def _summed(joint: Joint, index: Mapping[str, Sym], body: Term) -> Term:
    for token in reversed([*index]):
        body = over(joint, token, index[token], "sum", body)
    return body


# ------------------------------------------------------------------ information of tokens


def tokens_named(reader: Reader, s: Syntax) -> tuple[str, ...] | None:
    """The tokens in the brackets of H(a, b) and H(B | A), of the law that they are said of."""
    joints = reader.words.joints
    joint = joints.get(reader.words.informed) or next(iter(joints.values()))
    found: list[str] = []
    for part in entries(s):
        symbol = spelled(part)
        name = symbol.stem(len(symbol.subscripts)) if symbol is not None and outer_sup(part) is None else None
        token = name if name is None or name in joint.tokens or reader.known(name) else name.lower()
        if token not in joint.tokens or token in found:
            return None
        found.append(token)
    return tuple(found)


def information(reader: Reader, group: Group, start: int, *, mutual: bool = False) -> Term:
    """H(a, b), H(b | a) = −Σ π(a, b) log π(b | a), I(a; b)."""
    joints = reader.words.joints
    if (len(joints) > 1 or reader.words.informed) and reader.words.informed not in joints:
        raise UnreadableAt("what is this of which law? say so, as in Let H(a, b) = −Σ", start)
    joint = joints.get(reader.words.informed) or next(iter(joints.values()))
    assert group.body is not None
    left, right = (group.body.left, group.body.right) if isinstance(group.body, Given) else (group.body, None)
    of, given = tokens_named(reader, left), tokens_named(reader, right) if right is not None else ()
    assert of is not None and given is not None
    if {*of} & {*given} or (mutual and (given or len(of) != 2)):
        raise UnreadableAt("this has no reading here: write the sum out", start)
    at_one = {g: place for g in given if (place := reader.scope.get(g)) is not None}
    if any(t in reader.scope for t in of) or (at_one and len(at_one) < len(given)):
        raise UnreadableAt("this letter is bound already: write the sum out", start)
    index = {t: private(joint.sets[t]) for t in joint.in_order(frozenset((*of, *given))) if t not in at_one}
    at: dict[str, Term] = {**{g: Sym(g, joint.sets[g], fixed=True) for g in joint.given}, **index, **at_one}
    if joint.given:
        raise UnreadableAt("is this a mean over prompts? write the sum out", start)
    together = summed_out(joint, tuple(index), (), at) if not at_one else None
    if mutual:
        assert together is not None
        apart = Mul(tuple(summed_out(joint, (t,), (), at) for t in of))
        return _summed(joint, index, Mul((together, log(Div(together, apart)))))
    factors = joint.chain(joint.in_order(frozenset(of)), joint.in_order(frozenset(given)))
    inner = _product(_atom(f, at) for f in factors) if factors else summed_out(joint, of, given, at)
    # Where a is bound, as in Σ_a p(a) H(b | a), the entropy is that at one a.
    return Neg(_summed(joint, index, Mul((inner if together is None else together, log(inner)))))

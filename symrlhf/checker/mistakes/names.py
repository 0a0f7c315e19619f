"""One name for another: responses, policies, objectives, variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations

from symrlhf.checker.mistakes.line import Edit, Edits, Line, Words, numbers_in
from symrlhf.checker.mistakes.writing import ONE, TWO, product_of
from symrlhf.term import REAL, Add, App, Binder, Div, Fun, IndexSet, Mul, Neg, Num, Path, Pow, Rel, Sym, Term


def _exchanged(term: Term, first: str, second: str) -> Term:
    other = {first: second, second: first}

    def exchange(t: Term) -> Term:
        match t:
            case Sym(name=name) if name in other:
                return Sym(other[name], t.sort, t.fixed)
            case App(name=name) if name in other:
                return App(other[name], t.args, t.given, t.sort)
            case _:
                return t

    return term.transform(exchange)


def swapped_responses(line: Line) -> Edits:
    elements = {s.name for s in line.rhs.symbols if isinstance(s.sort, IndexSet)}
    yield from _swaps(line, _pairs(elements))


def swapped_scores(line: Line) -> Edits:
    yield from _swaps(line, _pairs(line.rhs.names))


def swapped_ratio(line: Line) -> Edits:
    """o_w/o_l for o_l/o_w: the ratio is upside down because the two responses are swapped."""
    for path, t in line.places:
        match t:
            case Div(numerator=Sym(name=above), denominator=Sym(name=below)) if above != below:
                for first, second in (("_w", "_l"), ("_chosen", "_rejected")):
                    others = {above.removesuffix(first) + second, above.removesuffix(second) + first} - {above}
                    if below in others and above.endswith((first, second)):
                        words = (f"{above} and {below} are swapped",)
                        yield Edit(words, line.with_right(Div(t.denominator, t.numerator), path))
            case _:
                pass


def _pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names of a preferred and a rejected response or its number."""
    names = set(names)
    ends = (("_w", "_l"), ("_chosen", "_rejected"), ("_1", "_2"), ("1", "2"))
    return [
        (n, n.removesuffix(w) + rejected)
        for w, rejected in ends
        for n in sorted(names)
        if n.endswith(w) and n.removesuffix(w) + rejected in names
    ]


def swapped_policies(line: Line) -> Edits:
    yield from _swaps(line, combinations([p for p in line.policies if p in line.rhs.names], 2))
    for path, t in line.places:
        if isinstance(t, Binder) and t.kind in ("KL", "cross_entropy"):
            words = ("the arguments of ", t, " are exchanged")
            yield Edit(words, line.with_right(t.rebuild(t.bodies[::-1]), path))


def other_policy(line: Line) -> Edits:
    """A bound by what belongs to one policy, where another of the line was meant."""
    here = [p for p in line.policies if p in line.rhs.names and line.relation.op not in ("=", "prop")]
    for old in here:
        for new in (p for p in line.policies if p in line.lhs.names and p not in here):
            yield Edit((f"{old} should be {new}",), line.with_right(_renamed(line.rhs, old, new)))


def swapped_figures(term: Term) -> Iterator[tuple[Words, Term]]:
    """p log(p/q) + (1 − p) log((1 − p)/(1 − q)), the arguments of the divergence exchanged."""

    def exchanged(t: Term) -> Term | None:
        match t:
            case Mul(factors=(p, Fun(name="log", args=(Div(numerator=above, denominator=below),)))) if p == above:
                return Mul((below, Fun("log", (Div(below, above),))))
            case _:
                return None

    parts = [exchanged(t) for t in term.terms] if isinstance(term, Add) else []
    kept = [t for t in parts if t is not None]
    if parts and len(kept) == len(parts):
        yield ("the arguments of the divergence ", term, " are exchanged"), Add(tuple(kept))


def swapped_on_the_left(line: Line) -> Edits:
    """The arguments of a divergence exchanged, where the right side is that of the other."""
    for path, t in line.left_places:
        if isinstance(t, Binder) and t.kind in ("KL", "cross_entropy"):
            words = ("the arguments of ", t, " are exchanged")
            yield Edit(words, line.with_left(t.rebuild(t.bodies[::-1]), path))


def swapped_in_one(line: Line) -> Edits:
    """Preferred and rejected exchanged in the values of one function only, everywhere or in one part of the line."""
    pairs = _pairs({s.name for s in line.rhs.symbols if isinstance(s.sort, IndexSet)})
    functions = sorted({t.name for _, t in line.places if isinstance(t, App) and t.args})
    for first, second in pairs:
        for name in functions if len(functions) > 1 else ():

            def exchange(t: Term, name: str = name, first: str = first, second: str = second) -> Term:
                return _exchanged(t, first, second) if isinstance(t, App) and t.name == name else t

            for path, t in line.places:
                if isinstance(t, (Add, Mul, Div)) and (new := t.transform(exchange)) != t:
                    words = (f"{first} and {second} are swapped in {name}",)
                    yield Edit(words, line.with_right(new, path))


def _swaps(line: Line, pairs: Iterable[tuple[str, str]]) -> Edits:
    for first, second in pairs:
        yield Edit((f"{first} and {second} are swapped",), line.with_right(_exchanged(line.rhs, first, second)))


def other_law(line: Line) -> Edits:
    """The mean taken over another policy, on either side."""
    for side, put in ((line.rhs, line.with_right), (line.relation.lhs, line.with_left)):
        for path, t in numbers_in(side):
            if isinstance(t, Binder) and t.kind in ("E", "sum"):
                yield from _laws(line, t, path, put)


def _laws(line: Line, t: Binder, path: Path, put: Callable[[Term, Path], Rel]) -> Edits:
    law = t.bodies[0]
    parts = law.factors if isinstance(law, Mul) and t.kind == "sum" else (law,)
    for i, p in enumerate(parts):
        if isinstance(p, App) and p.name in line.policies:
            for name in (n for n in line.policies if n != p.name):
                other = product_of([*parts[:i], replace(p, name=name), *parts[i + 1 :]])
                words = (f"the mean is taken over {p.name}: over {name} it would be right",)
                yield Edit(words, put(t.rebuild((other, *t.bodies[1:])), path))


def law_of_ratio(line: Line) -> Edits:
    """The mean of what is made of two policies, such as their ratio, taken over the wrong one."""
    for path, t in line.places:
        if isinstance(t, Binder) and _is_of_two(t, line):
            yield from _laws(line, t, path, line.with_right)
    if not any(isinstance(t, Binder) and t.kind in ("E", "sum") for _, t in line.rhs.walk()):
        for path, t in line.left_places:
            if isinstance(t, Binder) and _is_of_two(t, line):
                yield from _laws(line, t, path, line.with_left)


def _is_of_two(t: Binder, line: Line) -> bool:
    return t.kind in ("E", "sum") and len(line.setting.expand(t.bodies[-1]).names & set(line.policies)) > 1


OBJECTIVES = ("J", "L", "U", "ell", "loss", "objective")


def other_objective(line: Line) -> Edits:
    """What is true of the objective is said of the loss."""
    defined = [n for n, _ in line.setting.definitions if n.startswith(OBJECTIVES)]
    for old in (n for n in defined if n in line.relation.lhs.names):
        for new in (n for n in defined if n != old):
            yield Edit((f"this is true of {new}, not of {old}",), line.with_left(_renamed(line.relation.lhs, old, new)))


def _renamed(term: Term, old: str, new: str) -> Term:
    def rename(t: Term) -> Term:
        return replace(t, name=new) if isinstance(t, (App, Sym)) and t.name == old else t

    return term.transform(rename)


def wrong_variable(line: Line) -> Edits:
    """One symbol for another, everywhere on the right or at one place."""
    symbols = sorted((s for s in line.expanded.symbols | line.rhs.symbols if s.sort == REAL), key=lambda s: s.name)
    for old in (s for s in symbols if s in line.rhs.symbols):
        for new in (s for s in symbols if s != old):
            everywhere = line.rhs.transform(lambda t, old=old, new=new: new if t == old else t)
            yield Edit((old, " should be ", new), line.with_right(everywhere))
    values = [t for _, t in line.relation.walk() if isinstance(t, App) and not t.dangling]
    # With two arguments exchanged or made equal: p(i) for p(j), where only one of them stands in the line.
    letters = sorted((s for s in line.relation.symbols if isinstance(s.sort, IndexSet)), key=lambda s: s.name)
    indices: list[Term] = [*letters]
    indices += dict.fromkeys(i for v in values for i in v.args if isinstance(i, Num))
    values += [replace(v, args=(i,)) for v in values for i in indices if len(v.args) == 1 and v.args[0].sort == i.sort]
    others = dict.fromkeys([*symbols, *values])
    for path, t in line.places:
        if isinstance(t, (Sym, App)) and not t.dangling:
            for new in (v for v in others if v != t and v.sort == t.sort):
                yield Edit((t, " should be ", new, " at one place"), line.with_right(new, path))
        match t:
            case Mul(factors=(two, Sym() | App() as a)) if two == TWO and not a.dangling:
                for new in (v for v in others if v != a and v.sort == a.sort):
                    yield Edit((t, " should be ", a + new), line.with_right(a + new, path))
            case _:
                pass
        if isinstance(t, Pow) and t.exponent == TWO and isinstance(t.base, (Sym, App)) and not t.dangling:
            for new in (v for v in others if v != t.base and v.sort == t.base.sort):
                yield Edit((t, " should be ", t.base * new), line.with_right(t.base * new, path))


def wrong_on_the_left(line: Line) -> Edits:
    """The right side is true of another of its symbols: ∂q/∂b, where ∂p/∂b was written."""
    for path, t in line.left_places:
        if isinstance(t, Sym) and t.sort == REAL:
            for new in sorted((s for s in line.rhs.symbols if s != t and s.sort == t.sort), key=lambda s: s.name):
                yield Edit((t, " on the left should be ", new), line.with_left(new, path))


def complement_beside(line: Line) -> Edits:
    """1 − λ for λ in a coefficient γλ, where there is more in it than the weight."""
    for path, t in line.places:
        match t:
            case Mul(factors=factors) if len(factors) > 2:
                for i, f in enumerate(factors):
                    if isinstance(f, Sym) and f.sort == REAL:
                        mended = product_of([*factors[:i], ONE - f, *factors[i + 1 :]])
                        yield Edit(("the factor ", f, " should be ", ONE - f), line.with_right(mended, path))
            case _:
                pass


def complement(line: Line) -> Edits:
    """One of two weights, 1 − w for w."""
    for path, t in line.places:
        if isinstance(t, Sym) and t.sort == REAL:
            yield Edit((t, " should be ", ONE - t), line.with_right(ONE - t, path))
        match t:
            case Add(terms=(one, Neg(arg=Sym() | App() as w))) if one == ONE and not w.dangling:
                yield Edit((t, " should be ", w), line.with_right(w, path))
            case _:
                pass

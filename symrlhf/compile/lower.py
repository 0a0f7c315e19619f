"""From a Term to the numeric tree: symbols become arrays, sums over the responses become row sums.

An argument stands for an atom of the formula, or for an invertible function of one: `log_ref` for log π_ref(y)
makes π_ref(y) the exponential of it. Where the atom is a distribution and the whole row is given, the row is
normalised, as Σ_y π_ref(y) = 1 demands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add, mul

from symrlhf.compile.tree import SIZE, Node, entry, exp, log, log_softmax, make, number, total
from symrlhf.errors import NotSupported
from symrlhf.notation import unfold
from symrlhf.setting import Setting
from symrlhf.term import (
    Add,
    App,
    Binder,
    Card,
    Div,
    Fun,
    IndexSet,
    Mul,
    Neg,
    Num,
    Pow,
    Rational,
    Rel,
    Sym,
    Term,
)


@dataclass(frozen=True)
class Argument:
    """What one argument of the function stands for."""

    name: str
    term: Term
    row: bool = False
    """One entry for each response, in the last axis."""
    distribution: bool = False
    """The row holds the logarithms of a whole distribution."""
    positive: bool = False
    domain: str = ""
    """Where it must lie: "[0, 1)", "{0, 1}"."""


@dataclass(frozen=True)
class Lowered:
    """The arguments and the outputs of a function, as numeric trees."""

    arguments: tuple[Argument, ...]
    outputs: tuple[tuple[str, Node], ...]
    responses: IndexSet | None
    """The set that the last axis runs over, if the formula sums over one."""


def lower(
    relation: Rel,
    setting: Setting,
    args: Mapping[str, Term],
    outputs: Mapping[str, Term],
    mean_over: str | None,
) -> Lowered:
    """`outputs` as functions of `args`, where the relation's left side, if an atom, means its right side."""
    kept = frozenset(atom.name for _, atom in map(_peeled, args.values()))
    setting = Setting(setting.declarations, tuple(d for d in setting.definitions if d[0] not in kept))
    whole, given = setting.expand(relation), {name: setting.expand(t) for name, t in args.items()}
    assert isinstance(whole, Rel)
    wanted = {name: _per_example(setting.expand(t), mean_over) for name, t in outputs.items()}
    defined = _per_example(whole.rhs, mean_over) if whole.op == "=" and _is_atom(whole.lhs) else None

    rows = _summed_sets([*wanted.values(), *([] if defined is None else [defined])])
    if len(rows) > 1:
        names = " and ".join(sorted(s.name for s in rows))
        raise NotSupported(f"sums over two sets, {names}, in one numeric function")
    responses = next(iter(rows), None)

    data = next((s for s in _summed_sets([whole]) if s.name == mean_over), None)
    lowering = _Lowering(responses, data, {})
    arguments = tuple(_argument(name, t, setting, responses) for name, t in given.items())
    for argument in arguments:
        lowering.give(argument)
    if defined is not None:
        lowering.define(lowering.canonical(whole.lhs), defined)
    return Lowered(arguments, tuple((n, lowering.node(t)) for n, t in wanted.items()), responses)


def _is_atom(t: Term) -> bool:
    return isinstance(t, (Sym, App))


# ------------------------------------------------------------------ arguments

_INVERSES: dict[str, Callable[[Node], Node]] = {"log": exp, "exp": log}


def _peeled(t: Term) -> tuple[tuple[str, ...], Sym | App]:
    """The invertible functions around the one atom of `t`, outermost first, and the atom."""
    match t:
        case Sym() | App():
            return (), t
        case Neg(arg=inner):
            name = "neg"
        case Fun(name=name, args=(inner,)) if name in _INVERSES:
            pass
        case _:
            raise NotSupported(f"an argument must be an atom, or log, exp or − of one, not {t}")
    around, atom = _peeled(inner)
    return (name, *around), atom


def _argument(name: str, t: Term, setting: Setting, responses: IndexSet | None) -> Argument:
    around, atom = _peeled(t)
    declared = setting.declaration(atom.name)
    row = any(i.sort == responses for i in t.free_indices)
    return Argument(
        name,
        t,
        row,
        distribution=row and declared.distribution and around == ("log",),
        positive=declared.sign == "positive" and not declared.distribution and not around,
    )


# ------------------------------------------------------------------ the mean over the data


def _in_data(t: Term, name: str | None) -> bool:
    """Whether `t` sums over the set called `name`."""
    return any(isinstance(s, Binder) and s.over.name == name for s in t.subterms())


def _per_example(t: Term, name: str | None) -> Term:
    """f, where t is the mean (1/|D|) Σ_i f(i) over the set called `name`; `t` itself where it has no such sum."""
    if not _in_data(t, name):
        return t
    power, body = _split_mean(t, name or "")
    if power != -1:
        raise NotSupported(f"{t} is not the mean (1/|{name}|) Σ of one term for each example")
    return body


def _split_mean(t: Term, name: str) -> tuple[int, Term]:
    """(k, f) with t = |D|^k Σ_i f(i)."""
    match t:
        case Binder(kind="sum", over=over) if over.name == name:
            (body,) = t.opened(Sym(over.letter, over))
            return 0, body
        case Neg(arg=arg):
            power, body = _split_mean(arg, name)
            return power, -body
        case Add(terms=terms):
            parts = [_split_mean(part, name) for part in terms if _in_data(part, name)]
            powers = {power for power, _ in parts}
            if len(parts) == len(terms) and len(powers) == 1:
                return powers.pop(), Add(tuple(body for _, body in parts))
        case Div(numerator=top, denominator=bottom) if _in_data(top, name) and not _in_data(bottom, name):
            power, body = _split_mean(top, name)
            size, rest = _split_size(bottom, name)
            return power - size, body if rest is None else body / rest
        case Mul(factors=factors):
            inside = [f for f in factors if _in_data(f, name)]
            if len(inside) == 1:
                power, body = _split_mean(inside[0], name)
                for factor in factors:
                    if factor is not inside[0]:
                        size, rest = _split_size(factor, name)
                        power, body = power + size, body if rest is None else rest * body
                return power, body
        case _:
            pass
    raise NotSupported(f"{t} is not a multiple of one sum over {name}")


def _split_size(t: Term, name: str) -> tuple[int, Term | None]:
    """(k, rest) with t = |D|^k rest; None stands for 1."""
    match t:
        case Card(of=of) if of.name == name:
            return 1, None
        case Div(numerator=top, denominator=bottom):
            (up, over), (down, under) = _split_size(top, name), _split_size(bottom, name)
            if under is None:
                return up - down, None if over == Rational(1) else over
            return up - down, (over if over is not None else Rational(1)) / under
        case Mul(factors=factors):
            parts = [_split_size(f, name) for f in factors]
            rest = tuple(r for _, r in parts if r is not None)
            kept = None if not rest else rest[0] if len(rest) == 1 else Mul(rest)
            return sum(size for size, _ in parts), kept
        case _:
            return 0, t


# ------------------------------------------------------------------ expressions


def _summed_sets(terms: Iterable[Term]) -> frozenset[IndexSet]:
    return frozenset(s.over for t in terms for s in t.subterms() if isinstance(s, Binder))


PRIMITIVES = frozenset({"exp", "log", "sigmoid", "softplus", "tanh", "sqrt", "abs", "sign", "stop_gradient"})


@dataclass(frozen=True)
class _Lowering:
    """Lowering with one index for the responses and one for the data: rows are vectors, never matrices."""

    responses: IndexSet | None
    data: IndexSet | None
    atoms: dict[Term, Node]

    def canonical(self, t: Term) -> Term:
        """`t` with its free index over the responses, and over the data, called by the set's own letter."""
        for over in (self.responses, self.data):
            free = [i for i in t.free_indices if i.sort == over]
            if len(free) > 1:
                names = " and ".join(sorted(i.name for i in free))
                raise NotSupported(f"a matrix over {names} in {t}")
            if free and over is not None:
                t = t.substitute({free[0]: Sym(over.letter, over)})
        return t

    def give(self, argument: Argument) -> None:
        """The argument's atom, as the inverse function of the argument."""
        around, atom = _peeled(self.canonical(argument.term))
        node = entry(argument.name, argument.row)
        if argument.distribution:
            node = log_softmax(node)
        for name in around:
            node = -node if name == "neg" else _INVERSES[name](node)
        if atom in self.atoms:
            raise ValueError(f"two arguments stand for {argument.term}")
        self.atoms[atom] = node

    def define(self, atom: Term, value: Term) -> None:
        """The theorem's left side means its right side; a right side that needs other atoms is not used."""
        value = self.canonical(value)
        if atom not in self.atoms and next(iter(self._missing(value)), None) is None:
            self.atoms[atom] = self.node(value)

    def _missing(self, t: Term) -> Iterable[Term]:
        """The atoms of `t` that no argument gives."""
        if t in self.atoms or isinstance(t, Card):
            return
        if isinstance(t, (Sym, App)):
            yield t
            return
        bodies = self._opened(t) if isinstance(t, Binder) else t.children
        for body in bodies:
            yield from self._missing(body)

    def _opened(self, t: Binder) -> tuple[Term, ...]:
        if t.over != self.responses:
            raise NotSupported(f"the sum over {t.over.name} in {t}")
        if any(i.sort == t.over for i in t.free_indices):
            raise NotSupported(f"the inner sum of {t} depends on the outer response: that is a matrix")
        return t.opened(Sym(t.over.letter, t.over))

    def node(self, t: Term) -> Node:
        return self._node(self.canonical(t))

    def _node(self, t: Term) -> Node:
        if t in self.atoms:
            return self.atoms[t]
        match t:
            case Num(value=value):
                return number(value)
            case Neg(arg=arg):
                return -self._node(arg)
            case Add(terms=terms):
                return reduce(add, (self._node(x) for x in terms))
            case Mul(factors=factors):
                return reduce(mul, (self._node(x) for x in factors))
            case Div(numerator=top, denominator=bottom):
                return self._node(top) / self._node(bottom)
            case Pow(base=base, exponent=exponent):
                return make("pow", self._node(base), self._node(exponent))
            case Fun():
                return self._function(t)
            case Binder(kind="sum"):
                (body,) = self._opened(t)
                return total(self._node(body))
            case Binder() if (written_out := unfold(t)) is not None:
                return self._node(written_out)
            case Card(of=of) if of == self.responses:
                return SIZE
            case Sym() | App():
                raise NotSupported(f"no argument gives {t}")
            case _:
                raise NotSupported(f"a numeric function of {t}")

    def _function(self, t: Fun) -> Node:
        if t.name in PRIMITIVES:
            return make(t.name, *(self._node(a) for a in t.args))
        if t.name in ("min", "max"):
            return reduce(lambda a, b: make(t.name, a, b), (self._node(x) for x in t.args))
        if t.name == "log_gap":
            # u − 1 − log u = e^d − 1 − d with d = log u: stable where u is near 1.
            return make("exp_gap", log(self._node(t.args[0])))
        written_out = unfold(t)
        if written_out is None:
            raise NotSupported(f"a numeric function of {t}")
        return self._node(written_out)

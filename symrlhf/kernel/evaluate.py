"""The value of a term, as written, at one point of a finite model: exact where it can be, else a ball.

Every index set has finitely many elements, every atom a value; binders add up, definitions are looked up, and
derivatives are carried along (`jet`). Nothing is simplified, so whatever is undefined shows: `Undefined` is raised.
Conventions: x^0 = 1 for every x, and x^p needs x > 0 unless the exponent is written as an integer.

∂/∂v of a term: v itself moves; other entries of the family of v stay; an atom declared to depend on v moves at an
unknown rate, one value per atom and variables, whatever their order; the entries of a distribution that depends
on v keep their sum, so these rates add up to 0. Entries π(y) as variables are free: ∂(Σ_y π(y))/∂π(y) = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import NamedTuple, Protocol

from symrlhf.errors import NotSupported
from symrlhf.kernel.ball import Undefined
from symrlhf.kernel.jet import ONE, ZERO, Jet, Jets, Number, Value, base, jet, part
from symrlhf.kernel.statement import Solution
from symrlhf.setting import Setting
from symrlhf.term import (
    Add,
    And,
    App,
    Binder,
    Bound,
    Card,
    Cases,
    Diff,
    Div,
    Fun,
    IndexSet,
    Lam,
    Mul,
    Neg,
    Num,
    Pow,
    Rel,
    Sym,
    Term,
    exact_value,
)


class Rejected(Exception):
    """The point does not meet what is given: a hypothesis, a declared sign, Σπ = 1."""


class OutOfFuel(Exception):
    """Too much work for one point."""


class Element:
    """One element of an index set; elements are the same only if they are the same object."""

    __slots__ = ("number", "of")

    def __init__(self, of: IndexSet, number: int):
        self.of, self.number = of, number

    def __str__(self) -> str:
        return f"{self.of.letter}{self.number + 1}"

    @property
    def place(self) -> tuple[str, str, int]:
        return self.of.name, self.of.letter, self.number


class Key(NamedTuple):
    """An atom: a name with the elements (or, of an unknown function of numbers, the numbers) it is applied to."""

    name: str
    args: tuple[Element | Fraction | str, ...] = ()

    @property
    def place(self) -> tuple[object, ...]:
        """Keys in one order, the same in every process."""
        return self.name, *(x.place if isinstance(x, Element) else ("", str(x), 0) for x in self.args)


class Model(Protocol):
    """Where a term is evaluated: sizes of the sets, and values of the independent atoms."""

    setting: Setting
    solutions: Mapping[str, tuple[Solution, ...]]
    """What the other atoms equal, by name."""
    lone: frozenset[str]
    """The unknown functions of numbers that are applied to one list of arguments only."""

    def elements(self, of: IndexSet) -> tuple[Element, ...]: ...

    def element(self, key: Key, of: IndexSet) -> Element:
        """The element that an index-valued symbol stands for."""
        ...

    def number(self, key: Key) -> Number: ...

    def rate(self, key: Key, variables: tuple[Key, ...]) -> Fraction:
        """The derivative of an atom by variables it depends on in an unknown way."""
        ...

    def shown(self, key: Key, given: int, value: Number | None) -> None:
        """Take note that an atom was used, and of its value if it depends on others."""
        ...


class Scope(NamedTuple):
    """What the names of a subterm mean where it stands."""

    bound: tuple[Element, ...] = ()
    names: Mapping[Sym, Element | Value] = {}
    frame: Hashable = None
    """Equal frames have equal names."""
    tags: tuple[Key | None, ...] = ()
    """The variables of the derivatives around; None where what stands here does not vary."""


def _entropy(a: Jets, p: Value) -> Value:
    return a.neg(a.mul(p, a.log(p)))


def _cross_entropy(a: Jets, p: Value, q: Value) -> Value:
    return a.neg(a.mul(p, a.log(q)))


def _divergence(a: Jets, p: Value, q: Value) -> Value:
    return a.mul(p, a.log(a.div(p, q)))


def _same(_: Jets, f: Value) -> Value:
    return f


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "exp": Jets.exp,
    "log": Jets.log,
    "sigmoid": Jets.sigmoid,
    "softplus": Jets.softplus,
    "tanh": Jets.tanh,
    "sqrt": Jets.sqrt,
    "abs": Jets.abs,
    "sign": Jets.step,
    "min": Jets.min,
    "max": Jets.max,
    "clip": Jets.clip,
    "log_gap": Jets.log_gap,
}
"""Functions of numbers by name; δ, a function of indices, is apart."""

SUMMANDS: dict[str, Callable[..., Value]] = {
    "sum": _same,
    "prod": _same,
    "E": Jets.mul,
    "KL": _divergence,
    "H": _entropy,
    "cross_entropy": _cross_entropy,
}
"""What each operator adds up over its index (`prod` multiplies)."""

WHERE: dict[str, tuple[int, ...]] = {
    "=": (0,),
    "!=": (-1, 1),
    "<": (-1,),
    "<=": (-1, 0),
    ">": (1,),
    ">=": (1, 0),
}
"""The signs of lhs − rhs at which a relation holds."""

SIGNS: dict[str, tuple[int, ...]] = {
    "real": (-1, 0, 1),
    "positive": (1,),
    "nonnegative": (0, 1),
    "negative": (-1,),
    "nonpositive": (-1, 0),
    "nonzero": (-1, 1),
}


NOWHERE = Scope()


class Fuel:
    """Subterms that may still be visited."""

    def __init__(self, amount: int):
        self.left = amount


class Evaluator:
    """Values in one model at one precision."""

    def __init__(self, model: Model, bits: int, fuel: Fuel):
        self.model, self.setting, self.fuel = model, model.setting, fuel
        self.jets = Jets(bits)
        self._known: dict[Hashable, Value] = {}
        self._solving: set[Hashable] = set()
        self._depends: dict[str, frozenset[str]] = {}

    # ---- terms

    def value(self, term: Term, scope: Scope = NOWHERE) -> Value:
        """The value of a term of real sort."""
        self.fuel.left -= 1
        if self.fuel.left < 0:
            raise OutOfFuel
        a = self.jets
        match term:
            case Num(value=value):
                return value
            case Sym():
                return self._symbol(term, scope)
            case App():
                return self._application(term, scope)
            case Neg(arg=arg):
                return a.neg(self.value(arg, scope))
            case Add(terms=terms):
                return a.total([self.value(t, scope) for t in terms])
            case Mul(factors=factors):
                return a.product([self.value(f, scope) for f in factors])
            case Div(numerator=top, denominator=bottom):
                return a.div(self.value(top, scope), self.value(bottom, scope))
            case Pow(base=b, exponent=n):
                return self._power(b, n, scope)
            case Fun(name="delta", args=(i, j)):
                return ONE if self.element(i, scope) is self.element(j, scope) else ZERO
            case Fun(name=name, args=args) if name in FUNCTIONS:
                return FUNCTIONS[name](a, *(self.value(x, scope) for x in args))
            case Binder() | Diff():
                # The same inner sum stands under every value of an outer index.
                bound = scope.bound[len(scope.bound) - term.dangling :]
                place = (term, bound, scope.frame, scope.tags)
                if place not in self._known:
                    value = self._binder(term, scope) if isinstance(term, Binder) else self._derivative(term, scope)
                    self._known[place] = value
                return self._known[place]
            case Card(of=of):
                return Fraction(len(self.model.elements(of)))
            case Cases(branches=branches, otherwise=otherwise):
                taken = next((v for c, v in branches if self._taken(c, scope)), otherwise)
                return self.value(taken, scope)
            case _:
                raise NotSupported(f"the value of {term!r}")

    def element(self, term: Term, scope: Scope) -> Element:
        """The element that an index stands for."""
        if isinstance(term, Bound):
            return scope.bound[-1 - term.depth]
        if not isinstance(term.sort, IndexSet):
            raise NotSupported(f"{term!r} where an index should stand")
        if isinstance(term, Sym):
            meant = scope.names.get(term)
            return meant if isinstance(meant, Element) else self.model.element(Key(term.name), term.sort)
        if isinstance(term, App) and self.setting.definition(term.name) is None:
            args = tuple(self.element(x, scope) for x in term.args)
            return self.model.element(Key(term.name, args), term.sort)
        raise NotSupported(f"the index {term!r}")

    def _power(self, b: Term, exponent: Term, scope: Scope) -> Value:
        p = exact_value(exponent)
        if p is not None:
            return self.jets.power(self.value(b, scope), p)
        a, x, n = self.jets, self.value(b, scope), self.value(exponent, scope)
        if isinstance(n, Fraction) and a.sign(base(x)) == 1:
            return a.power(x, n)
        return a.exp(a.mul(n, a.log(x)))

    def _binder(self, term: Binder, scope: Scope) -> Value:
        a, summand = self.jets, SUMMANDS[term.kind]
        inner = (scope._replace(bound=(*scope.bound, e)) for e in self.model.elements(term.over))
        values = [summand(a, *(self.value(b, s) for b in term.bodies)) for s in inner]
        return a.product(values) if term.kind == "prod" else a.total(values)

    # ---- relations

    def holds(self, relation: Term, scope: Scope) -> bool | None:
        """Whether a relation holds; None if the balls do not tell."""
        return self._verdict(relation, scope)[0]

    def _verdict(self, relation: Term, scope: Scope) -> tuple[bool | None, bool]:
        """Whether it holds, and whether it may change when the variables of the derivatives around move."""
        if isinstance(relation, And):
            verdicts = [self._verdict(p, scope) for p in relation.parts]
            worst = False if any(v is False for v, _ in verdicts) else all(v for v, _ in verdicts) or None
            return worst, any(edge for _, edge in verdicts)
        if not isinstance(relation, Rel) or relation.op not in WHERE:
            raise NotSupported(f"the truth of {relation!r} at a point")
        if isinstance(relation.lhs.sort, IndexSet):
            same = self.element(relation.lhs, scope) is self.element(relation.rhs, scope)
            return (0 if same else 1) in WHERE[relation.op], False
        x, y = self.value(relation.lhs, scope), self.value(relation.rhs, scope)
        sign = self.jets.compare(x, y)
        edge = sign == 0 and (isinstance(x, Jet) or isinstance(y, Jet)) and x != y
        return None if sign is None else sign in WHERE[relation.op], edge

    def _taken(self, condition: Term, scope: Scope) -> bool:
        verdict, edge = self._verdict(condition, scope)
        if verdict is None:
            raise Undefined("a case that cannot be told")
        if edge:
            raise Undefined("a derivative where the case changes")
        return verdict

    # ---- atoms

    def _symbol(self, term: Sym, scope: Scope) -> Value:
        meant = scope.names.get(term)
        if meant is not None and not isinstance(meant, Element):
            return meant
        if isinstance(term.sort, IndexSet):
            raise NotSupported(f"the index {term.name} where a number should stand")
        definition = self.setting.definition(term.name)
        if definition is not None:
            return self._call(term.name, definition, (), scope)
        return self._atom(Key(term.name), 0, scope.tags)

    def _application(self, term: App, scope: Scope) -> Value:
        args = tuple(
            self.element(x, scope) if isinstance(x.sort, IndexSet) else self.value(x, scope) for x in term.args
        )
        definition = self.setting.definition(term.name)
        if definition is not None:
            return self._call(term.name, definition, args, scope)
        elements = tuple(x for x in args if isinstance(x, Element))
        if len(elements) == len(args):
            return self._atom(Key(term.name, elements), term.given, scope.tags)
        return self._function(term, args, scope)

    def _call(self, name: str, lam: Lam, args: tuple[Element | Value, ...], scope: Scope) -> Value:
        if len(lam.parameters) != len(args):
            raise NotSupported(f"{name} takes {len(lam.parameters)} arguments, not {len(args)}")
        names = dict(zip(lam.parameters, args, strict=True))
        if not all(isinstance(x, Element) for x in args):
            return self.value(lam.body, Scope((), names, object(), scope.tags))
        frame = (name, args)
        place = (frame, scope.tags)
        if place not in self._known:
            self._known[place] = self.value(lam.body, Scope((), names, frame, scope.tags))
        return self._known[place]

    def _function(self, term: App, args: tuple[Element | Value, ...], scope: Scope) -> Value:
        """An unknown function of numbers: any values at finitely many arguments, any derivatives there."""
        moving = [i for i, x in enumerate(args) if isinstance(x, Jet)]
        if len(moving) > 1:
            raise NotSupported(f"the derivative of {term!r}, an unknown function of several arguments")
        key = Key(term.name, tuple(self._argument(term, x) for x in args))
        if not moving:
            return self._atom(key, term.given, scope.tags)
        by = Key(f"argument {moving[0] + 1}")
        moved = args[moving[0]]
        assert isinstance(moved, Jet)
        return self.jets.compose(lambda k: self._atom(key, term.given, scope.tags, (by,) * k), moved)

    def _argument(self, term: App, x: Element | Value) -> Element | Fraction | str:
        if isinstance(x, Element):
            return x
        if term.name in self.model.lone:
            return "·"
        number = base(x)
        if isinstance(number, Fraction):
            return number
        raise NotSupported(f"{term.name} at several arguments that may or may not be the same")

    def _depends_on(self, name: str) -> frozenset[str]:
        if name not in self._depends:
            self._depends[name] = self.setting.depends(name)
        return self._depends[name]

    def _atom(self, key: Key, given: int, tags: tuple[Key | None, ...], by: tuple[Key, ...] = ()) -> Value:
        """An atom, or a derivative of it by its own argument, with its derivatives by the variables around."""
        depends = self._depends_on(key.name)
        varies = tuple(v if v is not None and v.name != key.name and v.name in depends else None for v in tags)
        solved = None if by else self._solved(key, varies)
        if solved is not None:
            self.model.shown(key, given, base(solved))
            coefficients = dict(solved) if isinstance(solved, Jet) else {0: solved}
        else:
            self.model.shown(key, given, None)
            coefficients: dict[int, Number] = {0: self.model.rate(key, by) if by else self.model.number(key)}
            for mask in range(1, 1 << len(tags)) if any(varies) else ():
                chosen = [v for i, v in enumerate(varies) if mask >> i & 1]
                if all(chosen):
                    variables = sorted([v for v in chosen if v is not None] + list(by), key=lambda k: k.place)
                    coefficients[mask] = self.model.rate(key, tuple(variables))
        for i, v in enumerate(tags):
            if v == key and not by:
                coefficients[1 << i] = ONE
        return jet(coefficients)

    # ---- atoms that depend on others

    def _solved(self, key: Key, varies: tuple[Key | None, ...]) -> Value | None:
        """What a solution says an atom is, checked against its declared sign and Σ = 1; None if it is independent."""
        place = (key, varies)
        if place in self._known:
            return self._known[place]
        for solution in self.model.solutions.get(key.name, ()):
            names = self._match(solution.target, key)
            if names is not None:
                break
        else:
            return None
        if place in self._solving:
            raise Rejected(f"the solutions define {key.name} by itself")
        self._solving.add(place)
        frame = (solution, tuple(names.values()))
        value = self.value(solution.value, Scope((), names, frame, varies))
        self._solving.discard(place)
        self._known[place] = value
        self._check(key, value, varies)
        return value

    def _match(self, target: Term, key: Key) -> dict[Sym, Element] | None:
        """The elements for the target's free indices at which it is this atom."""
        if isinstance(target, Sym):
            return {} if not key.args else None
        if not isinstance(target, App) or len(target.args) != len(key.args):
            return None
        names: dict[Sym, Element] = {}
        for arg, meant in zip(target.args, key.args, strict=True):
            if not isinstance(meant, Element) or not isinstance(arg.sort, IndexSet):
                return None
            if isinstance(arg, Sym) and not arg.fixed:
                if arg.sort != meant.of or names.setdefault(arg, meant) is not meant:
                    return None
            elif self.element(arg, Scope(names=names)) is not meant:
                return None
        return names

    def _check(self, key: Key, value: Value, varies: tuple[Key | None, ...]) -> None:
        a = self.jets
        declared = self.setting.declaration(key.name)
        sign = a.sign(base(value))
        allowed = SIGNS["positive" if declared.distribution else declared.sign]
        if sign is None and len(allowed) < 3:
            raise Undefined(f"the sign of {key.name} cannot be told")
        if sign is not None and sign not in allowed:
            raise Rejected(f"{key.name} is not {declared.sign}")
        if not declared.distribution:
            return
        first = key.args[0] if key.args else None
        if not isinstance(first, Element):
            raise NotSupported(f"{key.name} is a distribution, but not over a finite set")
        row = ("row", key.name, key.args[1:], varies)
        if row in self._known:
            return
        self._known[row] = ZERO
        total = a.total(
            self._atom(Key(key.name, (e, *key.args[1:])), len(key.args) - 1, varies)
            for e in self.model.elements(first.of)
        )
        for mask, c in total.items() if isinstance(total, Jet) else ((0, total),):
            if not a.may_be_equal(c, ZERO if mask else ONE):
                raise Rejected(f"{key.name} does not sum to 1")

    # ---- derivatives

    def _derivative(self, term: Diff, scope: Scope) -> Value:
        tags = (*scope.tags, self._variable(term.var, scope))
        moved = self.value(term.body, scope._replace(tags=tags))
        return part(moved, 1 << len(scope.tags))

    def _variable(self, var: Term, scope: Scope) -> Key:
        if (
            isinstance(var, (Sym, App))
            and not isinstance(var.sort, IndexSet)
            and self.setting.definition(var.name) is None
            and var not in scope.names
        ):
            args = var.args if isinstance(var, App) else ()
            return Key(var.name, tuple(self.element(x, scope) for x in args))
        raise NotSupported(f"a derivative by {var!r}")


def assignments(indices: Iterable[Sym], model: Model) -> Iterator[Scope]:
    """Every way to let the indices stand for elements."""
    indices = tuple(indices)
    sets: list[tuple[Element, ...]] = []
    for i in indices:
        assert isinstance(i.sort, IndexSet)
        sets.append(model.elements(i.sort))
    for chosen in product(*sets):
        yield Scope((), dict(zip(indices, chosen, strict=True)), (indices, chosen))

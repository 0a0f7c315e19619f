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
from functools import partial
from itertools import pairwise, product
from typing import NamedTuple, Protocol

from symrlhf.errors import NotSupported
from symrlhf.kernel.ball import Undefined
from symrlhf.kernel.germ import Diverges, Germs, power_of_t
from symrlhf.kernel.jet import ONE, ZERO, Germ, Jet, Jets, Local, Number, Value, base, jet, part
from symrlhf.kernel.pieces import Pieces
from symrlhf.kernel.quadrature import Integrand, between, endless, to_infinity
from symrlhf.kernel.statement import Solution
from symrlhf.kernel.tails import Tails
from symrlhf.rational import Q, is_rational
from symrlhf.setting import Setting
from symrlhf.term import (
    INTEGER,
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
    Integral,
    Lam,
    Lim,
    Mul,
    Neg,
    Num,
    Order,
    Pow,
    Range,
    Rel,
    Sym,
    Term,
    exact_value,
    infinite,
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

    def integer(self, key: Key) -> Fraction: ...

    def rate(self, key: Key, variables: tuple[Key, ...]) -> Fraction:
        """The derivative of an atom by variables it depends on in an unknown way."""
        ...

    def shown(self, key: Key, given: int, value: Number | None) -> None:
        """Take note that an atom was used, and of its value if it depends on others."""
        ...


class Scope(NamedTuple):
    """What the names of a subterm mean where it stands."""

    bound: tuple[Element | Fraction | Local, ...] = ()
    """The elements, of ranges the integers, of limits and integrals the functions that the binders around stand at."""
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


def _still(_: Jets, f: Value) -> Value:
    return f if isinstance(f, Local) else base(f)


def _operation(name: str) -> Callable[..., Value]:
    """The operation of this name, in whatever arithmetic it is asked of."""

    def apply(a: Jets, *xs: Value) -> Value:
        return getattr(a, name)(*xs)

    return apply


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "exp": _operation("exp"),
    "log": _operation("log"),
    "sigmoid": _operation("sigmoid"),
    "softplus": _operation("softplus"),
    "tanh": _operation("tanh"),
    "cosh": _operation("cosh"),
    "sinh": _operation("sinh"),
    "arctan": _operation("arctan"),
    "arcsin": _operation("arcsin"),
    "sqrt": _operation("sqrt"),
    "abs": _operation("abs"),
    "sign": _operation("step"),
    "min": _operation("min"),
    "max": _operation("max"),
    "clip": _operation("clip"),
    "log_gap": _operation("log_gap"),
    "stop_gradient": _still,
}
"""Functions of numbers by name; δ, a function of indices, is apart."""

SUMMANDS: dict[str, Callable[..., Value]] = {
    "sum": _same,
    "prod": _same,
    "max": _same,
    "min": _same,
    "E": _operation("mul"),
    "KL": _divergence,
    "H": _entropy,
    "cross_entropy": _cross_entropy,
}
"""What each operator adds up over its index, or puts together in another way (`TOGETHER`)."""

TOGETHER: dict[str, Callable[[Jets, list[Value]], Value]] = {
    "prod": lambda a, values: a.product(values),
    "max": lambda a, values: a.max(*values),
    "min": lambda a, values: a.min(*values),
}

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

MAX_RANGE = 200
"""How far the bounds of a range may lie apart."""


EFFORT = 5
"""How much more it takes to visit a subterm of an integrand: its value there is a power series."""


class Fuel:
    """Subterms that may still be visited."""

    def __init__(self, amount: int):
        self.left = amount


class Evaluator:
    """Values in one model, as numbers of one kind."""

    def __init__(self, model: Model, numbers: int | Jets, fuel: Fuel, effort: int = 1):
        self.model, self.setting, self.fuel, self.effort = model, model.setting, fuel, effort
        self.jets: Jets = Germs(numbers) if isinstance(numbers, int) else numbers
        self.inexact = False
        """Whether Σ = 1 of a distribution that depends on others holds as far as can be told only."""
        self.tied = False
        """Whether the sides of a comparison could not be told apart."""
        self._known: dict[Hashable, Value] = {}
        self._solving: set[Hashable] = set()
        self._depends: dict[str, frozenset[str]] = {}

    @property
    def germs(self) -> Germs:
        """The arithmetic of limits."""
        if not isinstance(self.jets, Germs):
            raise Undefined("a limit in closed form", final=True)
        return self.jets

    # ---- terms

    def value(self, term: Term, scope: Scope = NOWHERE) -> Value:
        """The value of a term of real sort."""
        self.fuel.left -= self.effort
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
                return ONE if self._place(i, scope) == self._place(j, scope) else ZERO
            case Fun(name=name, args=args) if name in FUNCTIONS:
                return FUNCTIONS[name](a, *(self.value(x, scope) for x in args))
            case Bound():
                number = scope.bound[-1 - term.depth]
                if isinstance(number, Element):
                    raise NotSupported(f"the index {number} where a number should stand")
                return number
            case Lim(kind="lim"):
                return self._limit(term, scope)
            case Binder() | Range() | Diff() | Integral():
                # The same inner sum stands under every value of an outer index.
                bound = scope.bound[len(scope.bound) - term.dangling :]
                place = (term, bound, scope.frame, scope.tags)
                if place not in self._known:
                    self._known[place] = self._compound(term, scope)
                return self._known[place]
            case Card(of=of):
                return Q(len(self.model.elements(of)))
            case Cases(branches=branches, otherwise=otherwise):
                taken = next((v for c, v in branches if self._taken(c, scope)), otherwise)
                return self.value(taken, scope)
            case _:
                raise NotSupported(f"the value of {term!r}")

    def element(self, term: Term, scope: Scope) -> Element:
        """The element that an index stands for."""
        if isinstance(term, Bound) and isinstance(meant := scope.bound[-1 - term.depth], Element):
            return meant
        if not isinstance(term.sort, IndexSet):
            raise NotSupported(f"{term!r} where an index should stand")
        if isinstance(term, Sym):
            meant = scope.names.get(term)
            return meant if isinstance(meant, Element) else self.model.element(Key(term.name), term.sort)
        if isinstance(term, App) and self.setting.definition(term.name) is None:
            return self.model.element(Key(term.name, tuple(self._place(x, scope) for x in term.args)), term.sort)
        raise NotSupported(f"the index {term!r}")

    def _place(self, term: Term, scope: Scope) -> Element | Fraction:
        """An argument of a family: an element or an integer."""
        return self.element(term, scope) if isinstance(term.sort, IndexSet) else self.integer(term, scope)

    def integer(self, term: Term, scope: Scope) -> Fraction:
        """The value of a term that has to be an integer."""
        value = self.value(term, scope)
        if not is_rational(value) or value.denominator != 1:
            raise NotSupported(f"{term!r} where an integer should stand")
        return value

    def _power(self, b: Term, exponent: Term, scope: Scope) -> Value:
        p = exact_value(exponent)
        if p is not None:
            return self.jets.power(self.value(b, scope), p)
        a, x, n = self.jets, self.value(b, scope), self.value(exponent, scope)
        if is_rational(n) and not isinstance(x, Local) and a.sign(base(x)) == 1:
            return a.power(x, n)
        return a.exp(a.mul(n, a.log(x)))

    def _binder(self, term: Binder, scope: Scope) -> Value:
        a, summand = self.jets, SUMMANDS[term.kind]
        inner = (scope._replace(bound=(*scope.bound, e)) for e in self.model.elements(term.over))
        values = [summand(a, *(self.value(b, s) for b in term.bodies)) for s in inner]
        together = TOGETHER.get(term.kind)
        return together(a, values) if together else a.total(values)

    # ---- limits

    def _limit(self, term: Lim, scope: Scope) -> Number:
        """The limit, from both sides the same; `Diverges` if it is infinite."""
        values: list[Number | Diverges] = []
        for inner in self._ways(term, scope):
            try:
                values.append(self._toward(term, inner))
            except Diverges as divergence:
                values.append(divergence)
        if any(self._apart(v, w) for v, w in pairwise(values)):
            raise Undefined("a limit: from the two sides there are two", final=True)
        if isinstance(values[0], Diverges):
            raise values[0]
        return values[0]

    def _toward(self, term: Lim, scope: Scope) -> Number:
        return self.germs.deepened(lambda: self.germs.limit(self.value(term.body, scope._replace(frame=object()))))

    def _apart(self, v: Number | Diverges, w: Number | Diverges) -> bool:
        if isinstance(v, Diverges) or isinstance(w, Diverges):
            return _towards(v) != _towards(w)
        return bool(self.jets.compare(v, w))

    def _ways(self, term: Lim, scope: Scope) -> list[Scope]:
        """The variable as 1/t, −1/t, a + t or a − t, t → 0+."""
        if scope.tags:
            raise NotSupported("a limit under a derivative")
        if side := infinite(term.to):
            ways = [power_of_t(Q(side), -1)]
        else:
            to = self.value(term.to, scope._replace(bound=(*scope.bound, NO_GERM)))
            a, steps = self.jets, {"+": (1,), "-": (-1,), "": (1, -1)}[term.side]
            ways = [a.add(to, power_of_t(Q(step), 1)) for step in steps]
        return [scope._replace(bound=(*scope.bound, x)) for x in ways if isinstance(x, Germ)]

    def extended(self, term: Term, scope: Scope) -> Value | Diverges:
        """The value of a side of an equation, which may be ±∞."""
        if sign := infinite(term):
            return Diverges(sign)
        try:
            return self.value(term, scope)
        except Diverges as divergence:
            if not isinstance(term, Lim):
                raise
            return divergence

    def expands(self, relation: Rel, scope: Scope) -> bool:
        """Whether f = g + O(h) near a point."""
        return all(bounded for _, _, bounded in self.expansion(relation, scope))

    def expansion(self, relation: Rel, scope: Scope) -> list[tuple[Value, Value, bool]]:
        """f − g and h of f = g + O(h), from every side, and whether the one bounds the other."""
        f, g = relation.lhs, relation.rhs
        if not isinstance(f, Lim) or not isinstance(g, Lim) or (f.to, f.side) != (g.to, g.side):
            raise NotSupported(f"{relation!r} at a point")
        parts = g.body.terms if isinstance(g.body, Add) else (g.body,)
        orders = [p.body for p in parts if isinstance(p, Order)]
        if len(orders) != 1:
            raise NotSupported(f"{relation!r}, where one O(h) should stand")
        approximation = [p for p in parts if not isinstance(p, Order)]

        def compared(scope: Scope) -> tuple[Value, Value, bool]:
            inner = scope._replace(frame=object())
            less = [self.jets.neg(self.value(p, inner)) for p in approximation]
            difference = self.jets.total([self.value(f.body, inner), *less])
            bound = self.value(orders[0], inner)
            return difference, bound, self.germs.bounded_by(difference, bound)

        return [self.germs.deepened(partial(compared, way)) for way in self._ways(f, scope)]

    def _range(self, term: Range, scope: Scope) -> Value:
        """All summands one after the other; one that ends more than 1 before it begins has no meaning."""
        if term.endless:
            return self._endless(term, scope)
        low, high = (int(self.integer(end, scope._replace(bound=(*scope.bound, ZERO)))) for end in term.children[:2])
        if high < low - 1:
            raise Undefined(f"a range from {low} to {high}", final=True)
        if high - low > MAX_RANGE:
            raise OutOfFuel
        inner = (scope._replace(bound=(*scope.bound, Q(t))) for t in range(low, high + 1))
        values = [self.value(term.body, s) for s in inner]
        return self.jets.product([ONE, *values]) if term.kind == "prod" else self.jets.total([ZERO, *values])

    def _compound(self, term: Binder | Range | Diff | Integral, scope: Scope) -> Value:
        match term:
            case Binder():
                return self._binder(term, scope)
            case Range():
                return self._range(term, scope)
            case Diff():
                return self._derivative(term, scope)
            case Integral():
                return self._integral(term, scope)

    # ---- integrals

    def _integral(self, term: Integral, scope: Scope) -> Number:
        """The integral, enclosed: exact numbers have none in closed form."""
        if any(scope.tags):
            raise NotSupported("an integral under a derivative")
        integrand = self._integrand(term.body, scope)
        low, high = infinite(term.first), infinite(term.last)
        if low and high:
            if low == high:
                raise Undefined("an integral from ∞ to ∞", final=True)
            return self._minus(to_infinity(integrand, ZERO, high), to_infinity(integrand, ZERO, low))
        if low:
            return self._minus(ZERO, to_infinity(integrand, self._end(term.last, scope), low))
        if high:
            return to_infinity(integrand, self._end(term.first, scope), high)
        return between(integrand, self._end(term.first, scope), self._end(term.last, scope))

    def _minus(self, x: Number, y: Number) -> Number:
        return base(self.jets.add(x, self.jets.neg(y)))

    def _end(self, end: Term, scope: Scope) -> Number:
        return base(self.value(end, scope._replace(bound=(*scope.bound, NO_GERM))))

    def _endless(self, term: Range, scope: Scope) -> Number:
        """A sum to ∞, enclosed."""
        if any(scope.tags):
            raise NotSupported("a sum to ∞ under a derivative")
        first = int(self.integer(term.first, scope._replace(bound=(*scope.bound, ZERO))))

        def at(t: int) -> Value:
            return self.value(term.body, scope._replace(bound=(*scope.bound, Q(t))))

        return endless(self._integrand(term.body, scope), first, at)

    def _integrand(self, body: Term, scope: Scope) -> Integrand:
        bits = self.germs.bits

        def at(jets: Jets, x: Local) -> Value:
            return self._inside(jets, body, scope, x)

        return Integrand(Pieces(bits), Tails(bits), at)

    def _inside(self, jets: Jets, body: Term, scope: Scope, x: Local) -> Value:
        """What stands under an integral or a sum where its variable is this function."""
        inner = Evaluator(self.model, jets, self.fuel, EFFORT)
        inner._solving = self._solving  # what is being solved may not be asked for inside either
        value = inner.value(body, scope._replace(bound=(*scope.bound, x), frame=object()))
        self.inexact |= inner.inexact
        return value

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
        if isinstance(relation.lhs, Lim) and relation.lhs.kind == "near":
            return self.expands(relation, scope), False
        x, y = self.extended(relation.lhs, scope), self.extended(relation.rhs, scope)
        if isinstance(x, Diverges) or isinstance(y, Diverges):
            return relation.op == "=" and _towards(x) == _towards(y), False
        sign = self.jets.compare(x, y)
        self.tied |= sign is None
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
        return self._atom(Key(term.name), 0, scope.tags, whole=term.sort == INTEGER)

    def _application(self, term: App, scope: Scope) -> Value:
        args = tuple(
            self.element(x, scope) if isinstance(x.sort, IndexSet) else self.value(x, scope) for x in term.args
        )
        definition = self.setting.definition(term.name)
        if definition is not None:
            return self._call(term.name, definition, args, scope)
        elements = tuple(x for x in args if isinstance(x, Element))
        if len(elements) == len(args):
            return self._atom(Key(term.name, elements), term.given, scope.tags, whole=term.sort == INTEGER)
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
        if any(isinstance(x, Local) for x in args):
            raise NotSupported(f"what {term!r}, an unknown function, does near a point or on an interval")
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

    def _argument(self, term: Term, x: Element | Value) -> Element | Fraction | str:
        if isinstance(x, Element):
            return x
        if isinstance(term, App) and term.name in self.model.lone:
            return "·"
        number = base(x)
        if is_rational(number):
            return number
        raise NotSupported(f"{term!r} at several arguments that may or may not be the same")

    def _depends_on(self, name: str) -> frozenset[str]:
        if name not in self._depends:
            self._depends[name] = self.setting.depends(name)
        return self._depends[name]

    def _atom(
        self, key: Key, given: int, tags: tuple[Key | None, ...], by: tuple[Key, ...] = (), whole: bool = False
    ) -> Value:
        """An atom, or a derivative of it by its own argument, with its derivatives by the variables around."""
        if whole:
            return self._integer_atom(key, given)
        depends = self._depends_on(key.name)
        varies = tuple(v if v is not None and v.name != key.name and v.name in depends else None for v in tags)
        solved = None if by else self._solved(key, varies)
        if solved is not None:
            self.model.shown(key, given, self.jets.plain(base(solved)))
            coefficients = dict(solved) if isinstance(solved, Jet) else {0: base(solved)}
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

    def _integer_atom(self, key: Key, given: int) -> Fraction:
        solved = self._solved(key, ())
        self.model.shown(key, given, None if solved is None else base(solved))
        if solved is None:
            return self.model.integer(key)
        if is_rational(solved) and solved.denominator == 1:
            return solved
        raise Rejected(f"{key.name} is no integer")

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
            elif arg.free_indices - names.keys() or self.element(arg, Scope(names=names)) is not meant:
                return None  # what is said of r(h(y)) for all y is no solved form: which y it is cannot be read off
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
        if declared.values and base(value) not in declared.values:
            raise Rejected(f"{key.name} is none of its values")
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
        for mask, c in total.items() if isinstance(total, Jet) else ((0, base(total)),):
            if not a.may_be_equal(c, ZERO if mask else ONE):
                raise Rejected(f"{key.name} does not sum to 1")
            self.inexact |= not is_rational(c)

    # ---- derivatives

    def _derivative(self, term: Diff, scope: Scope) -> Value:
        tags = (*scope.tags, self._variable(term.var, scope))
        moved = self.value(term.body, scope._replace(tags=tags))
        return part(moved, 1 << len(scope.tags))

    def _variable(self, var: Term, scope: Scope) -> Key:
        if (
            isinstance(var, (Sym, App))
            and not isinstance(var.sort, IndexSet)
            and var.sort != INTEGER
            and self.setting.definition(var.name) is None
            and var not in scope.names
        ):
            args = var.args if isinstance(var, App) else ()
            places = (self._place(x, scope) for x in args)
            return Key(var.name, tuple(x if isinstance(x, Element) else self._argument(var, x) for x in places))
        raise NotSupported(f"a derivative by {var!r}")


NO_GERM = Germ(())
"""Stands for the variable of a limit or an integral where its point or end is evaluated, which does not mention it."""


def _towards(x: Value | Diverges) -> int:
    return x.towards if isinstance(x, Diverges) else 0


def assignments(indices: Iterable[Sym], model: Model) -> Iterator[Scope]:
    """Every way to let the indices stand for elements."""
    indices = tuple(indices)
    sets: list[tuple[Element, ...]] = []
    for i in indices:
        assert isinstance(i.sort, IndexSet)
        sets.append(model.elements(i.sort))
    for chosen in product(*sets):
        yield Scope((), dict(zip(indices, chosen, strict=True)), (indices, chosen))

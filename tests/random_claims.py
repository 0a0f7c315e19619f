"""Random claims of the fragment, true ones by rewriting, others by an edit; and their value by mpmath alone.

The evaluator here is a second one on purpose: plain recursion over the tree, numbers of 60 digits, derivatives by
central differences. It shares nothing with `symrlhf.kernel.evaluate`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from mpmath import mp, mpf

from symrlhf.kernel.statement import Point, Statement
from symrlhf.setting import KL, Declaration, E, H, Policy, Reward, Setting, cross_entropy
from symrlhf.term import (
    PROMPTS,
    RESPONSES,
    Abs,
    Add,
    And,
    App,
    Binder,
    Bound,
    Card,
    Cases,
    Diff,
    Div,
    Eq,
    Fun,
    IndexSet,
    Max,
    Min,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Prod,
    Range,
    Rational,
    Rel,
    Relation,
    Sum,
    Sym,
    Term,
    as_term,
    clip,
    delta,
    diff,
    exact_value,
    exp,
    log,
    sigmoid,
    sign,
    softplus,
    sqrt,
    tanh,
)

Real = Any
"""A number of mpmath, which has no types."""

mp.dps = 60
CLOSE = mpf(10) ** -9
TINY = mpf(10) ** -25
SHOWN = mpf(10) ** -3
"""How far an equation may be off at a point whose numbers are printed with few digits."""

PI, REF, PI_THETA = Policy("pi"), Policy("pi_ref"), Policy("pi_theta")
R, F, R_PHI = Reward("r"), Reward("f"), Reward("r_phi")
REALS = [Sym(n) for n in "abz"]
POSITIVES = [Sym(n) for n in ("u", "beta")]
PHI, THETA = Sym("phi"), Sym("theta")
ELEMENTS = [PI.element("y_w"), PI.element("y_l")]
X = Sym("x", PROMPTS)
POLICIES = (PI, REF, PI_THETA)
DEPENDS = {"r_phi": "phi", "pi_theta": "theta"}

SETTING = Setting().declare(
    *(Declaration(s.name, sign="positive") for s in POSITIVES),
    *(Declaration(p.name, sign="positive", distribution=True) for p in (PI, REF)),
    Declaration("pi_theta", sign="positive", distribution=True, depends=frozenset({"theta"})),
    Declaration("r_phi", depends=frozenset({"phi"})),
)


# ------------------------------------------------------------------ random terms


ALL_KINDS = frozenset({"sums", "slopes", "kinks"})


class Maker:
    """Random terms over the indices in scope; `kinds` says what may stand in them beyond arithmetic."""

    def __init__(self, rng: Random, kinds: Iterable[str] = ALL_KINDS):
        self.rng = rng
        self.kinds = frozenset(kinds)
        self.scope: list[Sym] = []
        self.prompts: list[Sym] = []
        self.letters = 0

    def claim(self) -> Rel:
        """An equation: a term against a rewriting of it, which in two of five cases was edited."""
        if "sums" in self.kinds and self.rng.random() < 0.3:
            self.scope = [PI.index("y")]
        left = self.real(self.rng.randint(1, 4))
        right = left
        for _ in range(self.rng.randint(1, 4)):
            right = rewritten(right, self.rng)
        return Eq(left, edited(right, self.rng) if self.rng.random() < 0.4 else right)

    def index(self) -> Term:
        chosen = self.rng.choice([*self.scope, *ELEMENTS])
        return App("h", (chosen,), 0, RESPONSES) if self.rng.random() < 0.08 else chosen

    def prompt(self) -> Sym:
        return self.rng.choice([*self.prompts, X])

    def under_prompts(self, body: Callable[[], Term]) -> Term:
        self.letters += 1
        index = Sym(f"x{self.letters}", PROMPTS)
        self.prompts.append(index)
        made = body()
        self.prompts.pop()
        return Sum(index, made)

    def under(self, body: Callable[[], Term]) -> tuple[Sym, Term]:
        self.letters += 1
        index = PI.index(f"k{self.letters}")
        self.scope.append(index)
        made = body()
        self.scope.pop()
        return index, made

    def policy(self) -> Policy:
        p = self.rng.choice(POLICIES)
        return p.given(self.prompt()) if p is PI and self.rng.random() < 0.3 else p

    def number(self) -> Term:
        return as_term(self.rng.choice((1, 2, 3, Fraction(1, 2))))

    def real(self, depth: int, smooth: bool = False) -> Term:
        rng, deeper = self.rng, depth - 1
        if depth <= 0:
            atoms: list[Callable[[], Term]] = [lambda: rng.choice(REALS), self.number, lambda: self.positive(0)]
            if "sums" in self.kinds:
                atoms += [
                    lambda: R[self.index()],
                    lambda: rng.choice((F, R_PHI))[self.index()],
                    lambda: App("g", (self.index(), self.index())),
                    lambda: App("m", (self.prompt(), self.index())),
                ]
            return rng.choice(atoms)()
        makers: list[Callable[[], Term]] = [
            lambda: self.real(deeper, smooth) + self.real(deeper, smooth),
            lambda: self.real(deeper, smooth) - self.real(deeper, smooth),
            lambda: self.real(deeper, smooth) * self.real(deeper, smooth),
            lambda: -self.real(deeper, smooth),
            lambda: self.real(deeper, smooth) / self.positive(deeper),
            lambda: self.real(deeper, smooth) ** rng.choice((2, 3)),
            lambda: log(self.positive(deeper)),
            lambda: tanh(self.real(deeper, smooth)),
            lambda: self.positive(depth),
        ]
        if "sums" in self.kinds:
            makers += [
                lambda: Sum(*self.under(lambda: self.real(deeper, smooth))),
                lambda: self.under_prompts(lambda: self.real(deeper, smooth)),
                lambda: self.expectation(deeper, smooth),
                lambda: KL(self.policy(), self.policy()),
                lambda: rng.choice((H(self.policy()), cross_entropy(self.policy(), self.policy()))),
                lambda: delta(self.index(), self.index()) * self.real(deeper, smooth),
                lambda: Card(RESPONSES) * self.real(deeper, smooth),
            ]
        if "slopes" in self.kinds:
            makers += [lambda: self.slope(min(deeper, 2))]
        if "kinks" in self.kinds and not smooth:
            makers += [
                lambda: Abs(self.real(deeper)),
                lambda: rng.choice((Max, Min))(self.real(deeper), self.real(deeper)),
                lambda: clip(self.real(deeper), 0, 1),
                lambda: log(self.real(deeper)),
            ]
        if "cases" in self.kinds and not smooth:
            makers += [
                lambda: sign(self.real(deeper)),
                lambda: clip(self.real(deeper), -self.positive(0), self.positive(0)),
                lambda: Max(self.real(deeper), self.real(deeper), 0),
                lambda: Cases(((self.comparison(deeper), self.real(deeper)),), self.real(deeper)),
            ]
        return rng.choice(makers)()

    def comparison(self, depth: int) -> Rel:
        return Rel(self.rng.choice(("<", "<=", ">", ">=")), self.real(depth), self.real(depth))

    def expectation(self, depth: int, smooth: bool) -> Term:
        p = self.policy()
        index, body = self.under(lambda: self.real(depth, smooth))
        return E(p, lambda i: body.substitute({index: i}))

    def slope(self, depth: int) -> Term:
        return diff(self.real(depth, smooth=True), self.variable())

    def variable(self) -> Sym | App:
        return self.rng.choice([*REALS, *POSITIVES, PHI, THETA, R[self.index()], PI[self.index()]])

    def positive(self, depth: int) -> Term:
        rng, deeper = self.rng, depth - 1
        if depth <= 0:
            return rng.choice([*POSITIVES, self.policy()[self.index()]] if "sums" in self.kinds else POSITIVES)
        makers: list[Callable[[], Term]] = [
            lambda: exp(self.real(min(deeper, 2), smooth=True)),
            lambda: sigmoid(self.real(deeper, smooth=True)),
            lambda: softplus(self.real(deeper, smooth=True)),
            lambda: self.positive(deeper) * self.positive(deeper),
            lambda: self.positive(deeper) + self.positive(deeper),
            lambda: self.positive(deeper) / self.positive(deeper),
            lambda: self.positive(deeper) ** rng.choice((Rational(1, 2), Rational(-1), Rational(3, 2), REALS[0])),
            lambda: sqrt(self.positive(deeper)),
        ]
        if "sums" in self.kinds:
            makers += [
                lambda: Sum(*self.under(lambda: self.positive(deeper))),
                lambda: Prod(*self.under(lambda: self.positive(deeper))),
            ]
        return rng.choice(makers)()


# ------------------------------------------------------------------ true rewritings


def _on_exp(t: Fun, rng: Random) -> list[Term]:
    (arg,) = t.args
    match arg:
        case Add(terms=terms):
            return [Mul(tuple(exp(x) for x in terms))]
        case Neg(arg=x):
            return [1 / exp(x)]
        case Fun(name="log", args=(x,)):
            return [x]
        case _:
            return [exp(arg / 2) ** 2, 1 / exp(-arg)]


def _on_log(t: Fun, rng: Random) -> list[Term]:
    match t.args[0]:
        case Mul(factors=factors):
            return [Add(tuple(log(x) for x in factors))]
        case Div(numerator=a, denominator=b):
            return [log(a) - log(b), -log(b / a)]
        case Pow(base=a, exponent=n):
            return [n * log(a)]
        case Fun(name="exp", args=(a,)):
            return [a]
        case x:
            return [log(x * 2) - log(as_term(2)), log(x**2) / 2]


def _on_function(t: Fun, rng: Random) -> list[Term]:
    match t.name, t.args:
        case "sigmoid", (z,):
            return [1 / (1 + exp(-z)), 1 - sigmoid(-z), exp(z) / (1 + exp(z)), (1 + tanh(z / 2)) / 2]
        case "softplus", (z,):
            return [log(1 + exp(z)), z + softplus(-z), -log(sigmoid(-z))]
        case "tanh", (z,):
            return [2 * sigmoid(2 * z) - 1, -tanh(-z)]
        case "sqrt", (x,):
            return [x ** Rational(1, 2), exp(log(x) / 2)]
        case "abs", (x,):
            return [Max(x, -x), Abs(-x), Cases(((x < 0, -x),), x), x * sign(x), Max(x, 0) + Max(-x, 0)]
        case "sign", (x,):
            return [-sign(-x), Cases(((x > 0, as_term(1)), (x < 0, as_term(-1))), as_term(0))]
        case "max", (x, y):
            return [(x + y + Abs(x - y)) / 2, x + Max(0, y - x), -Min(-x, -y), Max(y, x), Cases(((x > y, x),), y)]
        case "max", (x, *others):
            return [Max(*others, x), Max(x, Max(*others))]
        case "min", (x, y):
            return [x + y - Max(x, y), Min(y, x), Cases(((x >= y, y),), x)]
        case "clip", (v, low, high):
            return [Min(Max(v, low), high), low + clip(v - low, 0, high - low) if low == as_term(0) else t]
        case "delta", (i, j):
            return [delta(j, i), delta(i, j) ** 2]
        case _:
            return []


def _on_sum(t: Binder, rng: Random) -> list[Term]:
    index = Sym(f"s{rng.randrange(10**6)}", t.over)
    (body,) = t.opened(index)
    match body:
        case Add(terms=terms):
            return [Add(tuple(Sum(index, x) for x in terms))]
        case Neg(arg=x):
            return [-Sum(index, x)]
        case Mul(factors=factors):
            inside = [f for f in factors if index in f.symbols]
            outside = [f for f in factors if index not in f.symbols]
            if not inside or not outside:
                return [Sum(index, Mul(tuple(reversed(factors))))]
            return [_times([*outside, Sum(index, _times(inside))])]
        case Binder(kind="sum", over=over):
            inner = Sym(f"t{rng.randrange(10**6)}", over)
            return [Sum(inner, Sum(index, body.opened(inner)[0]))]
        case _:
            return [2 * Sum(index, body / 2)]


def _on_binder(t: Binder, rng: Random) -> list[Term]:
    index = Sym(f"s{rng.randrange(10**6)}", t.over)
    match t.kind, t.opened(index):
        case "sum", _:
            return _on_sum(t, rng)
        case "prod", (f,):
            return [exp(Sum(index, log(f)))]
        case "E", (p, f):
            return [Sum(index, p * f), Sum(index, p * (f - 1)) + Sum(index, p)]
        case "KL", (p, q):
            return [Sum(index, p * log(p)) - Sum(index, p * log(q)), -Sum(index, p * log(q / p))]
        case "H", (p,):
            return [-Sum(index, p * log(p))]
        case _, bodies:
            return [-Sum(index, bodies[0] * log(bodies[1]))]


def _on_diff(t: Diff, rng: Random) -> list[Term]:
    v = t.var
    match t.body:
        case Add(terms=terms):
            return [Add(tuple(Diff(x, v) for x in terms))]
        case Mul(factors=(x, *rest)):
            y = _times(rest)
            return [Diff(x, v) * y + x * Diff(y, v)]
        case Div(numerator=x, denominator=y):
            return [(Diff(x, v) - x / y * Diff(y, v)) / y]
        case Fun(name="exp", args=(x,)):
            return [t.body * Diff(x, v)]
        case Fun(name="log", args=(x,)):
            return [Diff(x, v) / x]
        case Fun(name="sigmoid", args=(x,)):
            return [sigmoid(x) * sigmoid(-x) * Diff(x, v)]
        case Fun(name="softplus", args=(x,)):
            return [sigmoid(x) * Diff(x, v)]
        case body:
            return [Diff(2 * body, v) / 2]


def _times(factors: list[Term]) -> Term:
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


def _equals(t: Term, rng: Random) -> list[Term]:
    """Terms that equal t wherever both are defined."""
    found: list[Term]
    match t:
        case Fun(name="exp"):
            found = _on_exp(t, rng)
        case Fun(name="log"):
            found = _on_log(t, rng)
        case Fun():
            found = _on_function(t, rng)
        case Binder():
            found = _on_binder(t, rng)
        case Diff():
            found = _on_diff(t, rng)
        case Add(terms=terms):
            found = [Add(tuple(rng.sample(terms, len(terms))))]
        case Mul(factors=factors):
            found = [Mul(tuple(rng.sample(factors, len(factors))))]
            at = next((i for i, f in enumerate(factors) if isinstance(f, Add)), None)
            if at is not None:
                rest, total = [*factors[:at], *factors[at + 1 :]], factors[at]
                found += [Add(tuple(_times([x, *rest]) for x in total.children))]
        case Div(numerator=x, denominator=y):
            found = [x * (1 / y), x * y ** Rational(-1), -(-x / y)]
        case Cases(branches=((Rel(op=op, lhs=x, rhs=y), inside),), otherwise=outside):
            negated = Rel(NEGATED[op], x, y)
            found = [Cases(((negated, outside),), inside), Cases(((Rel(op, 2 * x, 2 * y), inside),), outside)]
        case Pow(base=x, exponent=n):
            q = exact_value(n)
            found = [x * x ** as_term(q - 1)] if q is not None and q >= 2 else [1 / x ** (-n)]
        case _:
            found = []
    if t.sort == RESPONSES or isinstance(t.sort, IndexSet):
        return []
    u = rng.choice(POSITIVES)
    return found or [t + u - u, t * u / u, (t + 1) - 1]


NEGATED: dict[Relation, Relation] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _places(t: Term) -> list[Path]:
    """Where a subterm may be replaced: not the variable of a derivative, nor an index."""
    found = [()]
    for i, child in enumerate(t.children):
        if isinstance(child, Rel):
            found += [(i, *p) for p in _places(child) if p]
        elif not (isinstance(t, Diff) and i == 1) and not isinstance(child.sort, IndexSet):
            found += [(i, *p) for p in _places(child)]
    return found


def rewritten(t: Term, rng: Random) -> Term:
    """t with one subterm replaced by an equal one."""
    path = rng.choice(_places(t))
    options = _equals(t.at(path), rng)
    return t.replace_at(path, rng.choice(options)) if options else t


def edited(t: Term, rng: Random) -> Term:
    """t with a slip: a sign, a number, a lost term, swapped names."""
    path = rng.choice(_places(t))
    node = t.at(path)
    match node:
        case Add(terms=terms) | Mul(factors=terms) if len(terms) > 1:
            kept = rng.sample(terms, len(terms) - 1)
            new = kept[0] if len(kept) == 1 else node.rebuild(tuple(kept))
        case Div(numerator=a, denominator=b):
            new = rng.choice((a * b, b / a, a))
        case Neg(arg=a):
            new = a
        case Num():
            new = node + 1
        case App(name="r", args=args):
            new = App("f", args)
        case App(name="pi", args=args, given=n):
            new = App("pi_ref", args[:1]) if n else App("pi_ref", args)
        case Binder(kind="KL", bodies=(p, q)):
            new = Binder("KL", node.over, (q, p))
        case Fun(name="sigmoid", args=(a,)):
            new = sigmoid(-a)
        case Fun(name="min" | "max" as name, args=args):
            new = Fun("max" if name == "min" else "min", args)
        case Cases(branches=((condition, inside),), otherwise=outside):
            new = Cases(((condition, outside),), inside)
        case _:
            new = rng.choice((-node, 2 * node, node + 1, node**2))
    return t.replace_at(path, new)


# ------------------------------------------------------------------ values, independently


class Nowhere(Exception):
    """The term has no value here."""


class Unclear(Exception):
    """The numbers do not tell: two sides are equal but for rounding."""


NICE = (-2, -1, -0.5, 0, 0, 0.5, 1, 2)


@dataclass
class World:
    """Sizes, elements by symbol, numbers by label, drawn on demand."""

    rng: Random
    sizes: dict[str, int] = field(default_factory=dict)
    elements: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, Real] = field(default_factory=dict)
    rates: dict[tuple[str, str], Real] = field(default_factory=dict)
    nice: bool = False
    """Whether numbers are small and often equal: where sides meet, and cases change."""

    @staticmethod
    def of(point: Point) -> World:
        """The point of a refutation. What it does not name does not matter, so it may be anything."""
        world = World(Random(0))
        for name, value in point.atoms:
            if name.startswith("|"):
                world.sizes[name.strip("|")] = int(value)
            elif name.startswith("d "):
                top, _, bottom = name[2:].partition(" / d ")
                world.rates[top, bottom] = _number(value)
            elif value[:1].isalpha():
                world.elements[name] = value
            else:
                world.numbers[name] = _number(value)
        return world

    def all_of(self, over: IndexSet) -> list[str]:
        n = self.sizes.setdefault(over.name, self.rng.randint(1, 3))
        return [f"{over.letter}{i + 1}" for i in range(n)]

    def element(self, name: str, over: IndexSet) -> str:
        if name not in self.elements:
            self.elements[name] = self.rng.choice(self.all_of(over))
        return self.elements[name]

    def number(self, name: str, args: tuple[str, ...], given: int) -> Real:
        label = _label(name, args, given)
        if label not in self.numbers:
            if SETTING.declaration(name).distribution:
                self._row(name, args, given)
            elif SETTING.declaration(name).sign == "positive":
                self.numbers[label] = mpf(self.rng.choice((0.5, 1, 2)) if self.nice else self.rng.uniform(0.1, 3))
            else:
                self.numbers[label] = mpf(self.rng.choice(NICE) if self.nice else self.rng.uniform(-2, 2))
        return self.numbers[label]

    def _row(self, name: str, args: tuple[str, ...], given: int) -> None:
        row = [_label(name, (e, *args[1:]), given) for e in self.all_of(RESPONSES)]
        if any(k in self.numbers for k in row):
            raise Unclear  # a part of a distribution
        weights = [mpf(self.rng.uniform(0.05, 1)) for _ in row]
        self.numbers.update((k, w / sum(weights)) for k, w in zip(row, weights, strict=True))

    def rate(self, name: str, args: tuple[str, ...], given: int, variable: str, order: int = 1) -> Real:
        """The derivative of this order by the variable."""
        variables = ", ".join([variable] * order)
        key = (_label(name, args, given), variables)
        if key not in self.rates:
            if not SETTING.declaration(name).distribution:
                self.rates[key] = mpf(self.rng.uniform(-2, 2))
            else:
                row = [(_label(name, (e, *args[1:]), given), variables) for e in self.all_of(RESPONSES)]
                if any(k in self.rates for k in row):
                    raise Unclear  # a part of a distribution
                drawn = [mpf(self.rng.uniform(-1, 1)) for _ in row]
                drawn[-1] -= sum(drawn)
                self.rates.update(zip(row, drawn, strict=True))
        return self.rates[key]


def _number(text: str) -> Real:
    if text.startswith("["):
        raise Unclear  # a ball around 0 that was found numerically
    top, _, bottom = text.partition("/")
    return mpf(top) / mpf(bottom or 1)


def _set(index: Term) -> IndexSet:
    assert isinstance(index.sort, IndexSet)
    return index.sort


def _label(name: str, args: tuple[str, ...], given: int) -> str:
    if not args:
        return name
    before, after = args[: len(args) - given], args[len(args) - given :]
    return f"{name}({', '.join(before)}{' | ' + ', '.join(after) if after else ''})"


@dataclass(frozen=True)
class Place:
    """What indices stand for, and by how much the variables of derivatives are moved."""

    bound: tuple[str, ...] = ()
    free: tuple[tuple[str, str], ...] = ()
    moved: tuple[tuple[str, Real], ...] = ()


def value(t: Term, world: World, at: Place) -> Real:
    """The value of t, by the book."""
    match t:
        case Num(value=q):
            return mpf(q.numerator) / q.denominator
        case Sym() | App():
            return _atom(t, world, at)
        case Neg(arg=a):
            return -value(a, world, at)
        case Add(terms=terms):
            return sum((value(x, world, at) for x in terms), mpf(0))
        case Mul(factors=factors):
            total = mpf(1)
            for x in factors:
                total *= value(x, world, at)
            return total
        case Div(numerator=a, denominator=b):
            return _divide(value(a, world, at), value(b, world, at))
        case Pow(base=a, exponent=n):
            return _power(value(a, world, at), exact_value(n), lambda: value(n, world, at))
        case Fun(name="delta", args=(i, j)):
            return mpf(_element(i, world, at) == _element(j, world, at))
        case Fun(name=name, args=args):
            return FUNCTIONS[name](*(value(x, world, at) for x in args))
        case Card(of=of):
            return mpf(len(world.all_of(of)))
        case Binder(kind=kind, over=over, bodies=bodies):
            rows = [
                [value(b, world, Place((*at.bound, e), at.free, at.moved)) for b in bodies] for e in world.all_of(over)
            ]
            return BINDERS[kind](rows)
        case Bound(depth=depth):
            return mpf(int(at.bound[-1 - depth]))
        case Range(kind=kind, low=low, high=high, body=body):
            ends = (int(value(end, world, at)) for end in (low, high))
            rows = [[value(body, world, Place((*at.bound, str(i)), at.free, at.moved))] for i in _between(*ends)]
            return BINDERS[kind](rows)
        case Cases(branches=branches, otherwise=otherwise):
            return value(next((v for condition, v in branches if _true(condition, world, at)), otherwise), world, at)
        case Diff(body=body, var=var):
            assert isinstance(var, (Sym, App))
            name = _label(var.name, tuple(_element(i, world, at) for i in var.children), getattr(var, "given", 0))
            step = mpf(10) ** -(mp.dps // 4)
            up, down = (
                value(body, world, Place(at.bound, at.free, (*at.moved, (name, side)))) for side in (step, -step)
            )
            return (up - down) / (2 * step)
        case _:
            raise NotImplementedError(type(t).__name__)


def _true(condition: Term, world: World, at: Place) -> bool:
    assert isinstance(condition, Rel)
    left, right = value(condition.lhs, world, at), value(condition.rhs, world, at)
    if left != right and abs(left - right) <= TINY * max(abs(left), abs(right)):
        raise Unclear
    return COMPARISONS[condition.op](left, right)


def _between(low: int, high: int) -> range:
    if high < low - 1:
        raise Nowhere
    return range(low, high + 1)


def _element(t: Term, world: World, at: Place) -> str:
    if not isinstance(t.sort, IndexSet):
        return str(int(value(t, world, at)))
    if isinstance(t, Bound):
        return at.bound[-1 - t.depth]
    if isinstance(t, App):
        return world.element(_label(t.name, tuple(_element(i, world, at) for i in t.args), 0), _set(t))
    assert isinstance(t, Sym)
    return dict(at.free).get(t.name) or world.element(t.name, _set(t))


def _atom(t: Sym | App, world: World, at: Place) -> Real:
    args = tuple(_element(i, world, at) for i in t.children)
    given = t.given if isinstance(t, App) else 0
    total = world.number(t.name, args, given)
    total += sum(by for name, by in at.moved if name == _label(t.name, args, given))
    steps = [by for name, by in at.moved if name == DEPENDS.get(t.name)]
    if steps:
        total += sum(steps) * world.rate(t.name, args, given, DEPENDS[t.name])
    if len(steps) > 1:
        total += sum(steps) ** 2 / 2 * world.rate(t.name, args, given, DEPENDS[t.name], 2)
    return total


def _divide(a: Real, b: Real) -> Real:
    if b == 0:
        raise Nowhere
    return a / b


def _log(a: Real) -> Real:
    if a <= 0:
        raise Nowhere
    return mp.log(a)


def _exp(a: Real) -> Real:
    if a > 10**4:
        raise Nowhere
    return mp.exp(a)


def _power(a: Real, q: Fraction | None, exponent: Callable[[], Real]) -> Real:
    if q is not None and q.denominator == 1:
        return _divide(mpf(1), a**-q.numerator) if q < 0 else a**q.numerator
    return _exp(exponent() * _log(a))


def _sign(z: Real) -> Real:
    if z != 0 and abs(z) < TINY:
        raise Unclear
    return mp.sign(z)


FUNCTIONS: dict[str, Callable[..., Real]] = {
    "exp": _exp,
    "log": _log,
    "sigmoid": lambda z: 1 / (1 + _exp(-z)),
    "softplus": lambda z: mp.log1p(_exp(z)),
    "tanh": mp.tanh,
    "sqrt": lambda z: _exp(_log(z) / 2),
    "abs": abs,
    "sign": _sign,
    "log_gap": lambda u: u - 1 - _log(u),
    "max": max,
    "min": min,
    "clip": lambda v, low, high: min(max(v, low), high),
}

COMPARISONS: dict[str, Callable[[Real, Real], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

BINDERS: dict[str, Callable[[list[list[Real]]], Real]] = {
    "sum": lambda rows: sum((f for (f,) in rows), mpf(0)),
    "prod": lambda rows: mp.fprod(f for (f,) in rows),
    "max": lambda rows: max(f for (f,) in rows),
    "min": lambda rows: min(f for (f,) in rows),
    "E": lambda rows: sum((p * f for p, f in rows), mpf(0)),
    "KL": lambda rows: sum((p * _log(_divide(p, q)) for p, q in rows), mpf(0)),
    "H": lambda rows: -sum((p * _log(p) for (p,) in rows), mpf(0)),
    "cross_entropy": lambda rows: -sum((p * _log(q) for p, q in rows), mpf(0)),
}


def places(statement: Statement, world: World) -> list[Place]:
    """Every way to choose the indices that a statement speaks of all values of."""
    ranges = [[(i.name, e) for e in world.all_of(_set(i))] for i in statement.forall]
    return [Place((), chosen) for chosen in product(*ranges)]


def holds(statement: Statement, world: World) -> bool:
    """Whether a relation holds in this world: equations nearly, strict inequalities by a margin."""
    return all(_margin(statement.relation, world, at) for at in places(statement, world))


def _margin(relation: Term, world: World, at: Place) -> bool:
    if (parts := _parts_hold(relation, world, at, _margin)) is not None:
        return parts
    assert isinstance(relation, Rel)
    if isinstance(relation.lhs.sort, IndexSet):
        return COMPARISONS[relation.op](*(_element(side, world, at) for side in relation.children))
    left, right = value(relation.lhs, world, at), value(relation.rhs, world, at)
    gap, close = left - right, CLOSE * max(1, abs(left), abs(right))
    return {
        "=": abs(gap) <= close,
        ">": gap > close,
        ">=": gap >= 0,
        "<": gap < -close,
        "<=": gap <= 0,
        "!=": abs(gap) > close,
    }[relation.op]


def _parts_hold(relation: Term, world: World, at: Place, holds: Callable[[Term, World, Place], bool]) -> bool | None:
    """Conjunctions and implications by their parts; None for a comparison."""
    match relation:
        case And(parts=parts):
            return all(holds(p, world, at) for p in parts)
        case Rel(op="implies", lhs=a, rhs=b):
            return not holds(a, world, at) or not _beyond(b, world, at)
        case Rel(op="iff", lhs=a, rhs=b):
            ways = ((a, b), (b, a))
            return all(not holds(x, world, at) or not _beyond(y, world, at) for x, y in ways)
        case _:
            return None


def close(left: Real, right: Real) -> bool:
    """Whether two values agree, to the digits that differences for derivatives leave."""
    return abs(left - right) <= CLOSE * max(1, abs(left), abs(right))


def fails(statement: Statement, world: World) -> bool:
    """Whether a relation fails in this world, beyond rounding."""
    try:
        return any(_beyond(statement.relation, world, at) for at in places(statement, world))
    except Nowhere:
        return False


def _beyond(relation: Term, world: World, at: Place) -> bool:
    if isinstance(relation, And):
        return any(_beyond(p, world, at) for p in relation.parts)
    if (parts := _parts_hold(relation, world, at, _margin)) is not None:
        return not parts
    assert isinstance(relation, Rel)
    if isinstance(relation.lhs.sort, IndexSet):
        return not COMPARISONS[relation.op](*(_element(side, world, at) for side in relation.children))
    left, right = value(relation.lhs, world, at), value(relation.rhs, world, at)
    gap, close = left - right, CLOSE * max(1, abs(left), abs(right))
    equal = left == right and abs(left) < 10 and world.nice
    return {
        "=": abs(gap) > close,
        ">": gap < -close or equal,
        ">=": gap < -close,
        "<": gap > close or equal,
        "<=": gap > close,
        "!=": left == right and abs(left) < 10,
    }[relation.op]


def fails_at(statement: Statement, point: Point) -> bool:
    """Whether a statement fails at the point of a refutation, by more than the evaluation is off."""
    for digits in (mp.dps, 4 * mp.dps):
        with mp.workdps(digits):
            world = World.of(point)
            at = Place(free=tuple((i.name, world.elements[i.name]) for i in statement.forall))
            if _fails_nearby(statement.relation, world, at):
                return True
    return False


def _fails_nearby(relation: Term, world: World, at: Place) -> bool:
    match relation:
        case And(parts=parts):
            return any(_fails_nearby(p, world, at) for p in parts)
        case Rel(op="implies", lhs=a, rhs=b):
            return _nearly(a, world, at) and _fails_nearby(b, world, at)
        case Rel(op="iff", lhs=a, rhs=b):
            return any(_nearly(x, world, at) and _fails_nearby(y, world, at) for x, y in ((a, b), (b, a)))
        case Rel(op=op, lhs=a, rhs=b) if isinstance(a.sort, IndexSet):
            return not COMPARISONS[op](_element(a, world, at), _element(b, world, at))
        case Rel(op=op, lhs=a, rhs=b):
            left, right = value(a, world, at), value(b, world, at)
            digits = mp.dps * (4 if _has_slope(relation) else 9) // 10
            if abs(left - right) <= mpf(10) ** -digits * max(abs(left), abs(right), CLOSE):
                return op in ("<", ">", "!=")
            return not COMPARISONS[op](left, right)
        case _:
            raise NotImplementedError(repr(relation))


def _has_slope(t: Term) -> bool:
    return any(isinstance(part, Diff) for _, part in t.walk())


def holds_at(statement: Statement, point: Point) -> bool:
    """Whether a statement holds at the point of a refutation: equations to as many digits as points are shown with."""
    world = World.of(point)
    return all(_nearly(statement.relation, world, at) for at in places(statement, world))


def _nearly(relation: Term, world: World, at: Place) -> bool:
    match relation:
        case And(parts=parts):
            return all(_nearly(p, world, at) for p in parts)
        case Rel(op=op, lhs=a, rhs=b) if isinstance(a.sort, IndexSet):
            return COMPARISONS[op](_element(a, world, at), _element(b, world, at))
        case Rel(op=op, lhs=a, rhs=b):
            left, right = value(a, world, at), value(b, world, at)
            close = abs(left - right) <= SHOWN * max(1, abs(left), abs(right))
            return (close and op in ("=", "<=", ">=")) or COMPARISONS[op](left, right)
        case _:
            raise NotImplementedError(repr(relation))

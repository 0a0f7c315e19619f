# pyright: standard
"""Exact Laurent polynomials over Q with rational exponents; alone in touching sympy.polys and flint.

A polynomial is Σ c·m: coefficients c ∈ Q, monomials m = Π gᵢ^eᵢ over generators known by number only, eᵢ ∈ Q.
It is plain data, never changed once made:

    Monomial   ((i, e), ...)         sorted by generator number i, e ≠ 0, an int if integral; () is 1
    Poly       {monomial: c, ...}    c ≠ 0; {} is 0

Order of monomials: lexicographic; a smaller generator number weighs more, a missing generator has exponent 0.
It respects products (a > b implies a·c > b·c, negative exponents included), so leading terms multiply.

Primitive: smallest exponent 0 in every generator, coprime integer coefficients, leading coefficient > 0.
Every p ≠ 0 is c·m·primitive in exactly one way.

Only greatest common divisors and factors need a library: flint (python-flint) where it can be imported,
else sympy.polys, loaded on first use. Every answer is multiplied out again. Believed without a check: that
the divisor is greatest and the factors irreducible.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from heapq import heapify, heappop, heappush
from math import gcd, lcm
from operator import add as plus
from operator import ge
from operator import sub as minus
from typing import Any, NamedTuple

from symrlhf.rational import Q

Exponent = int | Fraction
Monomial = tuple[tuple[int, Exponent], ...]
Poly = dict[Monomial, Fraction]

MAX_TERMS = 20_000
"""Terms of a product, and of a polynomial handed to the library."""
MAX_PAIRS = 400_000
"""Pairs of terms met in one product."""
MAX_DIVISION = 100_000
"""Pairs of terms met in one division."""
MAX_DEGREE = 400
"""Sum over the generators of the largest exponent, in steps (1/2 for √x), of what the library is given."""
MAX_EFFORT = 30_000
"""Number of generators times the square of that sum, where there are several.

Without flint this tells seconds from hours better than terms or degrees do (measured on random products).
"""
MAX_BITS = 100_000
"""Bits of a power of a rational number."""


class OutOfFuel(Exception):
    """Too large to go on, by bounds that depend neither on the machine nor on the library."""


# Monomials


def _exponent(e: Exponent) -> Exponent:
    return e if isinstance(e, int) or e.denominator != 1 else e.numerator


def mono_mul(a: Monomial, b: Monomial) -> Monomial:
    """a·b: exponents add."""
    if not a:
        return b
    if not b:
        return a
    if a[-1][0] < b[0][0]:
        return a + b
    if b[-1][0] < a[0][0]:
        return b + a
    out: list[tuple[int, Exponent]] = []
    i = j = 0
    while i < len(a) and j < len(b):
        x, y = a[i], b[j]
        if x[0] < y[0]:
            out.append(x)
            i += 1
        elif y[0] < x[0]:
            out.append(y)
            j += 1
        else:
            e = x[1] + y[1]
            if e:
                out.append((x[0], _exponent(e)))
            i += 1
            j += 1
    return (*out, *a[i:], *b[j:])


def mono_pow(a: Monomial, e: Exponent) -> Monomial:
    """a^e: exponents are multiplied by e. For e not an integer this needs positive generators."""
    return tuple((i, _exponent(f * e)) for i, f in a) if e else ()


def _lex(m: Monomial) -> tuple[tuple[int, Exponent], ...]:
    """Sorts as the order of monomials does, where exponents are positive."""
    return tuple((-i, e) for i, e in m)


# The ring


ZERO: Poly = {}
ONE: Poly = {(): Q(1)}


def key(p: Poly) -> frozenset[tuple[Monomial, Fraction]]:
    """Hashable; equal exactly for equal polynomials."""
    return frozenset(p.items())


def constant(c: Fraction | int) -> Poly:
    if not isinstance(c, int | Fraction):
        raise TypeError(f"a coefficient is an int or a Fraction, not {type(c).__name__}")
    return {(): Q(c)} if c else ZERO


def generator(i: int, e: Exponent = 1) -> Poly:
    """gᵢ^e."""
    if not isinstance(e, int | Fraction):
        raise TypeError(f"an exponent is an int or a Fraction, not {type(e).__name__}")
    return {((i, _exponent(e)),): Q(1)} if e else ONE


def add(p: Poly, q: Poly) -> Poly:
    if not p:
        return q
    if not q:
        return p
    return _accumulate(p, q.items())


def sub(p: Poly, q: Poly) -> Poly:
    return _accumulate(p, ((m, -c) for m, c in q.items())) if q else p


def _accumulate(p: Poly, terms: Iterable[tuple[Monomial, Fraction]]) -> Poly:
    out = dict(p)
    for m, c in terms:
        old = out.get(m)
        if old is None:
            out[m] = c
        elif total := old + c:
            out[m] = total
        else:
            del out[m]
    return out


def scale(p: Poly, c: Fraction | int) -> Poly:
    """c·p."""
    if c == 1:
        return p
    return {m: a * c for m, a in p.items()} if c else ZERO


def _times_term(p: Poly, c: Fraction, m: Monomial) -> Poly:
    return scale({mono_mul(k, m): a for k, a in p.items()} if m else p, c)


def mul(p: Poly, q: Poly) -> Poly:
    if len(p) > len(q):
        p, q = q, p
    if not p:
        return ZERO
    if len(p) == 1:
        [(m, c)] = p.items()
        return _times_term(q, c, m)
    if len(p) * len(q) > MAX_PAIRS:
        raise OutOfFuel(f"a product of {len(p)} by {len(q)} terms")
    # Integers over one common denominator: adding fractions term by term costs ten times as much.
    d, left = _integers(p)
    e, right = _integers(q)
    out: dict[Monomial, int] = {}
    for m, a in left:
        for k, b in right:
            mk = mono_mul(m, k)
            out[mk] = out.get(mk, 0) + a * b
        if len(out) > MAX_TERMS:
            raise OutOfFuel(f"a product of more than {MAX_TERMS} terms")
    d *= e
    return {m: Q(c, d) if d != 1 else Q(c) for m, c in out.items() if c}


def _integers(p: Poly) -> tuple[int, list[tuple[Monomial, int]]]:
    """(d, terms of d·p) with the least d > 0 that makes the coefficients integers."""
    d = lcm(*(c.denominator for c in p.values()))
    return d, [(m, c.numerator * (d // c.denominator)) for m, c in p.items()]


def power(p: Poly, n: int) -> Poly:
    """pⁿ for an integer n ≥ 0; p⁰ = 1, also for p = 0."""
    if n < 0:
        raise ValueError("power needs n ≥ 0: a negative power of a sum is not a polynomial")
    if n == 0 or not p:
        return ZERO if n else ONE
    if n * max(max(c.numerator.bit_length(), c.denominator.bit_length()) - 1 for c in p.values()) > MAX_BITS:
        raise OutOfFuel(f"a power with coefficients of more than {MAX_BITS} bits")
    if len(p) == 1:
        [(m, c)] = p.items()
        return {mono_pow(m, n): c**n}
    out = ONE
    while n:
        if n & 1:
            out = mul(out, p)
        n >>= 1
        if n:
            p = mul(p, p)
    return out


def content(p: Poly) -> tuple[Fraction, Monomial, Poly]:
    """(c, m, primitive) with p = c·m·primitive, p ≠ 0."""
    if not p:
        raise ValueError("0 has no content")
    if len(p) == 1:
        [(m, c)] = p.items()
        return c, m, ONE
    lowest = _lowest(p)
    if lowest:
        up = mono_pow(lowest, -1)
        p = {mono_mul(m, up): c for m, c in p.items()}
    numerator = gcd(*(c.numerator for c in p.values()))
    denominator = lcm(*(c.denominator for c in p.values()))
    if p[max(p, key=_lex)] < 0:
        numerator = -numerator
    if numerator != 1 or denominator != 1:
        p = {m: Q(c.numerator // numerator * (denominator // c.denominator)) for m, c in p.items()}
    return Q(numerator, denominator), lowest, p


def _lowest(p: Poly) -> Monomial:
    """Every generator to its smallest exponent among the terms (0 where a term lacks it)."""
    least: dict[int, Exponent] = {}
    seen: dict[int, int] = {}
    for m in p:
        for i, e in m:
            seen[i] = seen.get(i, 0) + 1
            if i not in least or e < least[i]:
                least[i] = e
    return tuple((i, e) for i, e in sorted(least.items()) if e < 0 or seen[i] == len(p))


# Fractions, factors and division


def cancel(num: Poly, den: Poly) -> tuple[Poly, Poly]:
    """num/den in lowest terms: equal fractions of polynomials give equal pairs.

    The denominator is primitive: its constant and monomial content goes to the numerator, so that a monomial
    denominator leaves ONE. Raises ZeroDivisionError for den = 0.
    """
    if not den:
        raise ZeroDivisionError("a fraction with denominator 0")
    if not num:
        return ZERO, ONE
    c, m, d = content(den)
    if m or c != 1:
        num = _times_term(num, 1 / c, mono_pow(m, -1))
    if d == ONE or len(num) == 1:
        return num, d
    c, m, n = content(num)
    if n == d:
        return {m: c}, ONE
    if _plainly_coprime(n, d) or _plainly_coprime(d, n):
        return num, d
    grid = _grid((n, d), coarse=True)
    parts = _without_common_factor(_integral(n, grid), _integral(d, grid))
    if parts is None:
        return num, d
    return _times_term(_off_grid(parts[0], grid), c, m), _off_grid(parts[1], grid)


def _plainly_coprime(p: Poly, q: Poly) -> bool:
    """Does p contain a generator x that q lacks, with one of its coefficients in x a single term?

    Then a common divisor is free of x and divides that term; but primitives have no monomial divisors.
    """
    inside = _generators(p)
    lacking = inside - _generators(q)
    if lacking == inside:
        return True
    return any(1 in Counter(dict(m).get(i, 0) for m in p).values() for i in lacking)


def _generators(p: Poly) -> set[int]:
    return {i for m in p for i, _ in m}


def factor(p: Poly) -> tuple[Fraction, list[tuple[Poly, Exponent]]]:
    """p = c·Π fⱼ^eⱼ for p ≠ 0: fⱼ distinct, primitive and irreducible, in a fixed order.

    Generators come first, with rational and perhaps negative exponents; the others have integers > 0.
    Irreducible over Q in the variables gᵢ^(1/D), D the least that makes the exponents of gᵢ in the primitive
    part integers: x − 1 stays whole, x^(3/2) − 1 = (x^(1/2) − 1)(x + x^(1/2) + 1). So the factors of two
    polynomials with different D need not match: x − 1 and x^(1/2) − 1 have a common divisor.
    """
    c, m, primitive = content(p)
    factors: list[tuple[Poly, Exponent]] = [(generator(i), e) for i, e in m]
    if len(primitive) == 1:
        return c, factors
    grid = _grid((primitive,), coarse=False)
    dense = _integral(primitive, grid)
    if _linear_variable(dense) is not None:
        return c, [*factors, (primitive, 1)]
    found = _factors(backend(), frozenset(dense.items()))
    return c, factors + [(_off_grid(dict(f), grid), e) for f, e in found]


def divide(num: Poly, den: Poly) -> tuple[Poly, Poly]:
    """(q, r) with num = q·den + r exactly; q and r are linear in num, for a fixed den.

    Let den = c·m·d, d primitive. If d = a·xⁿ + ... + b in some generator x, with constants a and b (1 + x,
    not x + y), the exponents of x in r/(c·m) lie in [0, n), and r = 0 for every Laurent multiple of den.
    Else no monomial of r/(c·m) reaches every exponent of the leading monomial of d, and r = 0 if num/(c·m)
    is a polynomial multiple of d. A Laurent multiple may leave a remainder: (x + y)/x divided by x + y does.
    Raises ZeroDivisionError for den = 0.
    """
    if not den:
        raise ZeroDivisionError("division by the polynomial 0")
    c, m, d = content(den)
    num = _times_term(num, 1 / c, mono_pow(m, -1))
    if d == ONE or not num:
        return num, ZERO
    main = _main_generator(d)
    grid = _grid((num, d), coarse=False, first=main)
    rest, divisor = _vectors(num, grid), _vectors(d, grid)
    lead = max(divisor)
    need = [(k, e) for k, e in enumerate(lead) if e]
    quotient, rest = _reduce(rest, divisor, lead, lambda v: all(v[k] >= e for k, e in need), downward=True)
    if main is not None:
        more, rest = _reduce(rest, divisor, min(divisor), lambda v: v[0] < 0, downward=False)
        quotient |= more
    return _off_grid(quotient, grid), _times_term(_off_grid(rest, grid), c, m)


def _main_generator(d: Poly) -> int | None:
    """A generator x with d = a·xⁿ + ... + b for constants a, b ≠ 0; the first there is."""
    if () not in d:
        return None
    for i in sorted(_generators(d)):
        exponents = {m: dict(m).get(i, 0) for m in d}
        top = max(exponents.values())
        if [m for m, e in exponents.items() if e in (0, top)] in ([(), ((i, top),)], [((i, top),), ()]):
            return i
    return None


Vector = tuple[int, ...]
"""A monomial as the exponents of a fixed list of variables; tuples compare in the order of monomials."""


def _reduce(
    terms: Mapping[Vector, Fraction],
    divisor: Mapping[Vector, Fraction | int],
    pivot: Vector,
    reducible: Callable[[Vector], bool],
    *,
    downward: bool,
) -> tuple[dict[Vector, Fraction], dict[Vector, Fraction]]:
    """(q, r) with terms = q·divisor + r and no reducible monomial in r.

    The pivot is the divisor's first monomial in the direction of travel, so cancelling a monomial changes
    later ones only. The walk ends: downward, exponents stay above a bound (the reducible ones reach the pivot
    where it is not 0); upward, the first exponent grows to 0.
    """
    rest, quotient = dict(terms), dict[Vector, Fraction]()
    sign = -1 if downward else 1

    def flip(v: Vector) -> Vector:
        return tuple(sign * e for e in v)

    heap = [flip(v) for v in rest if reducible(v)]
    heapify(heap)
    pairs = 0
    while heap:
        v = flip(heappop(heap))
        if v not in rest:
            continue
        pairs += len(divisor)
        if pairs > MAX_DIVISION:
            raise OutOfFuel("a division that is too long")
        shift = tuple(map(minus, v, pivot))
        ratio = quotient[shift] = rest[v] / divisor[pivot]
        for u, c in divisor.items():
            w = tuple(map(plus, shift, u))
            new = rest.get(w, 0) - ratio * c
            if not new:
                del rest[w]
                continue
            if w not in rest and reducible(w):
                heappush(heap, flip(w))
            rest[w] = Q(new)
    return quotient, rest


# The bridge: polynomials in variables with integer exponents


class _Grid(NamedTuple):
    """Variables gᵢ^uᵢ, in the order of monomials."""

    generators: tuple[int, ...]
    steps: tuple[Fraction, ...]


def _grid(polys: Iterable[Poly], *, coarse: bool, first: int | None = None) -> _Grid:
    """Variables in which the polynomials have integer exponents: the largest steps that do (coarse), or 1/D.

    Coarse variables keep degrees small and suffice for common divisors; irreducibility depends on the choice.
    """
    top: dict[int, int] = {}
    bottom: dict[int, int] = {}
    for p in polys:
        for m in p:
            for i, e in m:
                top[i] = gcd(top.get(i, 0), e.numerator)
                bottom[i] = lcm(bottom.get(i, 1), e.denominator)
    generators = sorted(top, key=lambda i: (i != first, i))
    return _Grid(tuple(generators), tuple(Q(top[i] if coarse else 1, bottom[i]) for i in generators))


def _vectors(p: Poly, grid: _Grid) -> dict[Vector, Fraction]:
    out: dict[Vector, Fraction] = {}
    place = {i: (k, u.numerator, u.denominator) for k, (i, u) in enumerate(zip(*grid, strict=True))}
    for m, c in p.items():
        v = [0] * len(place)
        for i, e in m:
            k, top, bottom = place[i]
            v[k] = e * bottom // top
        out[tuple(v)] = c
    return out


Dense = dict[Vector, int]
"""An integer polynomial in numbered variables; here always primitive."""
Frozen = frozenset[tuple[Vector, int]]
"""A Dense as a key. The generators are gone, so one cached answer serves every renaming."""


def _integral(p: Poly, grid: _Grid) -> Dense:
    return {v: c.numerator for v, c in _vectors(p, grid).items()}


def _off_grid(p: Mapping[Vector, Fraction | int], grid: _Grid) -> Poly:
    # Sorted, because the libraries disagree about order and a Poly keeps it.
    return {
        tuple(sorted((i, _exponent(e * u)) for i, u, e in zip(*grid, v, strict=True) if e)): Q(p[v])
        for v in sorted(p, reverse=True)
    }


def _without_common_factor(a: Dense, b: Dense) -> tuple[Dense, Dense] | None:
    """(a/g, b/g) for g the greatest common divisor, or None where g = 1."""
    one: Dense = {(0,) * len(next(iter(a))): 1}
    # An irreducible polynomial divides or is coprime. Softmax denominators are of this kind.
    if (k := _linear_variable(b)) is not None:
        quotient = _quotient(a, b, k)
        return None if quotient is None else (quotient, one)
    if (k := _linear_variable(a)) is not None:
        quotient = _quotient(b, a, k)
        return None if quotient is None else (one, quotient)
    parts = _cofactors(backend(), frozenset(a.items()), frozenset(b.items()))
    return None if parts is None else (dict(parts[0]), dict(parts[1]))


def _linear_variable(p: Dense) -> int | None:
    """A variable x with p = m·x + b, m a single term, b free of x. Then p is irreducible.

    For a factor of both m and b would be a monomial, and p is primitive.
    """
    for k in range(len(next(iter(p)))):
        inside = [v[k] for v in p if v[k]]
        if inside == [1]:
            return k
    return None


def _quotient(a: Dense, b: Dense, k: int) -> Dense | None:
    """a/b, or None where b does not divide a; b is linear in variable k."""
    root = _root(b, k)
    if root and _value(a, root):
        return None
    lead = max(b)
    fractions = {v: Q(c) for v, c in a.items()}
    quotient, rest = _reduce(fractions, b, lead, lambda v: all(map(ge, v, lead)), downward=True)
    return None if rest else {v: c.numerator for v, c in quotient.items()}


_PRIME = 2**61 - 1


def _root(b: Dense, k: int) -> list[int] | None:
    """A zero modulo _PRIME of b = m·x + rest, where x is variable k and the others have arbitrary values.

    A multiple of b vanishes there too, so a polynomial that does not vanish is no multiple.
    None where the coefficient of m is a multiple of _PRIME.
    """
    point = [pow(3, j + 2, _PRIME) for j in range(len(next(iter(b))))]
    point[k] = 1
    m = {v: c for v, c in b.items() if v[k]}
    rest = {v: c for v, c in b.items() if not v[k]}
    slope = _value(m, point)
    if not slope:
        return None
    point[k] = -_value(rest, point) * pow(slope, -1, _PRIME) % _PRIME
    return point


def _value(p: Dense, point: list[int]) -> int:
    """p(point) modulo _PRIME."""
    total = 0
    for v, c in p.items():
        for x, e in zip(point, v, strict=True):
            if e:
                c = c * pow(x, e, _PRIME) % _PRIME
        total += c
    return total % _PRIME


@lru_cache(maxsize=8192)
def _cofactors(name: str, a: Frozen, b: Frozen) -> tuple[Frozen, Frozen] | None:
    """(a/g, b/g) for g the greatest common divisor of the primitives a and b, or None where g = 1."""
    _refuse_large(a, b)
    answer = _LIBRARIES[name].cofactors(dict(a), dict(b))
    if answer is None:
        return None
    g, a_over_g, b_over_g = map(_positive, answer)
    _insist(name, _dense_mul(a_over_g, g) == dict(a) and _dense_mul(b_over_g, g) == dict(b))
    return frozenset(a_over_g.items()), frozenset(b_over_g.items())


@lru_cache(maxsize=8192)
def _factors(name: str, a: Frozen) -> tuple[tuple[Frozen, int], ...]:
    """The irreducible factors of a primitive a with their exponents, simplest first."""
    _refuse_large(a)
    try:
        factors = [(_positive(f), e) for f, e in _LIBRARIES[name].factors(dict(a))]
    except OverflowError as reason:
        raise OutOfFuel(f"the factors of a polynomial: {reason}") from None
    product = {(0,) * len(next(iter(a))[0]): 1}
    for f, e in factors:
        for _ in range(e):
            product = _dense_mul(product, f)
    _insist(name, product == dict(a))
    factors.sort(key=lambda fe: (len(fe[0]), sorted(fe[0].items(), reverse=True)))
    return tuple((frozenset(f.items()), e) for f, e in factors)


def _refuse_large(*polys: Frozen) -> None:
    for p in polys:
        tops = [max(exponents) for exponents in zip(*(v for v, _ in p), strict=True)]
        degree, variables = sum(tops), sum(map(bool, tops))
        effort = variables * degree**2 if variables > 1 else 0
        if len(p) > MAX_TERMS or degree > MAX_DEGREE or effort > MAX_EFFORT:
            raise OutOfFuel(f"{len(p)} terms of degree {degree} in {variables} generators")


def _positive(p: Dense) -> Dense:
    return p if p[max(p)] > 0 else {v: -c for v, c in p.items()}


def _dense_mul(p: Dense, q: Dense) -> Dense:
    if len(p) * len(q) > MAX_PAIRS:
        raise OutOfFuel(f"a product of {len(p)} by {len(q)} terms")
    out: Dense = {}
    for u, a in p.items():
        for v, b in q.items():
            w = tuple(map(plus, u, v))
            out[w] = out.get(w, 0) + a * b
    return {v: c for v, c in out.items() if c}


def _insist(name: str, right: bool) -> None:
    if not right:
        raise ArithmeticError(f"the polynomial library '{name}' gave factors of something else")


# The two libraries


@cache
def backend() -> str:
    """'flint' or 'python': chosen on first use, for the whole process.

    SYMRLHF_POLY decides if set; else SYMPY_GROUND_TYPES=python means 'python'; else 'flint' where installed.
    Only SYMPY_GROUND_TYPES=python keeps flint out entirely: sympy.polys itself counts with it.
    """
    wish = os.environ.get("SYMRLHF_POLY")
    if wish is None and os.environ.get("SYMPY_GROUND_TYPES") == "python":
        wish = "python"
    if wish is not None:
        if wish not in _LIBRARIES:
            raise ValueError(f"SYMRLHF_POLY is '{wish}'; it must be one of {', '.join(sorted(_LIBRARIES))}")
        return wish
    try:
        # An unrelated package is also called flint, and old versions have no multivariate polynomials.
        from flint import fmpz_mpoly_ctx  # noqa: F401
    except ImportError:
        return "python"
    return "flint"


class _Library(NamedTuple):
    cofactors: Callable[[Dense, Dense], tuple[Dense, Dense, Dense] | None]
    """(a, b) -> (g, a/g, b/g), or None where g = ±1."""
    factors: Callable[[Dense], list[tuple[Dense, int]]]


def _names(p: Dense) -> tuple[str, ...]:
    return tuple(f"x{k}" for k in range(len(next(iter(p)))))


@lru_cache(maxsize=256)
def _flint_ring(names: tuple[str, ...]) -> Any:
    from flint import Ordering, fmpz_mpoly_ctx

    return fmpz_mpoly_ctx.get(names, Ordering.lex)


def _from_flint(p: Any) -> Dense:
    return {tuple(map(int, v)): int(c) for v, c in p.to_dict().items()}


def _flint_cofactors(a: Dense, b: Dense) -> tuple[Dense, Dense, Dense] | None:
    ring = _flint_ring(_names(a))
    p, q = ring.from_dict(a), ring.from_dict(b)
    g = p.gcd(q)
    return None if g.is_constant() else (_from_flint(g), _from_flint(p // g), _from_flint(q // g))


def _flint_factors(a: Dense) -> list[tuple[Dense, int]]:
    _, factors = _flint_ring(_names(a)).from_dict(a).factor()
    return [(_from_flint(f), int(e)) for f, e in factors]


@lru_cache(maxsize=256)
def _sympy_ring(names: tuple[str, ...]) -> Any:
    from sympy.polys.domains import ZZ
    from sympy.polys.orderings import lex
    from sympy.polys.rings import PolyRing

    return PolyRing(names, ZZ, lex)


def _to_sympy(p: Dense) -> Any:
    ring = _sympy_ring(_names(p))
    return ring.from_dict({v: ring.domain(c) for v, c in p.items()})


def _from_sympy(p: Any) -> Dense:
    return {tuple(map(int, v)): int(c) for v, c in p.items()}


def _sympy_cofactors(a: Dense, b: Dense) -> tuple[Dense, Dense, Dense] | None:
    from sympy.polys.polyerrors import HeuristicGCDFailed

    p, q = _to_sympy(a), _to_sympy(b)
    try:
        answer = p.cofactors(q)
    except HeuristicGCDFailed:
        answer = p.ring.dmp_inner_gcd(p, q)
    g, p_over_g, q_over_g = map(_from_sympy, answer)
    return None if answer[0].is_ground else (g, p_over_g, q_over_g)


def _sympy_factors(a: Dense) -> list[tuple[Dense, int]]:
    _, factors = _to_sympy(a).factor_list()
    return [(_from_sympy(f), int(e)) for f, e in factors]


_LIBRARIES = {
    "flint": _Library(_flint_cofactors, _flint_factors),
    "python": _Library(_sympy_cofactors, _sympy_factors),
}

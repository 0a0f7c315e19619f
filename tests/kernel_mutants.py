"""Mutants of the kernel: one law, side condition or check weakened at a time.

A mutant edits the source of one kernel module; the functions whose code that changes get the new code in place, so
that every reference to them sees it, and get their own back afterwards. Tables are patched by entry.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from symrlhf.kernel import kinks, normal
from symrlhf.kernel.obligations import obligations
from symrlhf.term import as_term

PACKAGE = "symrlhf"


class Mutant(NamedTuple):
    """`weakens` says what is wrong with it. In `module`, `old` becomes `new`."""

    weakens: str
    module: str
    old: str
    new: str


class Entry(NamedTuple):
    """A mutant of a table: in `module`, `table[key]` becomes `value()`."""

    weakens: str
    module: str
    table: str
    key: str
    value: Callable[[], Any]


@contextmanager
def applied(mutant: Mutant | Entry) -> Iterator[None]:
    """The kernel with this mutation, which remembers nothing from before and leaves nothing behind."""
    _forget()
    try:
        with _entry_changed(mutant) if isinstance(mutant, Entry) else _code_changed(mutant):
            yield
    finally:
        _forget()


def _forget() -> None:
    obligations.cache_clear()
    normal._taught.cache_clear()


@contextmanager
def _code_changed(mutant: Mutant) -> Iterator[None]:
    module = import_module(f"{PACKAGE}.{mutant.module}")
    source = inspect.getsource(module)
    assert source.count(mutant.old) == 1, f"{mutant.weakens}: not one place, but {source.count(mutant.old)}"
    changed = _changed_code(module, source, source.replace(mutant.old, mutant.new))
    assert changed, f"{mutant.weakens}: nothing changed"
    kept = [(function, function.__code__) for function, _ in changed]
    try:
        for function, code in changed:
            function.__code__ = code
        yield
    finally:
        for function, code in kept:
            function.__code__ = code


@contextmanager
def _entry_changed(mutant: Entry) -> Iterator[None]:
    table = getattr(import_module(f"{PACKAGE}.{mutant.module}"), mutant.table)
    kept, table[mutant.key] = table[mutant.key], mutant.value()
    try:
        yield
    finally:
        table[mutant.key] = kept


def _changed_code(module: ModuleType, before: str, after: str) -> list[tuple[FunctionType, CodeType]]:
    """The functions of the module whose code differs, each with the new one."""
    old, new = ({c.co_qualname: c for c in _codes(compile(s, module.__file__ or "", "exec"))} for s in (before, after))
    names = [n for n in new if "<" not in n and n in old and new[n] != old[n]]
    found = [(_function(module, n), new[n]) for n in names]
    return [(function, code) for function, code in found if function is not None]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def _function(module: ModuleType, qualname: str) -> FunctionType | None:
    value: Any = module
    for part in qualname.split("."):
        value = inspect.getattr_static(value, part)
    value = getattr(value, "func", None) or getattr(value, "fget", None) or getattr(value, "__func__", value)
    value = inspect.unwrap(value)
    return value if isinstance(value, FunctionType) else None


# ------------------------------------------------------------------ the table

MUTANTS: tuple[Mutant | Entry, ...] = (
    # exp, log, roots, |·|
    Mutant(
        "exp(c log|p|) = p^c without |·|",
        "kernel.field",
        "if sign is None:\n            bars",
        "if sign is None:\n            sign = (1, False)\n        if False:\n            bars",
    ),
    Mutant(
        "a negative base under a root keeps its sign",
        "kernel.field",
        "if sign[0] < 0:\n            p",
        "if False:\n            p",
    ),
    Mutant("bounds: a weak bound is strict", "kernel.bounds", 'op = "<" if op in ("<", ">") else "<="', 'op = "<"'),
    Mutant("bounds: a square is no more than |x|", "kernel.bounds", "return x, -x", "return x, -x, x * x"),
    Mutant(
        "bounds: a bound on one is one on all", "kernel.bounds", 'term.name == "min"', 'term.name in ("min", "max")'
    ),
    Mutant("facts: a weak combination is strict", "kernel.facts", "return any(columns[j].strict and", "return any("),
    Mutant("facts: a combination tells either sign", "kernel.facts", "return side, strict", "return 1, strict"),
    Mutant("facts: some facts have the other sign", "kernel.field", "Q(s)), strict)", "Q(abs(s))), strict)"),
    Mutant("|p| = p for p ≤ 0", "kernel.field", "yield opposite and (-opposite[0], opposite[1])", "yield opposite"),
    Mutant(
        "|p|² = p",
        "kernel.field",
        "even = self.power(Quotient(g.data, poly.ONE), int(e) - rest)",
        "even = self.power(Quotient(g.data, poly.ONE), (int(e) - rest) // 2)",
    ),
    Mutant(
        "(√p)² = p²",
        "kernel.field",
        "base = self.power(Quotient(g.data, poly.ONE), whole)\n            return self._times(base",
        "base = self.power(Quotient(g.data, poly.ONE), 2 * whole)\n            return self._times(base",
    ),
    Mutant(
        "log p^e = log p",
        "kernel.field",
        "total = self.add(total, self._log_of(p, e * side))",
        "total = self.add(total, self._log_of(p, side))",
    ),
    Mutant(
        "log of a denominator added",
        "kernel.field",
        "for part, side in ((q.num, 1), (q.den, -1)):\n            constant, factors = poly.factor(part)\n            for n",
        "for part, side in ((q.num, 1), (q.den, 1)):\n            constant, factors = poly.factor(part)\n            for n",
    ),
    Mutant(
        "the constant lost in a logarithm",
        "kernel.field",
        "self._log_of(poly.constant(Q(prime)), e * s)",
        "self.constant(0)",
    ),
    Mutant(
        "log √p = log p",
        "kernel.field",
        'if g.kind in ("root", "abs"):\n                p = g.data',
        'if g.kind in ("root", "abs"):\n                return self._times(self.constant(e), self.log(Quotient(g.data, poly.ONE))) if g.kind == "abs" else self._times(self.constant(2 * e), self.log(Quotient(g.data, poly.ONE)))',
    ),
    Mutant(
        "exp of a quotient splits off its numerator",
        "kernel.field",
        "self._exp_of({m: Q(1)}, a.den, c)",
        "self._exp_of({m: Q(1)}, poly.ONE, c)",
    ),
    Mutant(
        "exp(c m) = exp(m)",
        "kernel.field",
        'return self.just(self.generator("exp", key, (num, den), free, (1, True), self.height(num, den)), c)',
        'return self.just(self.generator("exp", key, (num, den), free, (1, True), self.height(num, den)), 1)',
    ),
    Mutant("|c p| = c |p|", "kernel.field", "self.constant(abs(constant) ** side)", "self.constant(constant ** side)"),
    Mutant(
        "a known product's sign for one of its factors",
        "kernel.field",
        "if together <= left.keys() and all(left[k][1] % 2 == 1 for k in together):",
        "if together & left.keys() and not (together := together & left.keys()) - left.keys():",
    ),
    # signs
    Mutant(
        "a square is positive",
        "kernel.field",
        "t = (1, False)\n                    if t is None",
        "t = (1, True)\n                    if t is None",
    ),
    Mutant(
        "an even power of a generator is strict",
        "kernel.field",
        "strict = strict and (e < 0 or (s is not None and s[1]))",
        "strict = strict",
    ),
    Mutant(
        "monomials of unknown sign are skipped",
        "kernel.field",
        "            if s is None:\n                return self._sign_of_number(p)\n            value = s[0] if c > 0 else -s[0]",
        "            if s is None:\n                continue\n            value = s[0] if c > 0 else -s[0]",
    ),
    Mutant(
        "the first monomial decides the sign",
        "kernel.field",
        "if total not in (None, value):\n                return self._sign_of_number(p)\n            total, strict",
        "if total not in (None, value):\n                continue\n            total, strict",
    ),
    Mutant("a coefficient's sign is ignored", "kernel.field", "value = s[0] if c > 0 else -s[0]", "value = s[0]"),
    Mutant(
        "log p ≥ 0 for every positive p",
        "kernel.field",
        "return sign if sign is not None and (sign[0] > 0 or own is not None) else None",
        "return (1, False)",
    ),
    Entry("weak declarations taken as strict", "kernel.field", "DECLARED_SIGNS", "nonnegative", lambda: (1, True)),
    Entry("u − 1 − log u > 0", "kernel.signs", "ALWAYS", "log_gap", lambda: (1, True)),
    Mutant("|a| > 0", "kernel.signs", "return 1, self.nonzero(a)", "return 1, True"),
    Entry("≥ read as >", "kernel.signs", "FLIP", ">=", lambda: (1, True)),
    Entry(
        "strict from weak in a comparison", "kernel.rules", "INEQUALITIES", "<", lambda: lambda sign, strict: sign > 0
    ),
    Entry("≠ from weak in a comparison", "kernel.rules", "INEQUALITIES", "!=", lambda: lambda sign, strict: True),
    Entry("obligations > 0 discharged by ≥ 0", "kernel.signs", "WANTED", ">", lambda: lambda s: s[0] > 0),
    Mutant(
        "a written sum is as positive as its first term",
        "kernel.signs",
        "if any(s is None for s in signs) or len({s[0] for s in signs if s}) != 1:",
        "if signs[0] is None:",
    ),
    Mutant(
        "a written product of weak signs is strict",
        "kernel.signs",
        "return prod(s[0] for s in signs if s), all(s[1] for s in signs if s)",
        "return prod(s[0] for s in signs if s), any(s[1] for s in signs if s)",
    ),
    Mutant("a written even power is strict", "kernel.signs", "return 1, n < 0 or self.nonzero(base)", "return 1, True"),
    Mutant(
        "an odd power is positive",
        "kernel.signs",
        "return sign if sign is not None and (sign[0] > 0 or (n is not None and n % 2 == 1)) else None",
        "return (1, sign[1]) if sign is not None else None",
    ),
    Mutant(
        "a quotient has its numerator's sign",
        "kernel.signs",
        "return (above[0] * below[0], above[1]) if above and below else None",
        "return above",
    ),
    Mutant(
        "a hypothesis of one sign learnt as the other",
        "kernel.signs",
        "self._given.setdefault(relation.rhs, (-sign, strict))",
        "self._given.setdefault(relation.rhs, (sign, strict))",
    ),
    Mutant(
        "the sign of a product learnt for its first factor", "kernel.normal", "if len(unknown) == 1:", "if unknown:"
    ),
    Mutant("a weak sign divided out", "kernel.normal", "(strict or known[1])", "True"),
    Mutant("an even power divided out", "kernel.normal", "return  # where an even", "continue  # where an even"),
    Mutant(
        "a fact about one element learnt for all",
        "kernel.normal",
        "if p in pattern.free_indices:",
        "if isinstance(p.sort, IndexSet):",
    ),
    Mutant(
        "a pattern's index may stand for two elements",
        "kernel.normal",
        "if p.sort != arg.sort or meant.setdefault(p, arg) != arg:",
        "if p.sort != arg.sort:",
    ),
    Mutant("≥ given, > learnt", "kernel.normal", '">=": (1, False)', '">=": (1, True)'),
    # the normal form of terms
    Mutant(
        "powers whose exponent is no number lose it",
        "kernel.normal",
        "return self.exp(self.mul(power, self.log_of(base)))",
        "return self.exp(self.log_of(base))",
    ),
    Mutant(
        "a product of any factors is positive",
        "kernel.normal",
        "if self.sign(factor) != (1, True):",
        "if self.sign(factor) == (-1, True):",
    ),
    Entry("min is max", "kernel.normal", "FUNCTION_LAWS", "min", lambda: normal._extremum(1)),
    Entry(
        "max loses its half",
        "kernel.normal",
        "FUNCTION_LAWS",
        "max",
        lambda: lambda nf, *args: nf.add(nf.convert(args[0]), nf.convert(args[1])),
    ),
    Mutant("δ of two different letters is 0", "kernel.normal", "if frozenset(args) in nf.distinct:", "if i != j:"),
    Mutant(
        "δ of one index with itself is 0",
        "kernel.normal",
        "if i == j:\n        return nf.constant(1)",
        "if i == j:\n        return nf.constant(0)",
    ),
    # case splits
    Entry("max is min, told by cells", "kernel.kinks", "KINKS", "max", lambda: kinks._extremum("max", kinks.DOWN)),
    Mutant(
        "the sign of 0 is 1",
        "kernel.kinks",
        "Rational(s)) for s in (1, 0, -1)",
        "Rational(s or 1)) for s in (1, 0, -1)",
    ),
    Mutant(
        "cells: told after any split",
        "kernel.cells",
        "if cell.empty or self.leaf",
        "if cell.empty or cell.path or self.leaf",
    ),
    Mutant("cells: one half of a split", "kernel.cells", "return [(p, UP), (p, DOWN)]", "return [(p, UP)]"),
    Mutant(
        "cells: the edge between",
        "kernel.cells",
        "for s in sorted(may, reverse=True)]",
        "for s in sorted(may, reverse=True) if s]",
    ),
    Mutant(
        "cells: half of the values",
        "kernel.cells",
        "for signs, v in what.values if may <= signs",
        "for signs, v in what.values if may & signs",
    ),
    Mutant(
        "cells: a square is not 0",
        "kernel.cell",
        "return may if e % 2 else Signs(abs(s) for s in may)",
        "return may if e % 2 else Signs((1,))",
    ),
    Mutant(
        "cells: all signs of a factor are one",
        "kernel.cell",
        "return Signs(constant * prod(each) for each in product(*may))",
        "return Signs((constant,))",
    ),
    Mutant(
        "cells: the first factor of a product is 0",
        "kernel.cell",
        "cell = self if others or e % 2 != 1 else",
        "cell = self if e % 2 != 1 else",
    ),
    Mutant("cells: 0 ≥ 0 is a contradiction", "kernel.linear", "number == 0 and self.strict", "number == 0"),
    Mutant("cells: products of weak bounds are strict", "kernel.cell", "s and t) for", "True) for"),
    Mutant(
        "cells: every bound is strict",
        "kernel.linear",
        "rest.add(_row(together, strict or also_strict))",
        "rest.add(_row(together, True))",
    ),
    Mutant(
        "the slope of max is that of the smaller",
        "kernel.derive",
        'Rel(">" if name == "max" else "<", a, b)',
        'Rel("<" if name == "max" else ">", a, b)',
    ),
    Entry("the slope of |a| is 1", "kernel.derive", "OUTER", "abs", lambda: lambda u: as_term(1)),
    Mutant(
        "a kink has a slope", "kernel.obligations", "yield from _kinks(resolve(body, setting), var, setting)", "pass"
    ),
    Mutant(
        "a branch asks for nothing",
        "kernel.obligations",
        "if signs is None or not signs.holds(Statement.of(here)):",
        "if signs is None:",
    ),
    Entry("not < is >", "kernel.obligations", "NEGATION", "<", lambda: ">"),
    # sums
    Mutant(
        "every factor leaves the sum",
        "kernel.sums",
        "inside = tuple(t for t in m if index in nf.generators[t[0]].free)\n            free = tuple(t for t in m if index not in nf.generators[t[0]].free)",
        "inside = tuple(t for t in m[:1] if index in nf.generators[t[0]].free)\n            free = tuple(t for t in m if t not in inside)",
    ),
    Mutant(
        "an index captured where sums merge",
        "kernel.sums",
        "            inner, fresh = opened(nf, g.data)\n",
        "            inner, fresh = opened(nf, g.data)\n"
        "            inner, fresh = nf.replace_index(inner, fresh[0], binders[0]), [binders[0], *fresh[1:]]\n",
    ),
    Mutant(
        "δ sifts into the wrong index",
        "kernel.sums",
        "q = nf.replace_index(Quotient({_rest(m, i): Q(1)}, den), var, other)",
        "q = Quotient({_rest(m, i): Q(1)}, den)",
    ),
    Mutant(
        "Σ_y c = c",
        "kernel.sums",
        "return nf.mul(size, _sum_or_plain(nf, others, m, den))",
        "return _sum_or_plain(nf, others, m, den)",
    ),
    Mutant("Σ π² = 1", "kernel.sums", "if len(at) == 1 and at[0][1] == 1 and (total", "if len(at) == 1 and (total"),
    Mutant("Σ π f = 1", "kernel.sums", "if len(at) == 1 and at[0][1] == 1 and (total", "if at[0][1] == 1 and (total"),
    Mutant(
        "Σ_y π(y)/f(y) = 1/f",
        "kernel.sums",
        "        if b in in_den:\n            continue\n        others",
        "        others",
    ),
    Mutant(
        "Σ f = 1 for a reward",
        "kernel.sums",
        "if not isinstance(atom, App) or not nf.setting.declaration(atom.name).distribution:",
        "if not isinstance(atom, App):",
    ),
    Mutant(
        "Σ over what is given",
        "kernel.sums",
        "if atom.args[0] != index or any(index in a.symbols for a in atom.args[1:]):",
        "if index not in atom.symbols:",
    ),
    Mutant(
        "Σ_y π(y | y) = 1",
        "kernel.sums",
        "if atom.args[0] != index or any(index in a.symbols for a in atom.args[1:]):",
        "if atom.args[0] != index:",
    ),
    Mutant(
        "Σ ∂π/∂π(k) = 0",
        "kernel.sums",
        "        if not _is_parameter(nf, atom.var, index):\n            return None\n",
        "",
    ),
    Mutant("the score sums to one", "kernel.sums", "total, atom = 0, atom.body", "total, atom = 1, atom.body"),
    Mutant(
        "a sum of products is the product of sums",
        "kernel.sums",
        "joined = [g for g in groups if g[0] & touched]",
        "joined = [g for g in groups if g[0] & touched][:1]",
    ),
    Mutant(
        "one power of an inner sum divided out whatever it is",
        "kernel.sums",
        "if len(inner.num) == 1 and any(i in sums for factors in inner.num for i, _ in factors):",
        "if len(inner.num) == 1:\n            inner = nf.constant(1)",
    ),
    Mutant(
        "rows are columns",
        "kernel.sums",
        "key = (names, named, poly.key(q.den))",
        "key = (names, tuple(sorted(e for _, e in named)), poly.key(q.den))",
    ),
    Mutant(
        "sums of all heights share their letters",
        "kernel.sums",
        "height = nf.height({m: Q(1)}, den) + 1",
        "height = 1",
    ),
    Mutant(
        "sums of one shape are one",
        "kernel.sums",
        'nf.generator("sum", key, data, free, sign, height)',
        'nf.generator("sum", (len(names), len(named)), data, free, sign, height)',
    ),
    Mutant(
        "the denominator of a sum forgotten",
        "kernel.sums",
        "for p, d in ((whole, poly.ONE), (rest, den)):",
        "for p, d in ((whole, poly.ONE),):",
    ),
    Mutant("δ_{ij} f(j) = f(i)", "kernel.field", "rest = self.mul(rest, self.convert(delta(chosen, other)))", "pass"),
    # derivatives
    Entry("(log)' = 1", "kernel.derive", "OUTER", "log", lambda: lambda u: u / u),
    Entry("(exp)' = 1", "kernel.derive", "OUTER", "exp", lambda: lambda u: u / u),
    Mutant(
        "the inner derivative lost",
        "kernel.derive",
        "return OUTER[name](u) * derivative(u, var, setting)",
        "return OUTER[name](u)",
    ),
    Mutant(
        "one factor of a product differentiated",
        "kernel.derive",
        "for i, f in enumerate(factors)\n",
        "for i, f in list(enumerate(factors))[:1]\n",
    ),
    Mutant(
        "the quotient rule without its second term",
        "kernel.derive",
        "(da * b - a * db) / Pow(b, Rational(2))",
        "da / b",
    ),
    Mutant("the quotient rule with a plus", "kernel.derive", "(da * b - a * db)", "(da * b + a * db)"),
    Mutant(
        "an exponent not differentiated",
        "kernel.derive",
        "return by_base if dn == ZERO else by_base + term * log(a) * dn",
        "return by_base",
    ),
    Mutant("a power not lowered", "kernel.derive", "by_base = n * Pow(a, lowered)", "by_base = n * Pow(a, n)"),
    Mutant(
        "a product's derivative without the other factors",
        "kernel.derive",
        'return term * bind("sum", index, derivative(f, var, setting) / f)',
        'return bind("sum", index, derivative(f, var, setting))',
    ),
    Mutant(
        "all entries are one",
        "kernel.derive",
        "return _product([delta(a, b) for a, b in zip(args, var.args, strict=True) if a != b])",
        "return ONE",
    ),
    Mutant(
        "entries over different sets are one",
        "kernel.derive",
        "return ZERO  # entries over different sets",
        "return ONE",
    ),
    Mutant(
        "an undeclared dependency ignored",
        "kernel.derive",
        "return isinstance(var, (Sym, App)) and setting.varies(term, var.name)",
        "return isinstance(var, (Sym, App)) and var.name in term.names",
    ),
    Mutant(
        "sg differentiated",
        "kernel.derive",
        'case Fun(name="stop_gradient"):\n            return ZERO',
        'case Fun(name="stop_gradient", args=(u,)):\n            return derivative(u, var, setting)',
    ),
    Mutant(
        "derivatives taken after Σπ = 1",
        "kernel.normal",
        "q = self._whole.get(term)",
        "q, term = None, term.transform(lambda t: t.body - t.body if isinstance(t, Diff) and self.convert(resolve(t.body, self.setting)).constant() is not None else t)",
    ),
    # obligations, conditions, witnesses
    Mutant(
        "no obligation for a denominator",
        "kernel.obligations",
        "case Div(denominator=b) if not exact_value(b):",
        "case Div(denominator=b) if False:",
    ),
    Mutant(
        "no obligation for a logarithm",
        "kernel.obligations",
        'case Fun(name="log", args=(a,)):\n            yield Rel(">", a, ZERO)',
        'case Fun(name="log", args=(a,)):\n            return',
    ),
    Mutant(
        "a logarithm asks for ≠ 0",
        "kernel.obligations",
        'case Fun(name="log", args=(a,)):\n            yield Rel(">", a, ZERO)',
        'case Fun(name="log", args=(a,)):\n            yield Rel("!=", a, ZERO)',
    ),
    Mutant(
        "a root asks for nothing",
        "kernel.obligations",
        'yield Rel(">", b, ZERO)\n            elif',
        "pass\n            elif",
    ),
    Mutant(
        "nothing asked for below a binder",
        "kernel.obligations",
        "yield from _collect(body, setting)\n        case Range",
        "return\n        case Range",
    ),
    Mutant(
        "conditions are dropped",
        "kernel.theorem",
        "return tuple(c for c in left if c in kept)",
        "return ()",
    ),
    Mutant(
        "the conditions of premises are dropped",
        "kernel.theorem",
        "conditions = tuple(dict.fromkeys(c for p in parents for c in p.conditions))",
        "conditions = ()",
    ),
    Mutant(
        "the hypotheses of premises are dropped",
        "kernel.theorem",
        "hypotheses = tuple(dict.fromkeys(h for p in parents for h in p.hypotheses))",
        "hypotheses = ()",
    ),
    Mutant("no witness is asked for", "kernel.theorem", "if not isinstance(found, NoWitness):", "if True:"),
    Mutant("private names are names", "kernel.theorem", "if not n.isprintable()", "if False"),
    Mutant(
        "one name for two symbols", "kernel.theorem", "if known.setdefault(symbol.name, symbol) != symbol:", "if False:"
    ),
    Mutant(
        "a name may vary otherwise than before",
        "kernel.theorem",
        "if setting.depends(n) != t.setting.depends(n):",
        "if False:",
    ),
    Mutant(
        "a replay is not compared", "kernel.theorem", "if getattr(made, part) != getattr(value, part):", "if False:"
    ),
    # rules
    Mutant(
        "assume: sides that always differ",
        "kernel.rules",
        "if sign is not None and sign[1]:\n            raise Inconsistent",
        "if False:\n            raise Inconsistent",
    ),
    Mutant("total: of anything", "kernel.rules", "or not setting.declaration(policy.name).distribution\n", ""),
    Mutant(
        "total: over an index that is also given",
        "kernel.rules",
        "or any(index in a.symbols for a in policy.args[1:])\n",
        "",
    ),
    Mutant(
        "compute: any relation is an equation",
        "kernel.rules",
        'if relation.op != "=":\n        raise RuleViolation(f"{relation.op} is no equation")',
        "pass",
    ),
    Mutant(
        "compute: the residue is ignored",
        "kernel.rules",
        "if residue is not None:",
        "if residue is not None and False:",
    ),
    Mutant(
        "follow: nothing is derived",
        "kernel.rules",
        'if conditions is None:\n        raise StepUndecided(\n            "it does',
        'if conditions is None:\n        conditions = ()\n    if False:\n        raise StepUndecided(\n            "it does',
    ),
    Mutant(
        "compare: any sign will do",
        "kernel.rules",
        "if not zero and (sign is None or not INEQUALITIES[relation.op](*sign)):",
        "if not zero and sign is None:",
    ),
    Mutant(
        "compare: the certificate need not equal the difference",
        "kernel.rules",
        'equal = follow(setting, Rel("=", high - low, certificate), premises)',
        'equal = follow(setting, Rel("=", certificate, certificate), premises)',
    ),
    Mutant(
        "compare: the ends exchanged",
        "kernel.statement",
        'if relation.op in ("<=", "<") else',
        'if relation.op in (">=", ">") else',
    ),
    Mutant(
        "round off: whatever the digits",
        "kernel.rules",
        'rounds_to(relation.lhs, relation.rhs).verdict == "exact"',
        'rounds_to(relation.lhs, relation.rhs).verdict != "undecided"',
    ),
    Mutant("transitive: of different middles", "kernel.rules", "or first.rhs != second.lhs:", "or False:"),
    Mutant(
        "transitive: of any relations",
        "kernel.rules",
        'if first.relation.op != "=" or second.relation.op != "=" or',
        "if",
    ),
    Mutant(
        "cut: of a hypothesis that is not there",
        "kernel.rules",
        "if lemma.statement not in theorem.hypotheses:",
        "if False:",
    ),
    Mutant(
        "cut: the lemma's hypotheses are lost",
        "kernel.rules",
        "parts = Parts.of(theorem.setting, (theorem, lemma))\n    left",
        "parts = Parts.of(theorem.setting, (theorem,))\n    left",
    ),
    Mutant(
        "differentiate: a hypothesis at a point",
        "kernel.rules",
        "        if setting.varies(h.relation, var.name):",
        "        if False:",
    ),
    Mutant("differentiate: Σπ = 1", "kernel.rules", "if setting.declaration(var.name).distribution:", "if False:"),
    Mutant("differentiate: sg", "kernel.rules", "if stops_gradient(setting.expand(theorem.relation)):", "if False:"),
    Mutant(
        "instantiate: no typing facts",
        "kernel.rules",
        "typing += typing_facts(source.declaration(name), value, parts.setting)",
        "pass",
    ),
    Mutant(
        "instantiate: no check of what varies",
        "kernel.rules",
        "check_dependencies(source, theorem.statements, values, parts.setting)",
        "pass",
    ),
    Mutant(
        "instantiate: the conditions are lost",
        "kernel.rules",
        "conditions = (*parts.conditions, *(move.assumption(c) for c in theorem.conditions), *typing)",
        "conditions = (*parts.conditions, *typing)",
    ),
    Mutant(
        "instantiate: the hypotheses are lost",
        "kernel.rules",
        "left = tuple(h for h in hypotheses if h not in stated)",
        "left = ()",
    ),
    Mutant(
        "instantiate: what was asked of all is asked of one",
        "kernel.instance",
        "return self._moved(statement, frozenset(s.name for s in statement.forall))",
        "return self._moved(statement, frozenset())",
    ),
    Mutant(
        "instantiate: letters are captured",
        "kernel.instance",
        "term = term.substitute(_stepping_aside(term, brought))",
        "pass",
    ),
    Mutant(
        "instantiate: Σ = 1 at a point differentiated",
        "kernel.instance",
        "if target.declaration(image).distribution or not is_identity(target, mass):",
        "if False:",
    ),
    Mutant(
        "instantiate: positive at one number",
        "kernel.instance",
        "if not signs.holds(fact):\n                raise",
        "if False:\n                raise",
    ),
    Mutant(
        "instantiate: a replacement need not sum to one",
        "kernel.instance",
        "if not is_identity(target, mass):\n            facts.append",
        "if False:\n            facts.append",
    ),
    # following from equations
    Mutant(
        "a coefficient may vanish",
        "kernel.solve",
        "            if sign is None or not sign[1]:\n                conditions.append",
        "            if False:\n                conditions.append",
    ),
    Mutant(
        "x² = v gives x = √v",
        "kernel.solve",
        "elif nf.poly_sign(poly.generator(g.id)) == (1, True):\n                yield atom",
        "else:\n                yield atom",
    ),
    Mutant(
        "an equation of one element for all",
        "kernel.solve",
        "if isinstance(target, App) and target.free_indices:\n        return term.substitute_schema",
        "if isinstance(target, App):\n        args = (Sym(f'\\2{i}', a.sort) for i, a in enumerate(target.args))\n        target = App(target.name, tuple(args), target.given, target.sort)\n        return term.substitute_schema",
    ),
    Mutant(
        "a factor of a premise need not divide",
        "kernel.follow",
        "if not dividing:\n                return None",
        "pass",
    ),
    Mutant(
        "the factors that may vanish are not listed",
        "kernel.follow",
        'return tuple(Statement.of(Rel("!=", self.nf.poly_term(p), ZERO)) for p in left if p not in dividing)',
        "return ()",
    ),
    Mutant(
        "factors of unknown sign are strict",
        "kernel.follow",
        "return sign is not None and sign[1]",
        "return sign is None or sign[1]",
    ),
    Mutant(
        "a² = b² is as strong as a = b",
        "kernel.follow",
        "if all(s is not None and s[0] > 0 for s in sides):",
        "if True:",
    ),
    Mutant("equations combine to anything", "kernel.follow", "return not left", "return True"),
    Mutant("what is taken out is only doubled", "kernel.follow", "-1 / c)", "1 / c)"),
    Mutant("c m (e^u − 1) with any two numbers", "kernel.field", "len(p) != 2 or sum(p.values())", "len(p) != 2"),
    Mutant(
        "e^u − 1 ≥ 0 is strict",
        "kernel.field",
        "outside[0] * sign[0], outside[1] and sign[1])",
        "outside[0] * sign[0], True)",
    ),
    Mutant("m − v: the lone monomial is always m", "kernel.field", "sign and (side * sign[0]", "sign and (sign[0]"),
    Mutant(
        "q log v + rest: the sign of q is lost",
        "kernel.field",
        "return sign and (outside[0] * sign[0], sign[1])",
        "return sign and (sign[0], sign[1])",
    ),
    Mutant(
        "log of an unknown product", "kernel.follow", "if nf.sign(above) == nf.sign(below) == (1, True):", "if True:"
    ),
    # implications, proportions, argmax
    Mutant(
        "imply: a premise for all elements",
        "kernel.implication",
        "return _ways(relation, _as_elements(relation, setting))",
        "return _ways(relation, {})",
    ),
    Mutant("imply: one way of ⇔", "kernel.implication", '[: 2 if relation.op == "iff" else 1]', "[:1]"),
    Mutant(
        "imply: a proof of anything",
        "kernel.implication",
        "if proof.statement == Statement.of(claim) and not",
        "if not",
    ),
    Mutant(
        "imply: hypotheses are lost",
        "kernel.implication",
        "hypotheses.update(dict.fromkeys(h for h in proof.hypotheses if h not in discharged))",
        "pass",
    ),
    Mutant(
        "proportional: in another index",
        "kernel.proportion",
        'if relation.op != "prop" or index not in relation.free_indices:',
        'if relation.op != "prop":',
    ),
    Mutant(
        "proportional: the right side may vanish",
        "kernel.proportion",
        "(*premises, equal), (nonzero,))",
        "(*premises, equal), ())",
    ),
    Mutant(
        "proportional: the same index twice",
        "kernel.proportion",
        'other = Sym(unused(index.name + "\'", relation.names | setting.names), index.sort)',
        "other = index",
    ),
    Mutant(
        "argmax: a decreasing objective",
        "kernel.optimum",
        "return nf.sign(q) == (1, True) and all(",
        "return nf.sign(q) is not None and all(",
    ),
    Mutant("argmax: a multiple that may vanish", "kernel.optimum", "sign[1] for p in factors", "True for p in factors"),
    Mutant("argmax: another value under a name in use", "kernel.optimum", "setting.names | relation.names", "()"),
    Mutant(
        "imply: an element that a definition of the proof uses",
        "kernel.implication",
        "setting = combined(setting, proofs)",
        "pass",
    ),
    Mutant(
        "limits: another element although there may be none",
        "kernel.limits",
        "Growth(NormalForm(setting, facts), others, order)",
        "Growth(NormalForm(setting, (*facts, *(s for o in others for s in o.known))), others, order)",
    ),
    Mutant(
        "instance: a proportion in other indices",
        "kernel.instance",
        "if name in own or brought:",
        "if name in brought:",
    ),
    Mutant("limits: a proportion in other indices", "kernel.limits", "if has_proportion(relation):", "if False:"),
    Mutant("a definition of a private name", "setting", "if not n.isprintable()", "if False"),
    Mutant(
        "argmax: a factor that varies with the variable",
        "kernel.optimum",
        "if not any(two.ordered_alike(a, b) for a, b in pairs):",
        "if f == g:",
    ),
    # limits
    Mutant("limits in cells: no tie", "kernel.limit_cells", "if 0 in signs:", "if False:"),
    Mutant("limits in cells: nothing below", "kernel.limit_cells", "if -1 in signs:", "if False:"),
    Mutant("limits in cells: one condition less", "kernel.limit_cells", "self.conditions += found.conditions", "pass"),
    Mutant(
        "limits in cells: a case without a limit",
        "kernel.limit_cells",
        "if any(_never(c)",
        "if False and any(_never(c)",
    ),
    Mutant(
        "limits in cells: any value",
        "kernel.limit_cells",
        'in_cells(self.setting, Rel("=", value, claimed), case.facts, by_sign)',
        "pass",
    ),
    Mutant("log_sum: weights of any sign", "kernel.growth", "if self.nf.sign(weight) != (1, True):", "if False:"),
    Mutant("log_sum: several exponents", "kernel.growth", "if m.logs or len(varying) > 1:", "if m.logs:"),
    Mutant("log_sum: no remainder", "kernel.growth", "rates=rates)), [ONE])", "rates=rates)), [])"),
    Mutant("log_sum: the exponent at any element", "kernel.growth", "greatest(self.nf, rate, index) if q", "rate if q"),
    Mutant("the logarithm of a quotient is a sum", "kernel.limits", "g.neg(self._log(b))", "self._log(b)"),
    Mutant(
        "a weak sign decides which exponential is larger",
        "kernel.growth",
        "if sign is None or not sign[1]:\n                raise",
        "if sign is None:\n                raise",
    ),
    Mutant(
        "a weak sign before ∞",
        "kernel.growth",
        "sign = self.nf.sign(c)\n        if sign is None or not sign[1]:\n            raise",
        "sign = self.nf.sign(c)\n        if sign is None:\n            raise",
    ),
    Mutant(
        "a weak sign drops the bars of a series",
        "kernel.growth",
        "if sign is not None and sign[1]:\n            return f if",
        "if sign is not None:\n            return f if",
    ),
    Mutant("the rest lost between bars", "kernel.growth", "self.nf.abs(c)))], others)", "self.nf.abs(c)))], [])"),
    Mutant(
        "a power series without its remainder",
        "kernel.growth",
        "(*total.rest.values(), *rest))",
        "total.rest.values())",
    ),
    Mutant(
        "a limit in spite of its remainder",
        "kernel.growth",
        "self.require_small(f.rest.values())\n        return f.terms",
        "return f.terms",
    ),
    Mutant("the logarithm of a series of any sign", "kernel.growth", 'self.around_one(f, ">")', "self.around_one(f)"),
    Mutant(
        "division by a series that may vanish",
        "kernel.growth",
        "self.require(c, sign)",
        "self.require(self.nf.constant(1), sign)",
    ),
    Mutant(
        "a best element that may tie",
        "kernel.growth",
        "if nf.sign(gap) == (-1, True):",
        "if (nf.sign(gap) or (0,))[0] < 0:",
    ),
    Mutant(
        "every element is the best",
        "kernel.growth",
        "self.nf.mul(self.nf.convert(delta(index, k)), c)",
        "c",
    ),
    Mutant(
        "an expansion in spite of its remainder",
        "kernel.limits",
        "if any(g.size(g.over(r, m)) > 0 for r in f.rest.values()):",
        "if False:",
    ),
    Mutant(
        "names that vary with the variable held fixed",
        "kernel.instance",
        "if variable in setting.depends(name):",
        "if False:",
    ),
    Mutant(
        "±∞ of any sign",
        "kernel.limits",
        "return found.value == infinite(claimed)",
        "return isinstance(found.value, int)",
    ),
    Mutant(
        "an infinite limit as a number",
        "kernel.limits",
        "if any(infinite(value) for value in values.values()):",
        "if False:",
    ),
    # the tree
    Mutant(
        "an index bound at the wrong depth",
        "term",
        "inner = depth + t.binds\n    return t.rebuild(tuple(abstract",
        "inner = depth\n    return t.rebuild(tuple(abstract",
    ),
    Mutant(
        "values put into a derivative",
        "term",
        "if name in t.names:\n            where",
        "if False:\n            where",
    ),
    Mutant(
        "a schema matches two different elements",
        "term",
        "if found.setdefault(pattern, arg) != arg:\n                    return None",
        "found[pattern] = arg",
    ),
    # ranges
    Mutant(
        "ranges: one term too many",
        "kernel.ranges",
        "nf.add(nf.convert(term.high), nf.constant(1))",
        "nf.add(nf.convert(term.high), nf.constant(2))",
    ),
    Mutant(
        "ranges: a product of any sign is an exponential",
        "kernel.ranges",
        "if nf.sign(body) != (1, True):",
        "if False:",
    ),
    Mutant(
        "ranges: an empty sum of positive terms is positive",
        "kernel.ranges",
        "nf.learn_sign(p, (side, sign[1] and length[1]))",
        "nf.learn_sign(p, (side, sign[1]))",
    ),
    Mutant(
        "ranges: δ sifts what lies beyond",
        "kernel.ranges",
        "if inside and below == (1, True):",
        "if True:",
    ),
    Mutant(
        "ranges: δ sifts to 0 what may lie inside",
        "kernel.ranges",
        'raise NotSupported(f"whether {nf.term(place)} lies in a range is not known")',
        "return nf.constant(0)",
    ),
    Mutant(
        "ranges: reversed off by one",
        "kernel.ranges",
        "nf.add(nf.sub(there, s.stop), one), nf.add(nf.sub(there, s.low), one)",
        "nf.sub(there, s.stop), nf.sub(there, s.low)",
    ),
    Mutant(
        "ranges: by parts without the shift",
        "kernel.ranges",
        "shifted = nf.replace_index(antidifference, s.t, s.t + as_term(1))",
        "shifted = antidifference",
    ),
    Mutant(
        "ranges: by parts beyond the last summand",
        "kernel.ranges",
        "if (here := _value_at(nf, k, g.data.variable, nf.convert(s.t).num)) is None:",
        "if (here := nf.replace_index(k, g.data.variable, s.t)) is None:",
    ),
    Mutant("ranges: geometric at 1 among integers", "kernel.ranges", "if not _may_pass_one(nf, base):", "if False:"),
    Mutant(
        "ranges: geometric at 1 where two indices meet",
        "kernel.ranges",
        "return len(names) == len(atoms) == len(set(names))",
        "return len(names) == len(atoms)",
    ),
    Mutant(
        "ranges: power sums without their lower terms",
        "kernel.ranges",
        "for k in range(i + 1):\n            rest[k]",
        "for k in range(i, i + 1):\n            rest[k]",
    ),
    Mutant(
        "ranges: a pole is split off",
        "kernel.ranges",
        "if all(_is_sound(nf, r, u, there) for r in _risks(nf, q, u)) else None",
        "if True else None",
    ),
    Mutant(
        "ranges: steps below zero keep their sign",
        "kernel.ranges",
        "total = nf.add(total, value) if offset > 0 else nf.sub(total, value)",
        "total = nf.add(total, value)",
    ),
    Mutant(
        "ranges: an antidifference is a range",
        "kernel.field",
        'if sign is None or sign[0] < 0:\n            raise NotSupported(f"a sum up to',
        'if False:\n            raise NotSupported(f"a sum up to',
    ),
    Mutant(
        "δ of multiples is that of what is multiplied",
        "kernel.field",
        "p = poly.mul(p, {tuple(f for f in m if not self._is_nonzero(f[0])): Q(1)})",
        "pass",
    ),
    Mutant(
        "integers: facts of a range hold outside",
        "kernel.integers",
        "if (fact.variable is None or fact.variable in inside) and",
        "if",
    ),
    Mutant(
        "integers: any number is one",
        "kernel.integers",
        'return g.kind == "atom" and isinstance(g.data, Term) and is_integer(g.data)',
        "return True",
    ),
    # induction
    Mutant("induction: the step of another claim", "kernel.induction", "or step.statement != Statement.of(after)", ""),
    Mutant(
        "induction: the step speaks of one integer",
        "kernel.induction",
        "if variable.name in s.relation.names:",
        "if False:",
    ),
    Mutant(
        "induction: from anywhere",
        "kernel.induction",
        "if wanted is not None and not Signs(setting).holds(Statement.of(wanted)):",
        "if False:",
    ),
    Mutant(
        "induction: a base that moves",
        "kernel.induction",
        "in (relation.names | base.names) - {variable.name}",
        "in relation.names - {variable.name}",
    ),
    Mutant(
        "induction: the base is forgotten",
        "kernel.induction",
        "Parts(parts.setting, (*others, reached), parts.conditions)",
        "Parts(parts.setting, others, parts.conditions)",
    ),
    # integrals
    Mutant(
        "integrals: a primitive of another function",
        "kernel.integrals",
        "_insist_on_equal(parts.setting, slope, f, facts)",
        "pass",
    ),
    Mutant("integrals: holes between the ends", "kernel.integrals", "elif not signs.holds(needed):", "elif False:"),
    Mutant(
        "integrals: a primitive of any functions",
        "kernel.integrals",
        "*_defined(big_f, SMOOTH, parts.setting, facts)",
        '*_defined(big_f, (*CONTINUOUS, "sign"), parts.setting, facts)',
    ),
    Mutant(
        "integrals: an integrand of any functions",
        "kernel.integrals",
        "*_defined(f, CONTINUOUS, parts.setting, facts)",
        '*_defined(f, (*CONTINUOUS, "sign"), parts.setting, facts)',
    ),
    Mutant("integrals: any value at an end", "kernel.integrals", "if not is_value(found, value):", "if False:"),
    Mutant(
        "integrals: any total",
        "kernel.integrals",
        "_insist_on_equal(parts.setting, relation.rhs, ends[1] - ends[0], told)",
        "pass",
    ),
    Mutant(
        "integrals: the ends are in order",
        "kernel.integrals",
        "(not infinite(low) and signs.of(high - low) == (1, True))",
        "not infinite(low)",
    ),
    Mutant(
        "a power of unknown sign vanishes",
        "kernel.growth",
        "if not q:\n                c = self.nf.sub(c, self.nf.constant(m.power))",
        "if not q:\n                return -1",
    ),
    Mutant(
        "symbolic powers are compared without their numbers",
        "kernel.growth",
        "if not q:\n                c = self.nf.sub(c, self.nf.constant(m.power))\n            sign",
        "sign",
    ),
    Mutant(
        "the root of a sum of logarithms is its exponential",
        "kernel.normal",
        "raised = self.exp(Quotient(poly.scale(p, Q(whole)), poly.ONE))",
        "raised = self.exp(Quotient({m: Q(c > 0) - Q(c < 0) for m, c in p.items()}, poly.ONE))",
    ),
    Mutant(
        "what the logarithms exceed is not told",
        "kernel.normal",
        "self._take(self.sub(raised, self.constant(1)), sign, strict)",
        "self._take(self.sub(raised, self.constant(1)), sign, True)",
    ),
    Mutant(
        "an exponential of any sign plunges",
        "kernel.growth",
        "return first == m and self.nf.sign(number) == (-1, True) and not m.logs and m.rates[0][0] > 0",
        "return first == m",
    ),
    Mutant("tails: a rate lost", "kernel.tails", "f.rate.plus(g.rate), slope)", "f.rate, slope)"),
    Mutant(
        "tails: one step for all",
        "kernel.quadrature",
        "step = Q(side) if linear else jets.along(ZERO, start * side, 1)",
        "step = Q(side)",
    ),
    Mutant("pieces: no remainder", "kernel.quadrature", "    total = error\n", "    total = ZERO\n"),
    # angles
    Mutant(
        "an arcsine of any number",
        "kernel.obligations",
        'yield Rel("<=", a, ONE)\n            yield Rel(">=", a, -ONE)',
        "yield from ()",
    ),
    Mutant(
        "an odd function is even",
        "kernel.normal",
        "return nf.neg(_odd(nf, name, Neg(arg)))",
        "return _odd(nf, name, Neg(arg))",
    ),
    Mutant(
        "all angles are one",
        "kernel.normal",
        "key = (name, poly.key(q.num), poly.key(q.den))",
        "key = (name,)",
    ),
    Entry("the slope of arctan", "kernel.derive", "OUTER", "arctan", lambda: lambda u: 1 / (1 + u)),
    Entry("the slope of arcsin", "kernel.derive", "OUTER", "arcsin", lambda: lambda u: 1 / (1 - u**2)),
    # sums to ∞
    Mutant(
        "series: any partial sums",
        "kernel.series",
        'if not is_identity(parts.setting, Rel("=", finite(total), closed), (*told, reaches(total))):',
        "if False:",
    ),
    Mutant("series: any limit", "kernel.series", "if not is_value(found, relation.rhs):", "if False:"),
    Mutant(
        "a product has no end",
        "term",
        'return self.kind == "sum" and isinstance(self.last, Infinity)',
        "return isinstance(self.last, Infinity)",
    ),
    Mutant(
        "a sum to ∞ is differentiated term by term",
        "kernel.derive",
        "if term.endless:",
        "if False:",
    ),
    Mutant(
        "tails: a sum is no more than its first term",
        "kernel.tails",
        "return self._mul(start, self.balls.hull(*map(self.ball, factors)))",
        "return start",
    ),
    # certificates of inequalities
    Mutant(
        "slope: of another function",
        "kernel.inequality",
        "_insist_on_gap(parts, away, (var - centre) * derivative(gap, var, parts.setting))",
        "pass",
    ),
    Mutant("slope: with holes in the interval", "kernel.inequality", "if not signs.holds(needed):", "if False:"),
    Mutant(
        "slope: a hypothesis on the variable",
        "kernel.inequality",
        "if not _is_bound(given, var, setting):",
        "if False:",
    ),
    Mutant("slope: from where a side is undefined", "kernel.inequality", "if b not in own and not", "if not"),
    Mutant(
        "slope: under no hypothesis", "kernel.inequality", "for h in parts.hypotheses if h not in needed", "for h in ()"
    ),
    Mutant("slope: a least value outside", "kernel.inequality", "if not _is_inside(signs, declared, centre) or", "if"),
    Mutant(
        "slope: a least value beyond a bound",
        "kernel.inequality",
        "or not all(map(signs.holds, at_centre)):",
        "or False:",
    ),
    Mutant(
        "slope_apart: where the slope may vanish",
        "kernel.inequality",
        "if not STRICT.get(away.relation.op):",
        "if False:",
    ),
    Mutant(
        "grow_apart: growth that may rest",
        "kernel.inequality",
        "if not STRICT[rise.relation.op]:",
        "if False:",
    ),
    Mutant(
        "grow_apart: at the centre too",
        "kernel.inequality",
        "return Conclusion(parts, conclusion, (value, rise), (_apart(var, centre),))",
        "return Conclusion(parts, conclusion, (value, rise))",
    ),
    Mutant(
        "slope_apart: at the centre too",
        "kernel.inequality",
        "return Conclusion(others, Statement.of(relation), (value, away), (apart,))",
        "return Conclusion(others, Statement.of(relation), (value, away))",
    ),
    Mutant(
        "slope_apart: of another function",
        "kernel.inequality",
        "_insist_on_gap(others, away, (var - centre) * derivative(gap, var, parts.setting))",
        "pass",
    ),
    Mutant(
        "within: what does not vanish at the centre",
        "kernel.inequality",
        "_insist_on_identity(parts, parts.setting.expand(d).substitute({var: centre}), ZERO)",
        "pass",
    ),
    Mutant("within: any distance", "kernel.inequality", "_insist_on_identity(parts, high, factor * Abs(step))", "pass"),
    Mutant("within: any difference", "kernel.inequality", "_insist_on_gap(parts, bound, step * gap)", "pass"),
    Mutant("bound: strict from weak", "kernel.inequality", "(STRICT[op] or not strict)", "True"),
    Mutant("bound: one argument is enough", "kernel.inequality", "if needed and all(any(", "if needed and any(any("),
    Mutant(
        "vanish: parts of several signs",
        "kernel.inequality",
        "if len({s and s[0] for s in map(signs.of, terms)}) == 1 and signs.of(terms[i])",
        "if signs.of(terms[i])",
    ),
    Mutant(
        "vanish: beside a factor that may be 0",
        "kernel.inequality",
        "if all(signs.nonzero(f) for j, f in enumerate(factors) if j != i)",
        "if True",
    ),
    Mutant("vanish: a sum of parts of any sign", "kernel.inequality", "if signs.of(part) is not None:", "if True:"),
)

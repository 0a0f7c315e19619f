"""Terms as SymPy expressions. SymPy rewrites while it builds, so this serves computing, never judging.

What SymPy would read wrongly (a binder, a derivative along π(y)) goes in as one `Opaque` real number that it
cannot look into: it neither captures a bound index nor differentiates to a silent 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy.core.function import AppliedUndef, UndefinedFunction

from symrlhf.errors import NotSupported
from symrlhf.notation import unfold
from symrlhf.setting import Setting
from symrlhf.term import (
    REAL,
    Add,
    And,
    App,
    Binder,
    Bound,
    Card,
    Diff,
    Div,
    Fun,
    Infinity,
    Integral,
    Lim,
    Mul,
    Neg,
    Num,
    Pow,
    Rel,
    Sort,
    Sym,
    Term,
)

Expr = Any
"""A SymPy object: SymPy's own annotations are too coarse to say more."""


# ------------------------------------------------------------------ SymPy classes for what SymPy lacks


class sigmoid(sympy.Function):
    """σ(z) = 1/(1 + e^{−z}), with σ' = σ(z) σ(−z), so that (log σ)' = σ(−z)."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        z: Expr = self.args[0]
        value: Expr = sigmoid(z)
        return value * sigmoid(-z)

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_rewrite_as_exp(self, z: Expr, **_: Any) -> Expr:
        return 1 / (1 + sympy.exp(-z))

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(sympy.exp)._eval_evalf(prec)

    def _pythoncode(self, printer: Any) -> str:
        return printer.doprint(self.rewrite(sympy.exp))

    _numpycode = _scipycode = _mpmathcode = _pythoncode


class softplus(sympy.Function):
    """softplus(z) = log(1 + e^z), with softplus' = σ."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        return sigmoid(self.args[0])

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_rewrite_as_log(self, z: Expr, **_: Any) -> Expr:
        return sympy.log(1 + sympy.exp(z))

    def _eval_evalf(self, prec: int) -> Expr:
        return self.rewrite(sympy.log)._eval_evalf(prec)

    def _pythoncode(self, printer: Any) -> str:
        return printer.doprint(self.rewrite(sympy.log))

    _numpycode = _scipycode = _mpmathcode = _pythoncode


class stop_gradient(sympy.Function):
    """The value of z as a constant: its derivative is 0."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        return sympy.S.Zero

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_positive

    def _eval_evalf(self, prec: int) -> Expr:
        value: Any = self.args[0]
        return value._eval_evalf(prec)

    def _pythoncode(self, printer: Any) -> str:
        return printer.doprint(self.args[0])

    _numpycode = _scipycode = _mpmathcode = _pythoncode


class TypedSymbol(sympy.Symbol):
    """A symbol that is no real number: an index, a fixed element of a finite set, a parameter vector."""

    sort: Sort
    fixed: bool

    def __new__(cls, name: str, sort: Sort, fixed: bool = False) -> TypedSymbol:
        self = sympy.Symbol.__xnew__(cls, name)
        self.sort, self.fixed = sort, fixed
        return self

    def _hashable_content(self) -> tuple[Any, ...]:
        # SymPy compares what is in here by <: strings and numbers only.
        return (*super()._hashable_content(), repr(self.sort), self.fixed)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.sort, self.fixed), {}


class Opaque(sympy.Expr):
    """A term SymPy must not look into (Σ_y, E, KL, |Y|, d/dπ(y)), as one real number."""

    is_real = True
    is_commutative = True
    term: Term
    symbols: frozenset[Expr]
    """The SymPy symbols it varies with: its own free ones, with the assumptions they were written with."""

    def __new__(cls, term: Term, symbols: frozenset[Expr]) -> Opaque:
        self = sympy.Expr.__new__(cls)
        self.term, self.symbols = term, symbols
        return self

    def _hashable_content(self) -> tuple[Any, ...]:
        return (_structure(self.term), sympy.Tuple(*sorted(self.symbols, key=sympy.default_sort_key)))

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.term, self.symbols)

    def sort_key(self, order: str | None = None) -> Any:
        return self.class_key(), (1, (_structure(self.term),)), sympy.S.One.sort_key(), sympy.S.One

    def _sympystr(self, printer: Any) -> str:
        return repr(self.term)

    @property
    def free_symbols(self) -> set[Expr]:
        return set(self.symbols)

    def _eval_derivative(self, s: Expr) -> Expr:
        from symrlhf.read.sympy import from_sympy

        return Opaque(Diff(self.term, from_sympy(s)), self.symbols) if s in self.symbols else sympy.S.Zero

    def _eval_subs(self, old: Expr, new: Expr) -> Expr:
        return self._xreplace({old: new})[0]

    def _xreplace(self, rule: Mapping[Any, Any]) -> Any:
        if self in rule:
            return rule[self], True
        from symrlhf.read.sympy import from_sympy

        for old in rule:
            if isinstance(old, AppliedUndef) and old.func.__name__ in self.term.names:
                # SymPy asks this way whether anything depends on π(y); a sum over all responses does.
                raise NotSupported(
                    f"SymPy cannot replace {old} inside {self}: use symrlhf's diff and substitute on Terms"
                )
        used = {old: new for old, new in rule.items() if old in self.symbols}
        if not used:
            return self, False
        term = self.term.substitute({from_sympy(old): from_sympy(new) for old, new in used.items()})
        new_symbols = frozenset[Expr]().union(*(new.free_symbols for new in used.values()))
        return Opaque(term, (self.symbols - used.keys()) | new_symbols), True


def _structure(t: Term) -> str:
    """A term as a string that only equal terms share."""
    return f"{t.head!r}({','.join(map(_structure, t.children))})"


# ------------------------------------------------------------------ Term to SymPy

_FUNCTIONS: dict[str, Callable[..., Expr]] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "tanh": sympy.tanh,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "min": sympy.Min,
    "max": sympy.Max,
    "delta": sympy.KroneckerDelta,
    "stop_gradient": stop_gradient,
}
"""The functions SymPy has, or has here; any other is written out by its definition."""

_RELATIONS: dict[str, Callable[..., Expr]] = {
    "=": sympy.Eq,
    "<=": sympy.Le,
    "<": sympy.Lt,
    ">=": sympy.Ge,
    ">": sympy.Gt,
    "!=": sympy.Ne,
}

_LOGIC: dict[str, Callable[..., Expr]] = {"implies": sympy.Implies, "iff": sympy.Equivalent}


class Writer:
    """How a term becomes a SymPy expression; a subclass may answer for some subterms itself."""

    def __init__(self, setting: Setting | None = None):
        self.setting = setting or Setting()

    def __call__(self, t: Term) -> Expr:
        match t:
            case Num(value=value):
                return sympy.Rational(value.numerator, value.denominator)
            case Add(terms=terms):
                return sympy.Add(*map(self, terms))
            case Mul(factors=factors):
                return sympy.Mul(*map(self, factors))
            case Neg(arg=arg):
                return -self(arg)
            case Div(numerator=a, denominator=b):
                return self(a) / self(b)
            case Pow(base=a, exponent=b):
                return self(a) ** self(b)
            case Fun(name=name, args=args) if name in _FUNCTIONS:
                return _FUNCTIONS[name](*map(self, args))
            case Fun() if (written_out := unfold(t)) is not None:
                return self(written_out)
            case Rel(op=op, lhs=a, rhs=b) if op in _RELATIONS:
                return _RELATIONS[op](self(a), self(b), evaluate=False)
            case Rel(op=op, lhs=a, rhs=b) if op in _LOGIC:
                return _LOGIC[op](self(a), self(b), evaluate=False)
            case And(parts=parts):
                return sympy.And(*map(self, parts))
            case _:
                return self.atom(t)

    def atom(self, t: Term) -> Expr:
        match t:
            case Sym(name=name, symbol_sort=sort, fixed=fixed):
                if sort != REAL:
                    return TypedSymbol(name, sort, fixed)
                return sympy.Symbol(name, **self.assumptions(name))
            case App(name=name, args=args, given=given, symbol_sort=sort):
                typing: dict[str, Any] = {"given": given} if given else {}
                if sort != REAL:
                    typing["sort"] = sort
                else:
                    typing |= self.assumptions(name)
                return UndefinedFunction(name, **typing)(*map(self, args))
            case Diff(body=body, var=var):
                return self.derivative(t, self(body), self(var))
            case Binder() | Card() if t.dangling == 0:
                return self.opaque(t)
            case Infinity():
                return sympy.oo
            case Lim(kind="lim", side=side) if t.dangling == 0:
                var = t.fresh()
                body, to = map(self, t.opened(var))
                return (
                    sympy.Limit(body, self(var), to, side or "+-")
                    if to not in (sympy.oo, -sympy.oo)
                    else (sympy.Limit(body, self(var), to))
                )
            case Integral() if t.dangling == 0:
                var = t.fresh()
                return sympy.Integral(self(t.opened(var)), (self(var), self(t.low), self(t.high)))
            case Bound():
                raise NotSupported("a bound variable has no meaning outside its binder: open the binder first")
            case _:
                raise NotSupported(f"SymPy has no counterpart of {t!r}")

    def derivative(self, t: Diff, body: Expr, var: Expr) -> Expr:
        """SymPy's own unevaluated derivative where SymPy sees what varies, else one opaque number."""
        if isinstance(var, sympy.Symbol) and var in body.free_symbols and not body.has(Opaque):
            return sympy.Derivative(body, var)
        return self.opaque(t)

    def opaque(self, t: Term) -> Opaque:
        return Opaque(t, frozenset(map(self, t.symbols)))

    def assumptions(self, name: str) -> dict[str, bool]:
        """Every symbol is real; the setting may know its sign."""
        return {"real": True, self.setting.declaration(name).sign: True}


def to_sympy(term: Term, setting: Setting | None = None) -> Expr:
    """`term` in SymPy: real symbols (of the sign `setting` declares), and opaque numbers for binders."""
    return Writer(setting)(term)

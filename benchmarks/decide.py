"""How the kernel decides the measured set, with and without python-flint, beside SymPy: python benchmarks/decide.py.

Every claim is put to all three in turn and processor time is measured, so that a busy machine slows all of them alike;
ratios are what to read.
SymPy is asked as one would ask it: simplify the difference, then `equals(0)`, sums carried out by `doit`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from contest import ROOT, Contestant, Hang, count_table, in_turn, serve, time_table

PLAIN = {"SYMPY_GROUND_TYPES": "python", "SYMRLHF_BALL": "python"}
LONG = "log-sum-exp of 40 terms"


def answers(way: str) -> Callable[[str], str]:
    """What a contestant says of a claim by its name."""
    if way == "without flint":
        sys.modules["flint"] = None  # type: ignore[assignment]
    from claims import CLAIMS

    relations = {c.name: c.relation for c in CLAIMS} | {LONG: _log_sum_exp(40)}
    decide = _by_sympy if way == "sympy" else _by_kernel
    for name in (CLAIMS[0].name, "DPO in powers"):  # what they import is not measured
        decide(relations[name])
    return lambda name: decide(relations[name])


def _log_sum_exp(n: int) -> Any:
    from symrlhf.term import Add, Eq, Sym, exp, log

    shift, terms = Sym("c"), [Sym(f"a{i}") for i in range(n)]
    shifted = Add(tuple(exp(t - shift) for t in terms))
    return Eq(log(shifted) + shift, log(Add(tuple(map(exp, terms)))))


def _by_kernel(relation: Any) -> str:
    from claims import SETTING

    from symrlhf.kernel.decide import decide

    return type(decide(relation, SETTING)).__name__.lower()


def _by_sympy(relation: Any) -> str:
    import sympy

    try:
        left, right = map(_as_sympy, relation.children)
        difference = sympy.simplify((left - right).doit())
        if relation.op == "=":
            same = difference.equals(0)
            return "undecided" if same is None else "proved" if same else "refuted"
        known = {"<=": "is_nonpositive", "<": "is_negative", ">=": "is_nonnegative", ">": "is_positive"}
        sign = getattr(difference, known[relation.op])
        return "undecided" if sign is None else "proved" if sign else "refuted"
    except Hang:
        raise
    except Exception as error:
        # Whatever SymPy raises on a claim is an answer to be counted, not the end of the benchmark.
        return f"error: {type(error).__name__}"


def _as_sympy(t: Any) -> Any:
    """A term as one would write it for SymPy: sums from 1 to n, entries of an `IndexedBase`."""
    import sympy
    from claims import SETTING

    from symrlhf import term as nodes
    from symrlhf.notation import unfold

    def symbol(name: str) -> dict[str, Any]:
        return {"positive": True} if SETTING.declaration(name).sign == "positive" else {"real": True}

    match t:
        case nodes.Num(value=q):
            return sympy.Rational(q.numerator, q.denominator)
        case nodes.Sym(name=name, symbol_sort=sort):
            integer = isinstance(sort, nodes.IndexSet)
            return sympy.Symbol(name, integer=True, positive=True) if integer else sympy.Symbol(name, **symbol(name))
        case nodes.App(name=name, args=args):
            depends = [sympy.Symbol(d, real=True) for d in sorted(SETTING.declaration(name).depends)]
            if depends:
                return sympy.Function(name, **symbol(name))(*map(_as_sympy, args), *depends)
            entries: Any = sympy.IndexedBase(name, **symbol(name))
            return entries[tuple(map(_as_sympy, args))]
        case nodes.Card(of=of):
            return sympy.Symbol(f"n_{of.name}", integer=True, positive=True)
        case nodes.Fun(name="exp" | "log" | "tanh" | "sqrt" as name, args=(u,)):
            return getattr(sympy, name)(_as_sympy(u))
        case nodes.Fun(name="abs" | "min" | "max" | "delta" as name, args=args):
            row = {"abs": sympy.Abs, "min": sympy.Min, "max": sympy.Max, "delta": sympy.KroneckerDelta}
            return row[name](*map(_as_sympy, args))
        case nodes.Binder(kind="sum" | "prod" as kind, over=over):
            index = nodes.Sym(f"{t.letter}{id(t)}", over)
            body = _as_sympy(t.opened(index)[0])
            return {"sum": sympy.Sum, "prod": sympy.Product}[kind](
                body, (_as_sympy(index), 1, _as_sympy(nodes.Card(over)))
            )
        case nodes.Diff(body=body, var=var):
            return sympy.Derivative(_as_sympy(body), _as_sympy(var))
        case nodes.Cases(branches=branches, otherwise=otherwise):
            rows = [(_as_sympy(value), _as_sympy(condition)) for condition, value in branches]
            return sympy.Piecewise(*rows, (_as_sympy(otherwise), True))
        case nodes.Rel(op="<", lhs=a, rhs=b):
            return sympy.Lt(_as_sympy(a), _as_sympy(b))
        case nodes.Neg(arg=a):
            return -_as_sympy(a)
        case nodes.Add(terms=terms):
            return sympy.Add(*map(_as_sympy, terms))
        case nodes.Mul(factors=factors):
            return sympy.Mul(*map(_as_sympy, factors))
        case nodes.Div(numerator=a, denominator=b):
            return _as_sympy(a) / _as_sympy(b)
        case nodes.Pow(base=a, exponent=b):
            return _as_sympy(a) ** _as_sympy(b)
        case _:
            return _as_sympy(unfold(t))


# ------------------------------------------------------------------ the table


def judged(said: str, true: bool) -> str:
    if said in ("proved", "refuted"):
        return "right" if (said == "proved") == true else "wrong"
    return said.partition(":")[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="the kernel with and without python-flint, and SymPy, on 186 claims")
    parser.add_argument("--without-sympy", action="store_true", help="leave out SymPy, which takes minutes")
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.answer:
        return serve(answers(args.answer), sys.stdin)
    sys.path.insert(0, str(ROOT / "tests"))
    from claims import CLAIMS

    ways = {"with flint": ("with flint", {}), "without flint": ("without flint", PLAIN), "SymPy": ("sympy", {})}
    if args.without_sympy:
        del ways["SymPy"]
    contestants = [
        Contestant(name, (sys.executable, __file__, "--answer", way), environment)
        for name, (way, environment) in ways.items()
    ]
    in_turn(contestants, [c.name for c in CLAIMS])
    print(f"{len(CLAIMS)} claims, in turn; {sum(c.true for c in CLAIMS)} of them true\n")

    def verdicts(c: Contestant) -> list[str]:
        return [judged(said, claim.true) for said, claim in zip(c.answers, CLAIMS, strict=True)]

    print(*count_table(contestants, verdicts), sep="\n")
    equalities = [i for i, c in enumerate(CLAIMS) if c.relation.op == "="]
    others = [i for i, c in enumerate(CLAIMS) if c.relation.op != "="]
    for kind, chosen in (("equalities", equalities), ("inequalities and others", others)):
        print(f"\n{len(chosen)} {kind}:", *time_table(contestants, chosen), sep="\n")
    print(f"\n{LONG}:")
    for c in contestants:
        said = c.ask(LONG)
        print(f"{c.name:<28}{said['answer']:>12}{1000 * said['seconds']:>9.1f} ms")


if __name__ == "__main__":
    main()

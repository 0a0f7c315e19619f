"""How the kernel decides the measured set, with and without python-flint, beside SymPy: python benchmarks/decide.py.

Every claim is put to all three in turn and processor time is measured, so that a busy machine slows all of them alike;
ratios are what to read.
SymPy is asked as one would ask it: simplify the difference, then `equals(0)`, sums carried out by `doit`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parent.parent
PLAIN = {"SYMPY_GROUND_TYPES": "python", "SYMRLHF_BALL": "python"}
LIMIT = 10
"""Seconds of processor time for one claim."""


@dataclass
class Contestant:
    """A process that answers claims one after the other."""

    name: str
    way: str
    environment: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    process: Any = None

    def ask(self, claim: str) -> str:
        if self.process is None:
            self.process = _started(self.way, self.environment)
        self.process.stdin.write(claim + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:  # stopped by the alarm in the middle of compiled code
            self.process, line = None, json.dumps({"answer": "hang", "seconds": LIMIT})
        return line

    def take(self, claim: str) -> None:
        said = json.loads(self.ask(claim))
        self.answers[claim] = said["answer"]
        self.seconds[claim] = said["seconds"]

    def memory(self) -> float:
        """The largest memory of the process so far, in megabytes."""
        return json.loads(self.ask("memory"))["megabytes"] if self.process else 0.0


def _started(way: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, __file__, "--answer", way],
        env={**os.environ, **environment, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


# ------------------------------------------------------------------ inside a contestant


class Hang(Exception):
    pass


def answer(way: str, requests: IO[str]) -> None:
    """Answers claims by name, one line of JSON each."""
    if way == "without flint":
        sys.modules["flint"] = None  # type: ignore[assignment]
    import signal
    from time import process_time

    from claims import CLAIMS

    def stop(*_: object) -> None:
        raise Hang

    signal.signal(signal.SIGPROF, stop)
    relations = {c.name: c.relation for c in CLAIMS} | {"log-sum-exp of 40 terms": _log_sum_exp(40)}
    decide = _by_sympy if way == "sympy" else _by_kernel
    for name in (CLAIMS[0].name, "DPO in powers"):  # what they import is not measured
        decide(relations[name])
    for request in map(str.strip, requests):
        if request == "memory":
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps({"megabytes": peak}), flush=True)
            continue
        start = process_time()
        signal.setitimer(signal.ITIMER_PROF, LIMIT)
        try:
            said = decide(relations[request])
        except Hang:
            said = "hang"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps({"answer": said, "seconds": process_time() - start}), flush=True)


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


def rounds(contestants: list[Contestant], names: list[str]) -> Iterator[str]:
    for name in names:
        for contestant in contestants:
            contestant.take(name)
        yield name


def report(contestants: list[Contestant], claims: Sequence[Any]) -> None:
    print(f"{len(claims)} claims, in turn; {sum(c.true for c in claims)} of them true\n")
    print(f"{'':<16}{'right':>8}{'wrong':>8}{'undecided':>11}{'error':>8}{'hang':>8}{'memory':>10}")
    for c in contestants:
        counts = {k: 0 for k in ("right", "wrong", "undecided", "error", "hang")}
        for claim in claims:
            counts[judged(c.answers[claim.name], claim.true)] += 1
        shares = "".join(f"{count:>{11 if kind == 'undecided' else 8}}" for kind, count in counts.items())
        print(f"{c.name:<16}{shares}{c.memory():>7.0f} MB")
    equalities = [c.name for c in claims if c.relation.op == "="]
    others = [c.name for c in claims if c.relation.op != "="]
    for kind, names in (("equalities", equalities), ("inequalities and others", others)):
        print(f"\n{len(names)} {kind}:\n{'':<16}{'median':>12}{'99 %':>12}{'ratios':>14}")
        middle, late = quantiles([contestants[0].seconds[n] for n in names])
        for c in contestants:
            m, p = quantiles([c.seconds[n] for n in names])
            ratios = f"{m / middle:.1f}, {p / late:.1f}"
            print(f"{c.name:<16}{1000 * m:>9.1f} ms{1000 * p:>9.1f} ms{ratios:>14}")


def judged(said: str, true: bool) -> str:
    if said in ("proved", "refuted"):
        return "right" if (said == "proved") == true else "wrong"
    return said.partition(":")[0]


def quantiles(seconds: list[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]


def main() -> None:
    parser = argparse.ArgumentParser(description="the kernel with and without python-flint, and SymPy, on 186 claims")
    parser.add_argument("--without-sympy", action="store_true", help="leave out SymPy, which takes minutes")
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.answer:
        return answer(args.answer, sys.stdin)
    sys.path.insert(0, str(ROOT / "tests"))
    from claims import CLAIMS

    contestants = [Contestant("with flint", "with flint"), Contestant("without flint", "without flint", PLAIN)]
    if not args.without_sympy:
        contestants.append(Contestant("SymPy", "sympy"))
    for done, name in enumerate(rounds(contestants, [c.name for c in CLAIMS]), 1):
        if sys.stderr.isatty():
            print(f"\r{done} of {len(CLAIMS)}: {name:<60}", end="", file=sys.stderr, flush=True)
    report(contestants, CLAIMS)
    print("\nlog-sum-exp of 40 terms:")
    for c in contestants:
        said = json.loads(c.ask("log-sum-exp of 40 terms"))
        print(f"{c.name:<16}{said['answer']:>10}{1000 * said['seconds']:>9.1f} ms")


if __name__ == "__main__":
    main()

"""The checker on the LaTeX of the corpus, beside what reads LaTeX elsewhere: python benchmarks/check.py.

The same steps, in turn: both sides of each equation as the document has them. The checker has read the whole
document, so it also knows what the document says of its symbols; the others get the two sides.
Their verdict is right if they say "equal" of a true step, or "not equal" of a false one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from contest import ROOT, Contestant, Hang, count_table, in_turn, serve, time_table

PEERS = {"latex2sympy2_extended + SymPy": "latex2sympy2_extended", "math-verify": "math_verify"}
INSTALL = 'pip install math-verify "latex2sympy2_extended[antlr4_13_2]"'


def steps() -> list[dict[str, Any]]:
    """Every equation of the corpus's LaTeX documents: its document, its number among the steps there, both sides."""
    from symrlhf.checker import check

    found: list[dict[str, Any]] = []
    for file in sorted((ROOT / "tests" / "corpus").glob("*.jsonl")):
        for document in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            if document["syntax"] != "latex" or not document["steps"]:
                continue
            (read,) = check(document["source"], "latex").documents
            for stated in document["steps"]:
                # Of several claims on a line it is not told which one is meant.
                there = [(i, s) for i, s in enumerate(read.steps) if s.line == stated["line"]]
                if len(there) == 1 and there[0][1].relation == "=":
                    i, step = there[0]
                    found.append(
                        {"source": document["source"], "step": i, "of": len(read.steps)}
                        | {"lhs": step.lhs, "rhs": step.rhs, "true": stated["truth"]}
                    )
    return found


def _by_checker() -> Callable[[dict[str, Any]], str]:
    """The whole document is read and judged, so the time is shared out among its steps afterwards."""
    from symrlhf.checker import check

    said = {"proven": "equal", "refuted": "not equal", "unreadable": "unread"}

    def answer(question: dict[str, Any]) -> str:
        (document,) = check(question["source"], "latex", timeout=None).documents
        return said.get(document.steps[question["step"]].finding.verdict, "undecided")

    return answer


def _by_latex2sympy() -> Callable[[dict[str, Any]], str]:
    import sympy
    from latex2sympy2_extended import latex2sympy  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

    def answer(question: dict[str, Any]) -> str:
        try:
            left, right = (latex2sympy(question[side]) for side in ("lhs", "rhs"))
        except Hang:
            raise
        except Exception:  # whatever a parser raises, the formula was not read
            return "unread"
        try:
            same = sympy.simplify((left - right).doit()).equals(0)
        except Hang:
            raise
        except Exception as error:
            return f"error: {type(error).__name__}"
        return "undecided" if same is None else "equal" if same else "not equal"

    return answer


def _by_math_verify() -> Callable[[dict[str, Any]], str]:
    from math_verify import parse, verify  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

    def answer(question: dict[str, Any]) -> str:
        left, right = (parse(f"${question[side]}$", parsing_timeout=None) for side in ("lhs", "rhs"))
        if not left or not right:
            return "unread"
        return "equal" if verify(left, right, timeout_seconds=None) else "not equal"

    return answer


WAYS: dict[str, Callable[[], Callable[[dict[str, Any]], str]]] = {
    "checker": _by_checker,
    "latex2sympy2_extended": _by_latex2sympy,
    "math_verify": _by_math_verify,
}


def judged(said: str, true: bool) -> str:
    if said in ("equal", "not equal"):
        return "right" if (said == "equal") == true else "wrong"
    return said.partition(":")[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="the checker beside readers of LaTeX, on the equations of the corpus")
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.answer:
        answer = WAYS[args.answer]()
        answer({"source": "$1 = 1$", "step": 0, "lhs": "1", "rhs": "1"})  # imports are not measured
        return serve(answer, sys.stdin)
    missing = [package for package in PEERS.values() if find_spec(package) is None]
    if missing:
        print(f"not installed, so left out: {', '.join(missing)}; {INSTALL}", file=sys.stderr)
    ways = {"symrlhf": "checker"} | {name: way for name, way in PEERS.items() if way not in missing}
    contestants = [Contestant(name, (sys.executable, __file__, "--answer", way)) for name, way in ways.items()]
    questions = steps()
    in_turn(contestants, questions)
    contestants[0].seconds = [t / q["of"] for t, q in zip(contestants[0].seconds, questions, strict=True)]
    print(f"{len(questions)} equations of LaTeX documents; {sum(q['true'] for q in questions)} of them true\n")

    def verdicts(c: Contestant) -> list[str]:
        return [judged(said, q["true"]) for said, q in zip(c.answers, questions, strict=True)]

    print(*count_table(contestants, verdicts), sep="\n")
    print("\nTime for one step:")
    print(*time_table(contestants, range(len(questions))), sep="\n")


if __name__ == "__main__":
    main()

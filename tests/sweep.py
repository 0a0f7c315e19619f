"""The long fuzz run: python tests/sweep.py --cases 20000 --class scalar --jobs 2.

Seeds are numbers, so a run is continued by --first. Every wrong verdict is printed with its seed and can be seen
again by --cases 1 --first SEED --class CLASS. Exit code 1 if any verdict was wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

from fuzz import CLASSES, Count, counted

CHUNK = 250
VERDICTS = ("proven", "refuted", "undecided", "ill-formed")
HEADER = f"{'class':<14}{'cases':>8}" + "".join(f"{v:>12}" for v in VERDICTS)
HEADER += f"{'wrong':>8}{'median':>10}{'99 %':>10}   equalities decided: true, edited, by SymPy"


def merged(total: Count, part: Count) -> None:
    for ours, theirs in ((total.verdicts, part.verdicts), (total.equalities, part.equalities)):
        for key, n in theirs.items():
            ours[key] = ours.get(key, 0) + n
    total.seconds += part.seconds
    total.wrong += part.wrong
    total.undecided += part.undecided


def row(kind: str, count: Count) -> str:
    times = sorted(count.seconds) or [0.0]
    verdicts = "".join(f"{count.verdicts.get(v, 0):>12}" for v in VERDICTS)
    middle, late = (f"{1000 * times[int(len(times) * part)]:.1f} ms" for part in (0.5, 0.99))
    shares = ", ".join(_share(count, meant) for meant in ("true", "edited", "sympy") if meant in count.equalities)
    return f"{kind:<14}{count.cases:>8}{verdicts}{len(count.wrong):>8}{middle:>10}{late:>10}   {shares}"


def _share(count: Count, meant: str) -> str:
    asked, answered = count.equalities[meant], count.equalities.get(f"{meant} decided", 0)
    return f"{100 * answered / asked:.2f} % of {asked}"


def swept(kind: str, first: int, cases: int, jobs: int) -> Iterator[Count]:
    """Counts of consecutive chunks of seeds, until enough claims were made."""
    total = Count()
    with ProcessPoolExecutor(jobs) as pool:
        while total.cases < cases:
            missing = cases - total.cases
            chunks = [
                range(first + CHUNK * i, first + min(CHUNK * (i + 1), missing))
                for i in range(min(jobs * 4, -(-missing // CHUNK)))
            ]
            for chunk, part in zip(chunks, pool.map(counted, [kind] * len(chunks), chunks), strict=True):
                merged(total, part)
                for seed, claim, wrong in part.wrong:
                    print(f"WRONG {kind} {seed}\n  {claim}\n  {wrong}", flush=True)
                first = chunk.stop
            yield total


def main() -> int:
    parser = argparse.ArgumentParser(
        description="random claims of five classes: what the kernel answers, and what of it is wrong"
    )
    parser.add_argument("--cases", type=int, default=1000, help="claims in each class (default 1000)")
    parser.add_argument("--class", dest="kinds", action="append", choices=[*CLASSES], help="default: all")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--show", action="store_true", help="print the equalities that were not decided")
    args = parser.parse_args()
    start, wrong = perf_counter(), 0
    print(HEADER, flush=True)
    for kind in args.kinds or CLASSES:
        total = Count()
        for total in swept(kind, args.first, args.cases, args.jobs):
            print(f"{row(kind, total)}   {perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        print(row(kind, total), flush=True)
        if args.show:
            for seed, claim in total.undecided:
                print(f"  undecided {seed}: {claim}")
        wrong += len(total.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

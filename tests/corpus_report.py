"""How the checker does on the corpus: every step that is not right, and the counts.

python tests/corpus_report.py [FILE or ID ...]     all of them, or only these files (algebra) and documents (A01)
python tests/corpus_report.py --slips              also false steps that are refuted, but with another slip or none
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symrlhf.checker import Step, check
from symrlhf.checker.documents import SYNTAXES

CORPUS = Path(__file__).parent / "corpus"
FILES = tuple(p.stem for p in sorted(CORPUS.glob("*.jsonl")) if p.stem != "hostile")

PATIENCE = 20.0
"""Seconds for a step: what is right must not depend on what else the machine does."""

JUDGED = {"proven": True, "refuted": False}


@dataclass(frozen=True)
class Outcome:
    """A step of the corpus and what the checker said; None where it told of no such step."""

    document: str
    stated: dict[str, Any]
    found: Step | None

    @property
    def verdict(self) -> str:
        return "missing" if self.found is None else self.found.verdict

    @property
    def right(self) -> bool:
        return JUDGED.get(self.verdict) is self.stated["truth"]

    @property
    def unsound(self) -> bool:
        """A false step proven, or a true one refuted."""
        return JUDGED.get(self.verdict) is (not self.stated["truth"])

    @property
    def mended(self) -> bool:
        """A false step with a mended line that is proven."""
        return self.right and self.found is not None and self.found.hint is not None and bool(self.found.hint.mended)

    @property
    def named(self) -> bool:
        """A false step whose slip is called by its name."""
        hint = self.found.hint if self.found is not None else None
        return self.right and hint is not None and hint.kind == self.stated["mistake"]

    def __str__(self) -> str:
        place = f"{self.document}:{self.stated['line']}"
        wanted = "true" if self.stated["truth"] else f"false ({self.stated['mistake']})"
        if self.found is None:
            return f"{place}: {wanted}, but no such step was read: {self.stated['claim']}"
        hint = f" [hint: {self.found.hint.kind}]" if self.found.hint else ""
        said = f"{self.verdict}{hint}: {self.found.lhs} {self.found.relation} {self.found.rhs}; {self.found.reason}"
        return f"{place}: {wanted}, but {' '.join(said.split())[:300]}"


def documents(file: str) -> list[dict[str, Any]]:
    """The documents of a file of the corpus."""
    return [json.loads(line) for line in (CORPUS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()]


def syntax(document: dict[str, Any]) -> str:
    """The document's syntax, where it can be asked for."""
    return document["syntax"] if document["syntax"] in SYNTAXES else "auto"


def outcomes(file: str, only: frozenset[str] = frozenset()) -> Iterator[Outcome]:
    """The outcome of every step of a file, or of some of its documents."""
    for document in documents(file):
        if not only or document["id"] in only:
            report = check(document["source"], syntax(document), timeout=PATIENCE)
            yield from _matched(document, report.steps)


def _matched(document: dict[str, Any], steps: tuple[Step, ...]) -> Iterator[Outcome]:
    """The stated steps of a line are its last ones: definitions stand before them."""
    for line in sorted({s["line"] for s in document["steps"]}):
        stated = [s for s in document["steps"] if s["line"] == line]
        found: list[Step | None] = [s for s in steps if s.line == line and s.verdict != "assumed"]
        found = [*found[-len(stated) :], *[None] * len(stated)]
        yield from (Outcome(document["id"], s, f) for s, f in zip(stated, found, strict=False))


def counts(found: list[Outcome]) -> dict[str, int]:
    """What the floors of the test are about."""
    verdicts = Counter(o.verdict for o in found)
    return {
        "steps": len(found),
        "right": sum(o.right for o in found),
        "unsound": sum(o.unsound for o in found),
        **{v: verdicts[v] for v in ("undecided", "unreadable", "missing")},
        "false": sum(not o.stated["truth"] for o in found),
        "named": sum(o.named for o in found),
        "mended": sum(o.mended for o in found),
    }


def main(arguments: list[str]) -> int:
    slips = "--slips" in arguments
    named = frozenset(arguments) - {"--slips"}
    only = named - set(FILES)
    everything: list[Outcome] = []
    for file in FILES:
        if only or not named or file in named:
            found = list(outcomes(file, only))
            if not found:
                continue
            everything += found
            for o in found:
                if not o.right or (slips and not o.stated["truth"] and not o.named):
                    print("UNSOUND" if o.unsound else "       ", o)
            print(f"{file}: {counts(found)}", flush=True)
    print(f"all: {counts(everything)}")
    return int(any(o.unsound for o in everything))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Checking a text, a file, or a list of relations: every claim is read, judged, and reported."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symrlhf.checker.findings import Finding, Judged, Task, conjuncts
from symrlhf.checker.report import Document, Remark, Report, Step
from symrlhf.checker.statements import Ask, Claim, Gap, read_claims
from symrlhf.checker.statements.state import ORDERS
from symrlhf.errors import NotSupported, Unreadable, unknown_name
from symrlhf.notation import RELATIONS
from symrlhf.read.document import FORMATS, SUFFIXES, Format, notes_or, read_document, syntax_of
from symrlhf.read.document import Document as Read
from symrlhf.read.vocabulary import BUILT_IN, Vocabulary
from symrlhf.setting import Declaration, Setting
from symrlhf.term import App, Rel, Term

if TYPE_CHECKING:
    from symrlhf.checker.process import Worker

SYNTAXES = ("auto", *FORMATS)
TIMEOUT = 4.0
"""Seconds for one step: a document that is all trap is told within five, the start included."""
MAX_BYTES = 4_000_000
EARLIER = 8
"""Proven relations that a later step may rest on."""

Judge = Callable[[Task], Judged]


def check(
    source: Any, syntax: str = "auto", *, timeout: float | None = TIMEOUT, setting: Setting | None = None
) -> Report:
    """The verdict on every step of `source`.

    `source` is a text, a path, or a list of SymPy relations, `Rel`s and Terms; expressions in a list continue a chain
    of equations. `syntax` is that of a text: latex, markdown, notebook, text (lecture notes) or python; with "auto" the
    name of the file or the text shows it. Steps are judged in a process of their own, each within `timeout` seconds;
    with None, in this one and without bound. `setting` says what the names of Terms stand for (otherwise: the field's
    usual meanings; SymPy symbols have the signs they were given, and are real).
    """
    if syntax not in SYNTAXES:
        raise unknown_name("syntax", syntax, SYNTAXES)
    with judging(timeout) as judge:
        if isinstance(source, Path) or (isinstance(source, str) and _names_a_file(source)):
            return Report((check_file(source, syntax, judge),))
        if isinstance(source, str):
            return Report((check_text(source, "text", syntax, judge),))
        items = list(source) if isinstance(source, (list, tuple)) else [source]
        return Report((_checked("list", "terms", _relations(items, setting), judge),))


@contextmanager
def judging(timeout: float | None = TIMEOUT) -> Iterator[Judge]:
    """How a task is judged: in a process of its own, or without a timeout in this one."""
    if timeout is None:
        from symrlhf.checker.worker import judge_here

        yield judge_here
        return
    from symrlhf.checker.process import borrowed

    with borrowed() as worker:
        yield _within(worker, timeout)


def _within(worker: Worker, timeout: float) -> Judge:
    return lambda task: worker.judge(task, timeout)


def check_file(path: str | Path, syntax: str, judge: Judge) -> Document:
    """A file; one that cannot be read is a document with an error, so that others are still checked."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        return _unreadable(str(path), f"cannot read the file: {error.strerror}")
    return check_bytes(data, str(path), syntax, judge)


def check_bytes(data: bytes, path: str, syntax: str, judge: Judge) -> Document:
    """The content of a file, in the format that is asked for, or that its name or its text shows."""
    if len(data) > MAX_BYTES:
        return _unreadable(path, f"{len(data)} bytes; the largest document that is read has {MAX_BYTES}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return _unreadable(path, f"this is not text in UTF-8 (byte {data[error.start]:#04x})", line)
    return check_text(text, path, syntax, judge)


def check_text(text: str, path: str, syntax: str, judge: Judge) -> Document:
    """A text: LaTeX, Markdown, a notebook, lecture notes, or Python-like."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = _format(text, path, syntax)
    if "\0" in text:
        return _unreadable(path, "this is a binary file, not text", text[: text.index("\0")].count("\n") + 1, found)
    try:
        document = read_document(text, found)
    except Unreadable as error:
        return _unreadable(path, error.message, error.line, found)
    checked = _checked(path, found, read_claims(document, _asking(judge)), judge)
    if not checked.steps and not checked.errors:
        return _unreadable(path, "nothing to check: no line has a relation such as a = b", syntax=found)
    return _in_cells(checked, document) if document.cells else checked


def _format(text: str, path: str, syntax: str) -> Format:
    for known in FORMATS:
        if syntax == known:
            return known
    named = SUFFIXES.get(Path(path).suffix.lower())
    return notes_or(named, text) if named else syntax_of(text)


def _asking(judge: Judge) -> Ask:
    """What the reader of a document may ask: whether a relation is proven."""

    @lru_cache
    def proven(relation: Rel, setting: Setting, hypotheses: tuple[Rel, ...]) -> bool:
        return judge(Task(relation, setting, hypotheses)).finding.verdict == "proven"

    return proven


def _in_cells(checked: Document, document: Read) -> Document:
    """Places by cell and line of the cell."""

    def step(s: Step) -> Step:
        cell, line = document.cell(s.line)
        return replace(s, cell=cell, line=line, file_line=document.file_line(s.line))

    def remark(r: Remark) -> Remark:
        cell, line = document.cell(r.line)
        return replace(r, cell=cell, line=line, file_line=document.file_line(r.line))

    return replace(
        checked,
        steps=tuple(map(step, checked.steps)),
        warnings=tuple(map(remark, checked.warnings)),
        errors=tuple(map(remark, checked.errors)),
    )


def _unreadable(path: str, message: str, line: int = 1, syntax: str = "text") -> Document:
    return Document(path, syntax, errors=(Remark(line, 1, message),))


def _names_a_file(source: str) -> bool:
    return "\n" not in source and not re.search(r"[=<>]", source) and isfile(source)


# ------------------------------------------------------------------ claim by claim


def _checked(path: str, syntax: str, claims: Iterable[Claim | Gap], judge: Judge) -> Document:
    steps: list[Step] = []
    warnings: list[Remark] = []
    errors: list[Remark] = []
    proven: deque[tuple[Setting, Rel]] = deque(maxlen=EARLIER)
    for claim in claims:
        if isinstance(claim, Gap):
            step = _gap(claim)
            errors.append(Remark(claim.error.line, claim.error.column, claim.error.message, claim.error.source))
        else:
            earlier = tuple(r for s, r in proven if claim.setting.extends(s))
            step = _judged(claim, earlier, judge)
            if step.verdict == "proven":
                proven.extend((claim.setting, r) for r in _established(claim, earlier))
        steps.append(step)
        if step.finding.warning:
            warnings.append(Remark(step.line, step.column, step.finding.warning))
        if step.finding.error:
            errors.append(Remark(step.line, step.column, step.finding.error))
    # A display that is proven below is judged after it.
    steps.sort(key=lambda s: s.line)
    return Document(path, syntax, tuple(steps), tuple(warnings), tuple(errors))


def _established(claim: Claim, earlier: tuple[Rel, ...]) -> tuple[Rel, ...]:
    """What a proven claim lets later ones rest on: itself, or its conclusion if its premise is known to hold."""
    relation = claim.relation
    if relation.op in ORDERS:
        return (relation,)
    if relation.op in ("implies", "iff") and {*conjuncts(relation.lhs)} <= {*claim.hypotheses, *earlier}:
        return tuple(r for r in conjuncts(relation.rhs) if r.op in ORDERS)
    return ()


def _gap(gap: Gap) -> Step:
    error = gap.error
    finding = Finding("unreadable", error.message)
    sign = RELATIONS[gap.relation].unicode if gap.relation else ""
    return Step(error.line, error.column, sign, gap.lhs, gap.rhs, finding, source=error.source)


def _judged(claim: Claim, earlier: tuple[Rel, ...], judge: Judge) -> Step:
    if claim.kind == "definition":
        judged = Judged(Finding("assumed", "a definition"), None, 0.0)
    else:
        judged = judge(
            Task(
                claim.relation, claim.setting, claim.hypotheses, claim.start, earlier, claim.unread,
                claim.doubt, claim.doubtful, assumed=claim.kind == "hypothesis",
            )
        )  # fmt: skip
    given = tuple(str(h) for h in claim.hypotheses)
    sign = RELATIONS[claim.relation.op].unicode
    return Step(
        claim.line, claim.column, sign, claim.lhs, claim.rhs, judged.finding, claim.relation,
        judged.hint, str(claim.relation), given, claim.source, judged.milliseconds,
    )  # fmt: skip


# ------------------------------------------------------------------ relations and terms


def _relations(items: list[Any], setting: Setting | None) -> Iterator[Claim | Gap]:
    """Relations as they come; an expression continues the chain of equations before it."""
    last: Term | None = None
    start: Term | None = None
    for number, item in enumerate(items, start=1):
        try:
            term, signs = _as_term(item)
        except (NotSupported, Unreadable) as error:
            last = start = None
            yield Gap(Unreadable(str(error), number, 1), None, str(item))
            continue
        if isinstance(term, Rel):
            relation, start = term, term.lhs
        elif last is None:
            last = start = term
            continue
        else:
            relation = Rel("=", last, term)
        last = relation.rhs
        known = setting if setting is not None else _usual(relation, signs)
        yield Claim("step", relation, known, (), number, 1, str(relation.lhs), str(relation.rhs), start)


def _as_term(item: Any) -> tuple[Term, tuple[Declaration, ...] | None]:
    """An item as a Term; of a SymPy expression also the declarations that its symbols' assumptions make."""
    if isinstance(item, Term):
        return item, None
    if isinstance(item, bool) or str(item) in ("True", "False"):
        raise NotSupported(f"Python or SymPy has made {item} of this relation: build it by Eq(a, b, evaluate=False)")
    if not hasattr(item, "free_symbols"):
        raise TypeError(f"check takes text, a path, SymPy relations or Terms, not {type(item).__name__}")
    from symrlhf.read.sympy import from_sympy

    return from_sympy(item), tuple(_declared(s) for s in sorted(item.free_symbols, key=str))


SIGNS = ("positive", "negative", "nonnegative", "nonpositive", "nonzero")


def _declared(symbol: Any) -> Declaration:
    sign = next((s for s in SIGNS if getattr(symbol, f"is_{s}", None)), "real")
    return Declaration(str(symbol), sign=sign)  # pyright: ignore[reportArgumentType]


def _usual(relation: Rel, signs: tuple[Declaration, ...] | None) -> Setting:
    """What names mean where nobody said: SymPy's assumptions, or the field's letters as far as they are used so."""
    if signs is not None:
        return Setting(signs)
    applied = {t.name for t in relation.subterms() if isinstance(t, App)}
    built_in = Vocabulary.built_in().setting.declarations
    used = (
        d
        for d in built_in
        if d.name in relation.names and (BUILT_IN[d.name] in ("policy", "reward")) == (d.name in applied)
    )
    return Setting(tuple(used))

"""Derivation -> document tree: what a page says, before any format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Literal, cast

from symrlhf.kernel.statement import Statement
from symrlhf.notation import FUNCTIONS
from symrlhf.page import Connective, Entry, Formula, Page, PageLine, Premise, Prose, Status
from symrlhf.setting import Declaration, Setting
from symrlhf.term import (
    INTEGER,
    PROMPTS,
    RESPONSES,
    VECTOR,
    App,
    Bound,
    Card,
    IndexSet,
    Lam,
    Num,
    Rel,
    Relation,
    Sum,
    Sym,
    Term,
    as_term,
)
from symrlhf.write.prose import paragraphs

if TYPE_CHECKING:
    from symrlhf.authoring import Derivation, Line


def page(derivation: Derivation, proofs: bool = True) -> Page:
    """The derivation as a page; with `proofs` it holds those of the derivations it cites."""
    lines = derivation.lines
    result = derivation.result
    shown = [line.display for line in lines if line.status in ("given", "definition")]
    hypotheses = dict.fromkeys(h for t in (*(line.theorem for line in lines), result) for h in t.hypotheses)
    uses = applications(derivation)
    known = [text for _, text in declared(result.setting, uses)]
    apart, premises = list[Prose](), list[Premise]()
    unshown, assumed = list[Rel](), list[Rel]()
    for name, value in result.setting.definitions:
        definition = _defined(name, value)
        if definition in shown:
            premises.append(Premise(Formula(definition, defines=True)))
        else:
            apart.append(("Let ", definition, "."))
            unshown.append(definition)
    for h in hypotheses:
        if h.relation in shown:
            premises.append(Premise(Formula(h.relation), _every(h)))
        else:
            apart.append(sentence(h))
            assumed.append(h.relation)
    return Page(
        ident=derivation.name,
        title=derivation.title,
        chapter=derivation.chapter,
        catalog=derivation.catalog,
        claim=tuple((p,) for p in paragraphs(derivation.claim)),
        assumptions=tuple(Entry(f"A{i}", text) for i, text in enumerate((*known, *apart), 1)),
        lines=_lines(lines),
        result=Formula(result.relation),
        conditions=tuple(sentence(c) for c in result.conditions),
        because=_because(derivation),
        every=_every(result.statement),
        premises=tuple(premises),
        references=tuple((r,) for r in derivation.references),
        imports=tuple(d.name for d in derivation.imports),
        proofs=tuple(page(d, proofs=False) for d in derivation.imports) if proofs else (),
        directives=tuple(_directives(result.setting, uses, unshown, assumed, _free(derivation))),
    )


_SHOWN: dict[str, Literal["whole", "start", "tail"]] = {"start": "start", "chain": "tail", "relation": "whole"}


def _lines(lines: tuple[Line, ...]) -> tuple[PageLine, ...]:
    out: list[PageLine] = []
    hangs = False
    for line in lines:
        # A chain below a relation stands below its sign; below a bare expression, at the edge.
        hangs = line.kind == "relation" or (hangs and line.kind == "chain")
        out.append(_line(line, hangs))
    return tuple(out)


def _line(line: Line, hangs: bool) -> PageLine:
    formula = Formula(
        line.display,
        _SHOWN[line.kind],
        cast(Connective, line.connective),
        line.changed,
        defines=line.status == "definition",
        hangs=hangs and line.kind == "chain",
    )
    return PageLine(
        number=line.number,
        reason=_reason(line),
        rule="" if line.rule == line.status else line.rule,
        status=cast(Status, line.status),
        formula=formula,
        cites=line.cites,
    )


def _reason(line: Line) -> Prose:
    if line.reason in line.cites:
        return ()
    if not line.reason:
        return ("We start from",) if line.kind == "start" else ()
    return (_as_sentence(line.reason),)


def _as_sentence(reason: str) -> str:
    """The reason with a capital letter and a full stop; a formula at its start keeps its letters."""
    word = re.match(r"[a-z]{2,}(?![(_\w])|a(?= [a-z]{2})", reason)
    if word and word.group() not in FUNCTIONS:
        reason = reason[0].upper() + reason[1:]
    return reason if reason.endswith((".", "!", "?")) else reason + "."


def _because(derivation: Derivation) -> Prose:
    last = derivation.lines[-1]
    first = last.number
    for line in reversed(derivation.lines):
        if line.kind == "relation" or line.number > first:
            break
        first = line.number
    lines = f"lines {first}–{last.number}" if first < last.number else f"line {last.number}"
    every = _every(derivation.result.statement)
    return (f"By {lines}", *((",", *every) if every else ()), _granted(derivation), ".")


def _granted(derivation: Derivation) -> str:
    """Which assumed lines the result rests on."""
    hypotheses = set(derivation.result.hypotheses)
    given = {x.theorem.statement: x.number for x in derivation.lines if x.status == "given"}
    *front, last = [str(n) for statement, n in given.items() if statement in hypotheses] or [""]
    numbers = f"lines {', '.join(front)} and {last}" if front else f"line {last}"
    parts = [numbers] if last else []
    if hypotheses - given.keys():
        parts.append("the assumptions above")
    return f", given {' and '.join(parts)}" if parts else ""


def sentence(statement: Statement) -> Prose:
    """The statement with the indices it is claimed for in words."""
    return (statement.relation, *_every(statement), ".")


def _every(statement: Statement) -> Prose:
    return (" for every ", *_listed(statement.forall)) if statement.forall else ()


def _listed(terms: Iterable[Term]) -> Prose:
    """a, b and c."""
    items = list(terms)
    out: list[str | Term] = []
    for i, item in enumerate(items):
        if i:
            out.append(" and " if i == len(items) - 1 else ", ")
        out.append(item)
    return tuple(out)


# ------------------------------------------------------------------ what is known of the symbols


def applications(derivation: Derivation) -> dict[str, App]:
    """The first application of each function symbol, with plain letters for its arguments."""
    found: dict[str, App] = {}
    relations = [line.display for line in derivation.lines]
    relations += [Rel("=", v.body, v.body) for _, v in derivation.setting.definitions]
    for relation in relations:
        for t, bound in _with_bound(relation):
            if isinstance(t, App) and t.name not in found:
                found[t.name] = App(t.name, _letters(t, bound), t.given, t.symbol_sort)
    return found


def _with_bound(term: Term, bound: tuple[str, ...] = ()) -> Iterator[tuple[Term, tuple[str, ...]]]:
    """Every subterm, outermost first, with the letters of the variables bound around it, innermost first."""
    yield term, bound
    inner = (getattr(term, "letter", ""), *bound) if term.binds else bound
    for child in term.children:
        yield from _with_bound(child, inner)


def _letters(app: App, bound: tuple[str, ...]) -> tuple[Term, ...]:
    letters: list[Term] = []
    for arg in app.args:
        sort = arg.sort
        if isinstance(arg, Num) or (isinstance(arg, Sym) and sort == PROMPTS and arg.fixed):
            letters.append(arg)
            continue
        letter = sort.letter if isinstance(sort, IndexSet) else _letter(arg, bound)
        while any(isinstance(t, Sym) and t.name == letter for t in letters):
            letter += "'"
        letters.append(Sym(letter, sort))
    return tuple(letters)


def _letter(arg: Term, bound: tuple[str, ...]) -> str:
    """The letter of a number that a function is applied to: its own, or t for a place in a sequence, z for others."""
    if isinstance(arg, Sym):
        return arg.name
    own = bound[arg.depth] if isinstance(arg, Bound) and arg.depth < len(bound) else ""
    return own or ("t" if any(part.sort == INTEGER for part in arg.subterms()) else "z")


Group = list[Declaration]
Uses = dict[str, App]


def declared(setting: Setting, uses: Uses) -> Iterator[tuple[tuple[str, ...], Prose]]:
    """For each group of names of one kind, in order of entry: the names, and what is known of them."""
    for kind, group in groupby(setting.declarations, lambda d: _kind(d, uses)):
        together = list(group)
        yield tuple(d.name for d in together), (*_SENTENCES[kind[0]](together, uses), *_dependence(together), ".")


def _kind(d: Declaration, uses: Uses) -> tuple[str, ...]:
    on = tuple(sorted(d.depends))
    if d.distribution:
        return ("policy", *on)
    if d.sort == VECTOR:
        return ("vector",)
    if isinstance(d.sort, IndexSet):
        if d.sort.name == "G":
            return ("group",)
        return ("data",) if d.sort.name == "D" else ("fixed" if d.fixed else "index", d.sort.name)
    if d.sort == INTEGER:
        return ("integer", d.sign)
    return ("function" if d.name in uses else "number", d.sign, *on)


def _dependence(group: Group) -> Prose:
    on = sorted(group[0].depends)
    if not on:
        return ()
    return (f"; {'it depends' if len(group) == 1 else 'they depend'} on ", *_listed(map(Sym, on)), ", differentiably")


def _names(group: Group) -> Prose:
    return _listed(Sym(d.name) for d in group)


def _are(group: Group, one: str, many: str) -> str:
    return f" is {one}" if len(group) == 1 else f" are {many}"


def _policies(group: Group, uses: Uses) -> Prose:
    of = (" on the finite set 𝒴",)
    if len(group) > 1:
        return (*_names(group), " are distributions", *of, ", positive everywhere, each with sum\u00a01")
    app = uses.get(group[0].name)
    if app is None:
        return (*_names(group), " is a distribution", *of, ", positive everywhere, with sum\u00a01")
    total = Rel("=", Sum(app.args[0], app), as_term(1))
    return (*_names(group), " is a distribution", *of, ": ", Rel(">", app, as_term(0)), " and ", total)


def _functions(group: Group, uses: Uses) -> Prose:
    apps = [uses[d.name] for d in group]
    indices = dict.fromkeys(a for app in apps for a in app.args if isinstance(a, Sym) and not a.fixed)
    every = (" for every ", *_listed(indices)) if indices else ()
    if group[0].sign == "real":
        return (*_listed(apps), _are(group, "a real number", "real numbers"), *every)
    return (*_listed(Rel(_SIGNS[group[0].sign], app, as_term(0)) for app in apps), *every)


def _numbers(group: Group, uses: Uses) -> Prose:
    if group[0].sign == "real":
        return (*_names(group), _are(group, "a real number", "real numbers"))
    return _listed(Rel(_SIGNS[group[0].sign], Sym(d.name), as_term(0)) for d in group)


def _integers(group: Group, uses: Uses) -> Prose:
    sign = "" if group[0].sign == "real" else f"{group[0].sign} "
    one = f"{_ADJECTIVES[group[0].sign]} integer" if sign else "an integer"
    return (*_names(group), _are(group, one, f"{sign}integers"))


def _fixed(group: Group, uses: Uses) -> Prose:
    prompt = group[0].sort.name == "X"
    one, many = ("a fixed prompt", "fixed prompts") if prompt else ("a fixed response", "fixed responses")
    return (*_names(group), _are(group, one, many), "" if prompt else " in 𝒴")


def _data(group: Group, uses: Uses) -> Prose:
    sort = group[0].sort
    assert isinstance(sort, IndexSet)
    i = Sym(sort.letter, sort)
    parts = [uses[n].replace_at((0,), i) for n in ("x", "y_w", "y_l") if n in uses]
    fields = (" (", *[p for k, part in enumerate(parts) for p in ((", ", part) if k else (part,))], ")")
    of = " prompts" if len(parts) == 1 else " comparisons"
    return ("𝒟 is a finite data set of ", Card(sort), of, *(fields if parts else ()))


def _group(group: Group, uses: Uses) -> Prose:
    sort = group[0].sort
    assert isinstance(sort, IndexSet)
    if group[0].name != "group":
        return ("There is a finite group of ", Card(sort), f" {group[0].name}")
    return ("To one prompt there is a finite group of ", Card(sort), " responses")


_SIGNS: dict[str, Relation] = {
    "positive": ">",
    "nonnegative": ">=",
    "negative": "<",
    "nonpositive": "<=",
    "nonzero": "!=",
}

_SENTENCES: dict[str, Callable[[Group, Uses], Prose]] = {
    "policy": _policies,
    "vector": lambda group, _: (*_names(group), _are(group, "a vector of parameters", "vectors of parameters")),
    "data": _data,
    "group": _group,
    "fixed": _fixed,
    "index": lambda group, _: (*_names(group), " is any element of its set"),
    "function": _functions,
    "number": _numbers,
    "integer": _integers,
}


def meaning(d: Declaration, uses: Uses) -> Prose:
    """What a declared name stands for, in a few words."""
    kind = _kind(d, uses)[0]
    words = f"{_ADJECTIVES[d.sign]} {'function' if kind == 'function' else 'number'}"
    if kind == "integer":
        words = f"{_ADJECTIVES[d.sign]} integer" if d.sign != "real" else "an integer"
    return (_WORDS.get((kind, d.sort.name)) or _WORDS.get((kind, "")) or words, *_dependence([d]))


_ADJECTIVES = {
    "real": "a real",
    "positive": "a positive",
    "nonnegative": "a nonnegative",
    "negative": "a negative",
    "nonpositive": "a nonpositive",
    "nonzero": "a nonzero",
}

_WORDS: dict[tuple[str, str], str] = {
    ("policy", ""): "a positive distribution on the finite set 𝒴",
    ("vector", ""): "a vector of parameters",
    ("group", "G"): "a finite group of responses to one prompt",
    ("fixed", "X"): "a fixed prompt",
    ("fixed", ""): "a fixed response in 𝒴",
    ("index", ""): "any element of its set",
}


def _defined(name: str, value: Lam) -> Rel:
    head = App(name, value.parameters) if value.parameters else Sym(name)
    return Rel("=", head, value.body)


# ------------------------------------------------------------------ for whoever checks the printed file


def _free(derivation: Derivation) -> set[str]:
    """Letters that stand for every prompt or every response in some line."""
    shown = [line.display for line in derivation.lines] + [h.relation for h in derivation.result.hypotheses]
    found = {s for relation in shown for s in relation.free_indices if s.sort in (PROMPTS, RESPONSES)}
    defined = {p for _, value in derivation.setting.definitions for p in value.parameters if p.sort == PROMPTS}
    return {s.name for s in found | defined}


_KINDS = {"vector": "parameter", "policy": "policy", "data": "data", "group": "group", "index": "index"}
"""Kind of a name -> the word of a directive; numbers and functions are told by their sign."""


def _directives(
    setting: Setting, uses: Uses, apart: Iterable[Rel], hypotheses: Iterable[Rel], indices: Iterable[str]
) -> Iterator[Prose]:
    """Declarations, free indices, definitions that no line shows, hypotheses that no line assumes."""

    def label(d: Declaration) -> str:
        kind = _kind(d, uses)[0]
        if kind == "fixed":
            return "prompt" if d.sort.name == "X" else "element"
        if kind == "integer":
            return "natural" if d.sign == "positive" else "integer"
        return _KINDS.get(kind) or ("function" if kind == "function" and d.sign == "real" else d.sign)

    for kind, group in groupby(setting.declarations, label):
        yield (kind, *(part for d in group for part in (" ", Sym(d.name))))
    if loose := sorted(n for n in indices if n != "y" and n.isidentifier()):
        yield ("index", *(part for n in loose for part in (" ", Sym(n))))
    for d in setting.declarations:
        if d.depends:
            on = (part for name in sorted(d.depends) for part in (" ", Sym(name)))
            yield (Sym(d.name), " depends on", *on)
    yield from (("let ", relation) for relation in apart)
    yield from (("assume ", relation) for relation in hypotheses)

"""Instances of a theorem: names replaced in its statements, and what their declarations ask of the replacements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from symrlhf.errors import RuleViolation
from symrlhf.kernel.derive import ONE, ZERO, stops_gradient
from symrlhf.kernel.normal import is_identity
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.statement import Statement
from symrlhf.setting import Declaration, Setting
from symrlhf.term import (
    App,
    Argmax,
    Diff,
    IndexSet,
    Integral,
    Lam,
    Lim,
    Mul,
    Rel,
    Relation,
    Sort,
    Sum,
    Sym,
    Term,
    as_term,
    fits,
)

Values = Mapping[str, Term | Lam]


@dataclass(frozen=True)
class Instance:
    """Names replaced by terms, applied names by functions, in the statements of a theorem of `source`."""

    source: Setting
    values: Values

    def conclusion(self, statement: Statement) -> Statement:
        """Every name replaced; an index that stands for every element may become one of them."""
        return self._moved(statement, frozenset())

    def assumption(self, statement: Statement) -> Statement:
        """What holds for all elements is still asked of all of them: less would not give the conclusion."""
        return self._moved(statement, frozenset(s.name for s in statement.forall))

    def _moved(self, statement: Statement, held: frozenset[str]) -> Statement:
        touched = {n for n, _ in self.source.definitions if self.source.depends(n) & self.values.keys()}
        term: Term = statement.relation
        if term.names & touched:
            term = self.source.expand(term)
        plain = {n: v for n, v in self.values.items() if not isinstance(v, Lam) and n not in held}
        functions = {n: v for n, v in self.values.items() if isinstance(v, Lam)}
        _check_kinds(term, plain, functions)
        if self.values and any(isinstance(t, Argmax) for t in term.subterms()):
            raise RuleViolation("the variable of an argmax is no free name: nothing is put into one")
        _insist_on_indices(term, {n: v for n, v in self.values.items() if n not in held})
        brought = frozenset[str]().union(*(value_names(v) for v in self.values.values()))
        term = term.substitute(_stepping_aside(term, brought))
        # All at once: symbols step aside under private names, so nothing inserted is replaced again.
        varying = frozenset(self.values)
        aside: dict[Term, Term] = {s: Sym(f"\2{s.name}", s.sort, s.fixed) for s in term.symbols if s.name in plain}
        private = frozenset(s.name for s in aside.values() if isinstance(s, Sym))
        term = term.substitute(aside, varying).substitute_functions(functions, varying)
        back = {new: plain[old.name] for old, new in aside.items() if isinstance(old, Sym)}
        moved = term.substitute(back, private)
        assert isinstance(moved, Rel)
        return Statement.of(moved)


def indices(term: Term) -> list[tuple[Sym, IndexSet]]:
    """The free indices of a term with the sets they run over."""
    return [(s, s.sort) for s in term.free_indices if isinstance(s.sort, IndexSet)]


def unused(name: str, taken: Iterable[str]) -> str:
    """`name`, primed until it is not taken."""
    taken = frozenset(taken)
    while name in taken:
        name += "'"
    return name


def value_names(value: Term | Lam) -> frozenset[str]:
    """The free names of a replacement."""
    if isinstance(value, Lam):
        return value.body.names - {p.name for p in value.parameters}
    return value.names


def _stepping_aside(term: Term, brought: frozenset[str]) -> dict[Term, Term]:
    """New letters for the term's own indices where something brought in has the same."""
    taken = set(brought | term.names)
    renamed: dict[Term, Term] = {}
    for s, over in sorted(indices(term), key=lambda pair: pair[0].name):
        if s.name in brought:
            renamed[s] = Sym(unused(s.name, taken), over)
            taken |= renamed[s].names
    return renamed


def has_proportion(term: Term) -> bool:
    """Whether a ∝ b stands in it."""
    return any(isinstance(t, Rel) and t.op == "prop" for t in term.subterms())


def _insist_on_indices(term: Term, values: Values) -> None:
    """A proportion's free indices tell of which one its factor is free: they stay, and no others come in."""
    if not has_proportion(term):
        return
    own = {s.name for s in term.free_indices}
    for name in sorted(values.keys() & term.names):
        value = values[name]
        brought = value.body.free_indices - {*value.parameters} if isinstance(value, Lam) else value.free_indices
        if name in own or brought:
            raise RuleViolation(f"{term} is up to a factor: {name} cannot change the indices that it speaks of")


def _check_kinds(term: Term, plain: Mapping[str, Term], functions: Mapping[str, Lam]) -> None:
    """A symbol can become a term, an applied symbol a function, an element only an element of its set."""
    for s in term.symbols:
        if s.name in functions:
            raise RuleViolation(f"{s.name} stands alone here: a function cannot replace it")
        if s.name in plain:
            _check_sorts(s.name, s.sort, plain[s.name])
    applied = {t.name for t in term.subterms() if isinstance(t, App)}
    if wrong := sorted(applied & plain.keys()):
        raise RuleViolation(f"{wrong[0]} is applied here: only a function can replace it")


def _check_sorts(name: str, sort: Sort, value: Term) -> None:
    if not fits(value, sort):
        raise RuleViolation(f"{name} is {sort.name}, its replacement is {value.sort.name}")


# ------------------------------------------------------------------ typing facts


def typing_facts(declared: Declaration, value: Term | Lam, target: Setting) -> list[Statement]:
    """What the declaration of a name asks of what replaces it, for all its arguments.

    A fact about all numbers must be proven here: as a condition it would speak of one number.
    """
    parameters, body = _for_all(value, target)
    _check_sorts(declared.name, declared.sort, body)
    facts: list[Statement] = []
    if declared.distribution:
        facts.append(Statement.of(Rel(">", body, ZERO)))
        mass = _mass(declared.name, parameters, body)
        if not is_identity(target, mass):
            facts.append(Statement.of(mass))
    elif declared.sign != "real":
        facts.append(Statement.of(Rel(SIGN_RELATIONS[declared.sign], body, ZERO)))
    if declared.values:
        one_of_them = Rel("=", Mul(tuple(body - as_term(v) for v in declared.values)), ZERO)
        if not is_identity(target, one_of_them):
            facts.append(Statement.of(one_of_them))
    if any(not isinstance(p.sort, IndexSet) for p in parameters):
        signs = Signs(target)
        for fact in facts:
            if not signs.holds(fact):
                raise RuleViolation(f"{declared.name} is {declared.sign} everywhere; that {fact} is not known")
    return facts


def _for_all(value: Term | Lam, target: Setting) -> tuple[tuple[Sym, ...], Term]:
    """Parameters and body of a replacement, the parameters standing for everything of their sort."""
    if not isinstance(value, Lam):
        return (), value
    taken = {*value_names(value), *(d.name for d in target.declarations), *(n for n, _ in target.definitions)}
    fresh: dict[Sym, Term] = {}
    for p in value.parameters:
        name = unused(p.sort.letter if isinstance(p.sort, IndexSet) else "t", taken)
        taken.add(name)
        fresh[p] = Sym(name, p.sort)
    body = value.body.substitute(fresh, frozenset(p.name for p in value.parameters))
    return tuple(s for s in fresh.values() if isinstance(s, Sym)), body


def _mass(name: str, parameters: tuple[Sym, ...], body: Term) -> Rel:
    if not parameters or not isinstance(parameters[0].sort, IndexSet):
        raise RuleViolation(f"{name} is a distribution: replace it by a function of the response")
    return Rel("=", Sum(parameters[0], body), ONE)


SIGN_RELATIONS: dict[str, Relation] = {
    "positive": ">",
    "nonnegative": ">=",
    "negative": "<",
    "nonpositive": "<=",
    "nonzero": "!=",
}


# ------------------------------------------------------------------ derivatives


def check_dependencies(source: Setting, statements: Iterable[Statement], values: Values, target: Setting) -> None:
    """What the theorem knows of how its names vary must hold of what replaces them.

    What did not vary with a variable that it differentiates by must not vary with it afterwards; and Σπ = 1 of a
    distribution that does vary with it must be an identity, not a condition at a point.
    """
    relations = [source.expand(s.relation) for s in statements]
    names = frozenset[str]().union(*(r.names for r in relations))
    for variable in {v for r in relations for v in _variables(r)}:
        for name, value in values.items():
            if stops_gradient(target.expand(value.body if isinstance(value, Lam) else value)):
                raise RuleViolation(f"{name} is differentiated: nothing with a stopped gradient can replace it")
        image = _renamed(variable, values)
        for name in names - {variable}:
            after = value_names(values[name]) if name in values else frozenset((name,))
            if not any(image in target.depends(n) for n in after):
                continue
            if variable not in source.depends(name):
                raise RuleViolation(f"{name} does not vary with {variable} in the theorem, but would with {image} here")
            if source.declaration(name).distribution and name in values:
                parameters, body = _for_all(values[name], target)
                mass = _mass(name, parameters, body)
                if target.declaration(image).distribution or not is_identity(target, mass):
                    raise RuleViolation(f"{mass} is no identity in {image}, by which the theorem differentiates")


def _variables(term: Term) -> Iterator[str]:
    for t in term.subterms():
        if isinstance(t, Diff) and isinstance(t.var, (Sym, App)):
            yield t.var.name


def _renamed(variable: str, values: Values) -> str:
    """The name that a differentiation variable gets: it can only be renamed, entry by entry."""
    value = values.get(variable)
    if value is None:
        return variable
    body, parameters = (value.body, value.parameters) if isinstance(value, Lam) else (value, ())
    if isinstance(body, Sym) and not parameters:
        return body.name
    if isinstance(body, App):
        entries = [a for a in body.args if a.symbols & set(parameters)]
        if len(entries) == len(parameters) and set(entries) == set(parameters):
            return body.name
    raise RuleViolation(f"{variable} is differentiated by: it can only be renamed")


def insist_on_held(term: Term, setting: Setting) -> None:
    """Nothing else in a limit, an integral or an argmax varies with its variable: it would be held fixed under it."""
    under = [(t, t.letter) for t in term.subterms() if isinstance(t, Lim | Integral)]
    # A name that is defined by the variable of an argmax is written out there: it means the variable itself.
    under += [(t, t.var.name) for t in setting.expand(term).subterms() if isinstance(t, Argmax)]
    for t, variable in under:
        for name in sorted(t.names - {variable}):
            if variable in setting.depends(name):
                raise RuleViolation(
                    f"{name} varies with {variable}: write it out under the limit, the integral or the argmax"
                )

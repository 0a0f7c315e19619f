"""What the names of a document stand for: the built-in letters of the field, its declarations and its definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from operator import add
from typing import get_args

from symrlhf.read.joints import Joint, role
from symrlhf.read.names import ALIASES
from symrlhf.read.schema import ELEMENTS, Schema
from symrlhf.setting import Data, Declaration, Declares, Family, Group, Handle, Policy, Reward, Setting, Sign, handle
from symrlhf.term import (
    INTEGER,
    PROMPTS,
    REAL,
    RESPONSES,
    VECTOR,
    App,
    Binder,
    Card,
    IndexSet,
    Lam,
    Pow,
    Sort,
    Sym,
    Term,
    as_term,
    bind,
)

KINDS: dict[str, type | Declares] = {
    **{sign: Declares(sign=sign) for sign in get_args(Sign)},
    "integer": Declares(sort=INTEGER),
    "natural": Declares(sort=INTEGER, sign="positive"),
    "parameter": Declares(sort=VECTOR),
    "prompt": Declares(sort=PROMPTS, fixed=True),
    "element": Declares(sort=RESPONSES, fixed=True),
    "index": Declares(sort=RESPONSES),
    "policy": Policy,
    "reward": Reward,
    "data": Data,
    "group": Group,
}
"""Word of a declaration -> what it declares; `function` is apart."""

BUILT_IN: dict[str, str] = {
    **dict.fromkeys(("beta", "eps", "epsilon", "tau"), "positive"),
    **dict.fromkeys(("pi", "pi_ref", "pi_theta", "pi_old"), "policy"),
    **dict.fromkeys(("r", "r_phi"), "reward"),
    **dict.fromkeys(("y_w", "y_l", "y_1", "y_2", "y1", "y2"), "element"),
    "y": "index",
}
"""What the field's letters mean where a document does not say."""

DEPENDS: dict[str, str] = {"pi_theta": "theta", "r_phi": "phi"}
"""What varies with which parameters where a document does not say."""

CONSTANT = ("pi_ref", "pi_old", "pi_SFT")
"""Policies that do not vary with parameters where a document does not say that they do."""

PARAMETERS = ("theta", "phi", "psi")
"""Letters of parameters: what has one of them as a subscript varies with it."""

POLICIES = ("pi", "p", "q", "mu")
"""Letters of distributions over responses, where a document does not say what they are."""

TOKENS = IndexSet("T", "t")
"""The positions of a sequence, where a sum does not say from where to where t runs."""

SAMPLES = IndexSet("D", "i")
CASES = IndexSet("Omega", "omega")
UNNAMED = "P_Omega"
"""What a mean without a law is taken over, and the law it is given."""
"""The samples of a data set: (x, y_w, y_l) are the prompt and the responses of one."""


def draws(count: str) -> IndexSet:
    """The numbers of independent draws, y_1, …, y_n, of which there are `count`."""
    return IndexSet("N" if count == "n" else f"N_{count}", "i")


PLACES: dict[str, IndexSet] = {
    **dict.fromkeys(("y", "a", "o", "i", "j", "k"), RESPONSES),
    **dict.fromkeys(("x", "s"), PROMPTS),
    "t": TOKENS,
}
"""The set that a letter runs over, or is an element of, where it stands as an index or as a response or prompt."""

INDICES = ("i", "j", "k", "t")
"""Letters that say, as a subscript, which entry of a family is meant."""


COUNTING = ("i", "j", "k")
"""Letters that number the responses of a group, where a document has one."""


def _in_order(rows: tuple[tuple[str, Lam], ...]) -> tuple[tuple[str, Lam], ...]:
    """Definitions, each after those that it uses; in a circle, as they are."""
    found: list[tuple[str, Lam]] = []
    left = [*rows]
    while left:
        names = {n for n, _ in left}
        ready = next((row for row in left if not (row[1].body.names - {row[0]}) & names), left[0])
        left.remove(ready)
        found.append(ready)
    return tuple(found)


NO_CIRCLE = "no circle"
"""Among the numbers that were met: π is a number of the document, and 2π is twice that."""


@dataclass(frozen=True)
class Outcomes:
    """The values that a random number takes, each with its probability."""

    rows: tuple[tuple[Term, Term], ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset[str]().union(*(t.names for row in self.rows for t in row))

    def mean(self, letter: Term, body: Term) -> Term:
        """Σ p f(v), f(letter) the body."""
        return reduce(add, (chance * body.substitute({letter: value}) for value, chance in self.rows))


@dataclass(frozen=True)
class Draw:
    """A random number of which only moments are told: its mean, and a deviation that varies over samples of a law."""

    law: str
    centre: Term
    deviation: str
    told: Term | None = None
    """Its variance, where it is told."""
    centred: bool = True
    """Whether the deviation has mean 0: the centre is the mean, and not 0 because none is told."""
    alike: bool = True
    """Whether all draws have this law, and not only the same moments."""

    @property
    def names(self) -> frozenset[str]:
        return self.centre.names | {self.law}

    def moment(self, power: int) -> Term:
        """E[(r − E[r])^power]."""
        sample = Sym("i", SAMPLES)
        return self._over(
            sample, Pow(self._deviation(sample), as_term(power)) if power > 1 else self._deviation(sample)
        )

    def mean(self, letter: Term, body: Term) -> Term:
        sample = Sym("i", SAMPLES)
        return self._over(sample, body.substitute({letter: self.centre + self._deviation(sample)}))

    def _deviation(self, sample: Sym) -> App:
        return App(self.deviation, (sample,), 0)

    def _over(self, sample: Sym, body: Term) -> Binder:
        return bind("E", sample, App(self.law, (sample,), 0), body)


@dataclass(frozen=True)
class Drawn:
    """A response that is drawn from a policy: the probability of each, for the index that stands for it."""

    index: Sym
    chance: Term

    @property
    def names(self) -> frozenset[str]:
        return self.chance.names - {self.index.name}

    def mean(self, letter: Term, body: Term) -> Term:
        index = Sym("\3drawn", self.index.symbol_sort)
        measure, inside = self.chance.substitute({self.index: index}), body.substitute({letter: index})
        built = bind("E", index, measure, inside)
        shown = letter.name.rstrip("'") if isinstance(letter, Sym) and letter.name.isprintable() else ""
        return Binder("E", built.over, built.bodies, shown)


@dataclass(frozen=True)
class Sample:
    """Independent draws R_1, …, R_n of one law, numbered by the elements of a set."""

    over: IndexSet
    law: Outcomes | Draw | Drawn

    @property
    def sort(self) -> Sort:
        """What one draw is."""
        return self.law.index.sort if isinstance(self.law, Drawn) else REAL


@dataclass(frozen=True)
class Vocabulary:
    """What the names of a document stand for: the built-in ones, its declarations and its definitions."""

    handles: Mapping[str, Handle | Family] = field(default_factory=dict[str, "Handle | Family"])
    declarations: Mapping[str, Declaration] = field(default_factory=dict[str, Declaration])
    definitions: tuple[tuple[str, Lam], ...] = ()
    numbered: Mapping[str, Sort] = field(default_factory=dict[str, Sort])
    """Families of numbers, x_i, and what their entries are numbered by."""
    ends: frozenset[Term] = frozenset()
    """Where sums from 1 ended so far."""
    met: frozenset[str] = frozenset()
    """Numbers that the document has mentioned: ab is a product where it knows a and b."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """Unknown functions of one letter that the document names: u of t, so that u alone is u(t)."""
    schemas: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
    """Definitions said of letters that stand for others, by the form of their left side."""
    vectors: Mapping[str, tuple[Term, ...]] = field(default_factory=dict[str, tuple[Term, ...]])
    """Values in numbers at the responses 1, 2, ..., the last one that was given at the end."""
    elements: tuple[Sym, ...] = ()
    """All responses there are, where the document lists them: 𝒴 = {0, 1}."""
    values: Mapping[Term, Term] = field(default_factory=dict[Term, Term])
    """What a policy is said to be at one of them: π(1) = p."""
    hidden: Mapping[str, int] = field(default_factory=dict[str, int])
    """Of u = log π(y) − log π_ref(y), which varies with y and does not show it: how many of its last arguments."""
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    """The θ of L(θ), a number that does not show it otherwise: L(φ) is another number."""
    of_rewards: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """The r, β of Z(r, β), which was defined for a reward: Z(r + c, β) is what it is for r + c."""
    means: Mapping[str, object] = field(default_factory=dict[str, object])
    """Laws that stood below E, and how they were written: E[r] without one is a mean under one of them."""
    random: Mapping[Term, Outcomes | Draw | Drawn] = field(default_factory=dict[Term, "Outcomes | Draw | Drawn"])
    """Random numbers of which the document tells the law."""
    independent: tuple[frozenset[str], ...] = ()
    """Those of which it says that they are independent."""
    joint: frozenset[str] = frozenset()
    """Policies of which two responses are independent: π(y, y') is π(y) π(y')."""
    constant: frozenset[str] = frozenset()
    """Numbers that are said not to be random."""
    samples: Mapping[str, Sample] = field(default_factory=dict[str, Sample])
    """Families of independent draws."""
    joints: Mapping[str, Joint] = field(default_factory=dict[str, Joint])
    """Laws of several tokens, each a product of laws of one."""
    informed: str = ""
    """Of several laws the one that H(a, b) is said of."""
    tuples: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    """Responses of which it tells what their tokens are called: y = (a, b)."""
    applied: Mapping[tuple[str, int], tuple[Sort, ...]] = field(
        default_factory=dict[tuple[str, int], "tuple[Sort, ...]"]
    )
    """Where tokens are of different sets: what a function of so many arguments is a function of."""

    @staticmethod
    @cache
    def built_in() -> Vocabulary:
        words = Vocabulary()
        for name, kind in BUILT_IN.items():
            words = words.declare(name, kind)
        for name, parameter in DEPENDS.items():
            words = words.depending(name, frozenset((parameter,)))
        return words

    def admit(self, name: str, meant: Handle | Family, declaration: Declaration) -> Vocabulary:
        """The same with a name that had no meaning."""
        return replace(
            self, handles={**self.handles, name: meant}, declarations={**self.declarations, name: declaration}
        )

    def declare(self, name: str, kind: str, depends: frozenset[str] = frozenset()) -> Vocabulary:
        """The same with `name` declared afresh; what was defined by its old meaning is forgotten."""
        meant = Declares(sort=PLACES.get(name, RESPONSES)) if kind == "index" else KINDS.get(kind, Reward)
        made, declared = (Family(name), Declaration(name)) if kind == "function" else handle(name, meant)
        declared = replace(declared, depends=depends)
        words = self.forget(name).admit(name, made, declared)
        if isinstance(made, Group):
            # i, j and k number its responses.
            for letter in COUNTING:
                words = words.forget(letter).admit(letter, made.index(letter), Declaration(letter, made.over))
        return words

    def depending(self, name: str, on: frozenset[str]) -> Vocabulary:
        """The same with `name`, whatever it is, varying with the names in `on`."""
        old = self.declarations.get(name, Declaration(name))
        new = replace(old, depends=old.depends | on)
        return replace(self, declarations={**self.declarations, name: new})

    def define(self, name: str, value: Lam) -> Vocabulary:
        """The same with `name` defined afresh."""
        known = self.forget(name)
        return replace(known, definitions=(*known.definitions, (name, value)))

    def define_late(self, name: str, value: Lam) -> Vocabulary:
        """The same with a name that earlier definitions may use, as π* = .../Z with Z = ...: it goes before them."""
        users = [n for n, lam in self.definitions if name in lam.body.names]
        if not users or self.definition(name) is not None:
            return self.define(name, value)
        return replace(self, definitions=_in_order((*self.definitions, (name, value))))

    def forget(self, name: str) -> Vocabulary:
        """The same without `name` and without every definition that uses it."""
        gone = {name}
        for n, value in self.definitions:
            if (value.body.names - {p.name for p in value.parameters}) & gone:
                gone.add(n)
        return replace(
            self,
            handles={n: h for n, h in self.handles.items() if n != name},
            declarations={n: d for n, d in self.declarations.items() if n != name},
            definitions=tuple((n, v) for n, v in self.definitions if n not in gone),
            numbered={n: s for n, s in self.numbered.items() if n not in gone},
            variables={n: v for n, v in self.variables.items() if n not in gone},
            schemas={k: v for k, v in self.schemas.items() if name not in v.names or name not in self.known()},
            hidden={n: v for n, v in self.hidden.items() if n not in gone},
            arguments={n: v for n, v in self.arguments.items() if n not in gone},
            vectors={n: v for n, v in self.vectors.items() if n not in gone},
            random={letter: law for letter, law in self.random.items() if not (letter.names | law.names) & gone},
            joint=self.joint - gone,
            values={at: v for at, v in self.values.items() if not (at.names | v.names) & gone},
            constant=self.constant - gone,
            samples={n: s for n, s in self.samples.items() if not ({n} | s.law.names) & gone},
            tuples={n: t for n, t in self.tuples.items() if n not in gone},
            joints={n: j for n, j in self.joints.items() if not (j.laws | j.sets.keys()) & gone},
        )

    def with_joint(self, law: Joint) -> Vocabulary:
        """The same with a law of several tokens; what its letters stood for is forgotten."""
        words = self
        for letter, over in law.sets.items():
            if letter in law.tokens and (known := words.handles.get(letter)) != Sym(letter, over):
                words = words.forget(letter) if known is not None else words
                words = words.admit(letter, Sym(letter, over), Declaration(letter, over))
        return replace(words, joints={**words.joints, law.name: law})

    def set_of(self, name: str) -> IndexSet | None:
        """The set of a letter that stands for a token, as a' does where a is one."""
        found = ((j, role(name, j.sets)) for j in self.joints.values())
        return next((j.sets[letter] for j, letter in found if letter in j.tokens), None)

    @property
    def factored(self) -> frozenset[str]:
        """The names of laws that are known by the tokens in their brackets."""
        return frozenset[str]().union(*(j.laws for j in self.joints.values()))

    def said_of(self, name: str, argument: str) -> Vocabulary:
        """The same with a number L that is written L(argument)."""
        return replace(self, arguments={**self.arguments, name: argument})

    def of_reward(self, name: str, letters: tuple[str, ...]) -> Vocabulary:
        """The same with a definition that was written for these letters, one of them a reward."""
        return replace(self, of_rewards={**self.of_rewards, name: letters})

    def hide(self, name: str, many: int) -> Vocabulary:
        """The same with the last arguments of a definition, which its name does not show."""
        return replace(self, hidden={**self.hidden, name: many})

    def vector(self, name: str, values: tuple[Term, ...]) -> Vocabulary:
        """The same with values in numbers."""
        others = {n: v for n, v in self.vectors.items() if n != name}
        return replace(self, vectors={**others, name: values})

    @property
    def responses(self) -> int:
        """How many responses the last vector has."""
        return len([*self.vectors.values()][-1])

    def schema(self, key: str, value: Schema) -> Vocabulary:
        """The same with a definition said of letters that stand for others; what another one made is forgotten."""
        known = self
        for name, _ in self.definitions if key in self.schemas and self.schemas[key] != value else ():
            if name.startswith(key) and known.definition(name) is not None:
                known = known.forget(name)
        return replace(known, schemas={**known.schemas, key: value})

    def schema_of(self, name: str) -> Schema | None:
        """The schema of which `name` is one case: P_12 of P_ij."""
        stem, _, label = name.rpartition("_")
        return self.schemas.get(f"{stem}_") if label.isdigit() or label in ELEMENTS else None

    def free(self, name: str) -> Vocabulary:
        """The same with `name` undefined: what was defined by it now varies with it."""
        return replace(self, definitions=tuple((n, v) for n, v in self.definitions if n != name))

    def function_of(self, name: str, variable: str) -> Vocabulary:
        """The same with an unknown function of a letter."""
        known = self.declare(name, "function")
        return replace(known, variables={**known.variables, name: variable})

    def number(self, family: str, by: Sort) -> Vocabulary:
        """The same with what the entries of a family are numbered by."""
        return self if family in self.numbered else replace(self, numbered={**self.numbered, family: by})

    def mean(self, law: str, written: object) -> Vocabulary:
        """The same with a law that stood below E."""
        return replace(self, means={**self.means, law: written})

    def random_number(self, letter: Term, law: Outcomes | Draw | Drawn) -> Vocabulary:
        """The same with a number that is random."""
        return replace(self, random={**self.random, letter: law})

    def drawn(self, family: str, sample: Sample) -> Vocabulary:
        """The same with a family of independent draws, whose entries i, j and k number."""
        words = self
        for name in ALIASES.get(family, (family,)):
            words = words.forget(name)
        # y_1 is the first draw, and no response of its own.
        for name in [n for n in words.handles if re.fullmatch(rf"{re.escape(family)}_?\d+", n)]:
            words = words.forget(name)
        for letter in COUNTING:
            words = words.forget(letter).admit(letter, Sym(letter, sample.over), Declaration(letter, sample.over))
        return replace(words.number(family, sample.over), samples={**words.samples, family: sample})

    def independently(self, letters: frozenset[str]) -> Vocabulary:
        """The same with random numbers that are independent of each other."""
        return replace(self, independent=(*self.independent, letters)) if len(letters) > 1 else self

    def certain(self, names: frozenset[str]) -> Vocabulary:
        """The same where something else is said of these numbers: their laws alone tell no means."""
        kept = {letter: law for letter, law in self.random.items() if not letter.names & names}
        drawn = {family: sample for family, sample in self.samples.items() if family not in names}
        same = len(kept) == len(self.random) and len(drawn) == len(self.samples)
        return self if same else replace(self, random=kept, samples=drawn)

    def listed(self, elements: tuple[Sym, ...]) -> Vocabulary:
        """The same where these are all responses."""
        known = self
        for element in elements:
            if not element.name.isdigit():
                known = known.declare(element.name, "element")
        return replace(known, elements=elements, values={})

    def valued(self, at: App, value: Term) -> Vocabulary:
        """The same with what a policy is at one response; of two, the other one has the rest."""
        values = {**self.values, at: value}
        if len(self.elements) == 2:
            (other,) = (e for e in self.elements if e != at.args[0])
            values.setdefault(at.substitute({at.args[0]: other}), as_term(1) - value)
        return replace(self, values=values).depending(at.name, frozenset(s.name for s in value.symbols))

    def is_law(self, name: str) -> bool:
        """Whether it is a policy."""
        return isinstance(self.handles.get(name), Policy)

    def definition(self, name: str) -> Lam | None:
        return dict(self.definitions).get(name)

    @property
    def setting(self) -> Setting:
        """The symbol table: an index stands for every element, so it needs no row."""
        rows = (d for d in self.declarations.values() if not isinstance(d.sort, IndexSet) or d.fixed)
        return Setting(tuple(rows), self.definitions)

    @property
    def made_of_draws(self) -> Setting:
        """The symbol table with the definitions alone that use a family of draws."""
        known = self.setting
        return replace(
            known, definitions=tuple((n, v) for n, v in known.definitions if known.depends(n) & {*self.samples})
        )

    def uncounted(self, body: Term, variable: Term) -> tuple[Term, Term]:
        """A limit in n, which counts a set: a number n' in its place, where the body says no more of the set."""
        value = self.definition(variable.name) if isinstance(variable, Sym) else None
        if value is None or not isinstance(value.body, Card):
            return body, variable
        number, over = Sym(f"{next(iter(variable.names))}'"), value.body.of
        free = self.setting.expand(body).substitute({value.body: number})
        if number.name in body.names | self.known() or any(t == Card(over) for t in free.subterms()):
            raise TypeError(f"a limit in {number.name} has no reading here")
        if any((isinstance(t, Binder) and t.over == over) or t.sort == over for t in free.subterms()):
            raise TypeError(f"a limit in {variable} of a sum over all {variable}: write what the sum is first")
        return free, number

    def known(self) -> set[str]:
        return {*self.handles, *dict(self.definitions)}

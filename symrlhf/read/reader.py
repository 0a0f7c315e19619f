"""Syntax -> Term: rows, symbols, subscripts and applications, by what the vocabulary knows.

A row of factors is read from the left. A name before brackets is applied if it is known as a function, a policy or a
reward, else it multiplies. An ambiguity that matters is an error. What operators apply to: `operators.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from functools import reduce
from itertools import count
from operator import mul
from typing import Any

from symrlhf.errors import RuleViolation
from symrlhf.notation import DATA_SIZE, FUNCTIONS, RELATION_OF
from symrlhf.read.dots import multiplied, summed
from symrlhf.read.names import Spelled, candidates, entries, is_letter, letters, outer_sup, plain, spelled
from symrlhf.read.numbers import MAX_DIGITS, MAX_EXPONENT, decimal, magnitude
from symrlhf.read.schema import (
    Pattern,
    Schema,
    at_numbers,
    below,
    between,
    letter,
    mentions,
    numbers,
    of_laws,
    plain_names,
    preferred,
    put_in,
)
from symrlhf.read.syntax import (
    Accent,
    Cases,
    Chain,
    Fraction,
    Given,
    Group,
    List,
    Name,
    Number,
    Percent,
    Root,
    Row,
    Script,
    Sum,
    Symbol,
    Syntax,
)
from symrlhf.read.tokens import UnreadableAt
from symrlhf.read.vocabulary import INDICES, NO_CIRCLE, PARAMETERS, PLACES, POLICIES, Vocabulary
from symrlhf.setting import Data, Declaration, Family, Policy, Reward
from symrlhf.setting import Group as ResponseGroup
from symrlhf.term import (
    INTEGER,
    PROMPTS,
    REAL,
    RESPONSES,
    VECTOR,
    Add,
    And,
    App,
    Card,
    Div,
    Fun,
    IndexSet,
    Lam,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Rel,
    Relation,
    Sym,
    Term,
    as_term,
    diff,
    is_integer,
    oo,
)
from symrlhf.term import Cases as CaseSplit

Operator = Callable[["Reader", "Items"], Term]
"""Reads what an operator at the front of the items applies to, and takes it from them."""

OperatorAt = Callable[["Reader", "Items"], Operator | None]
"""The operator that the items begin with; None for a symbol, a number or a bracket."""


class Items:
    """The factors of a row that are still to be read, with the joint before each."""

    def __init__(self, items: tuple[Syntax, ...], joints: tuple[str, ...] = ()):
        self.items, self.joints = items, ("", *joints)
        self.at = 0

    def __bool__(self) -> bool:
        return self.at < len(self.items)

    @property
    def first(self) -> Syntax:
        return self.items[self.at]

    @property
    def joint(self) -> str:
        """What stands before the first: "" where nothing does."""
        return self.joints[self.at]

    def next(self) -> Syntax:
        self.at += 1
        return self.items[self.at - 1]

    def replace(self, first: Syntax) -> None:
        """Another first item: the bracket of E[r]² without its exponent."""
        self.items = (*self.items[: self.at], first, *self.items[self.at + 1 :])

    @property
    def last_end(self) -> int:
        return self.items[self.at - 1].end

    def beside(self) -> Syntax | None:
        """The next item if it stands right beside what was read, without · or /."""
        return self.first if self and not self.joint else None

    def rest(self) -> Syntax | None:
        """All that is left, as one row."""
        if not self:
            return None
        items, joints = self.items[self.at :], self.joints[self.at + 1 :]
        self.at = len(self.items)
        return items[0] if len(items) == 1 else Row(items[0].start, items[-1].end, items, joints)


_private = count()


REFERENCES = ("pi_ref", "pi_old", "pi_0", "pi_sft", "pi_SFT", "mu")
"""Policies that stay what they are where the reward changes."""


class Reader:
    """One formula being read."""

    def __init__(self, words: Vocabulary, operator_at: OperatorAt):
        self.words, self.operator_at = words, operator_at
        self.scope: dict[str, Term] = {}
        """Letters bound around this place -> what stands for them until they are bound."""
        self.outcome: Sym | None = None
        """The response that an expectation around this place runs over."""
        self.given: list[Rel] = []
        self._spans: dict[int, tuple[int, int]] = {}
        self._kept: list[Term] = []

    # ---- places

    def mark(self, term: Term, start: int, end: int) -> Term:
        if id(term) not in self._spans:
            self._spans[id(term)] = (start, end)
            self._kept.append(term)
        return term

    def carry(self, old: Term, new: Term) -> None:
        """The places of a body, for the body as it is under its binder."""
        if old is not new:
            if id(old) in self._spans:
                self.mark(new, *self._spans[id(old)])
            for a, b in zip(old.children, new.children, strict=True):
                self.carry(a, b)

    def places(self, term: Term) -> dict[Path, tuple[int, int]]:
        return {path: self._spans[id(t)] for path, t in term.walk() if id(t) in self._spans}

    # ---- names

    @property
    def data(self) -> IndexSet | None:
        """The data set of the document, if it has one."""
        return next((h.over for h in self.words.handles.values() if isinstance(h, Data)), None)

    def known(self, name: str) -> bool:
        return name in self.scope or name in self.words.handles or self.words.definition(name) is not None

    def resolved(self, name: str) -> str:
        """The name as the document knows it."""
        found = list(candidates(name))
        return next((c for c in found if self.known(c)), found[0])

    def stem_of(self, found: Spelled, primes: bool = True) -> str | None:
        stem = found.stem(len(found.subscripts))
        if stem is None:
            return None
        return self.resolved(stem + "'" * found.primes * primes)

    def is_index(self, s: Syntax) -> bool:
        """Whether a part of a subscript says which entry is meant, rather than being part of the name."""
        match s:
            case Name(text=text):
                meant = self.words.handles.get(text)
                index = isinstance(meant, Sym) and isinstance(meant.sort, IndexSet) and not meant.fixed
                return text in self.scope or text in INDICES or index or (
                    isinstance(meant, Sym) and meant.sort == INTEGER
                )  # fmt: skip
            case Script(base=base, sup=None):
                return plain(s) in self.scope or self.is_index(base)
            case Sum(terms=terms):
                return any(self.is_index(t) for t in terms if not isinstance(t, Number))
            case Row(items=(Number(), *rest), joints=joints) if set(joints) <= {"", "·"}:
                return all(self.is_index(t) for t in rest)
            case Group(left="", body=body) if body is not None:
                return self.is_index(body)
            case _:
                return False

    # ---- terms

    def term(self, s: Syntax) -> Term:
        row = _NODES.get(type(s))
        if row is None:
            raise UnreadableAt(f"expected a number or an expression, not {_DESCRIBED[type(s)]}", s.start)
        return self.mark(row(self, s), s.start, s.end)

    def number(self, s: Number) -> Term:
        text = s.text if not s.text.isdigit() else s.text.lstrip("0") or "0"
        found = decimal(text.lower()) if len(text) <= MAX_DIGITS else None
        if found is None:
            raise UnreadableAt(f"a number of more than {MAX_DIGITS} digits", s.start)
        return found

    def constant(self, s: Symbol) -> Term:
        if s.char == "∞":
            return oo
        raise UnreadableAt(f"{s.char} has no value here", s.start)

    def group(self, s: Group) -> Term:
        if s.body is None:
            raise UnreadableAt("nothing stands in these brackets", s.start)
        if s.left == "|":
            return self.size(s.body) or Fun("abs", (self.term(s.body),))
        if s.left not in ("", "(", "[", "{"):
            what = "a norm" if s.left == "‖" else "an interval"
            raise UnreadableAt(f"{what} has no value here", s.start)
        return self.term(s.body)

    def size(self, s: Syntax) -> Term | None:
        """|Y|: how many responses there are."""
        sets = {"𝒴": RESPONSES, "𝒳": PROMPTS, "Y": RESPONSES, "X": PROMPTS}
        if self.data is not None:
            sets["D"] = self.data
        if (group := next((h for h in self.words.handles.values() if isinstance(h, ResponseGroup)), None)) is not None:
            sets["calG"] = group.over
        name = s.char if isinstance(s, Symbol) else s.text if isinstance(s, Name) else ""
        if name in sets and not self.known(name):
            return Card(sets[name])
        return self.length(s)

    def length(self, s: Syntax) -> Term | None:
        """|y_w|: how many tokens a response has, some positive number."""
        found = spelled(s)
        if found is None or found.base != "y" or not isinstance(place := self.place(s), Term):
            return None
        if not self.known(LENGTH):
            self.words = self.words.admit(LENGTH, Family(LENGTH), Declaration(LENGTH, sign="positive"))
        return App(LENGTH, (place,))

    def percent(self, s: Percent) -> Term:
        return Div(self.term(s.body), as_term(100))

    def fraction(self, s: Fraction) -> Term:
        operator = self.operator_at(self, Items((s,)))
        if operator is not None:
            return operator(self, Items((s,)))
        return Div(self.term(s.top), self.term(s.bottom))

    def root(self, s: Root) -> Term:
        if s.degree is not None and not (isinstance(s.degree, Number) and s.degree.text == "2"):
            return Pow(self.term(s.body), as_term(1) / self.term(s.degree))
        body = self.term(s.body)
        if isinstance(s.body, Row) and isinstance(s.body.items[-1], Group) and isinstance(body, Mul):
            shown = s.body.items[-1].start == s.body.items[0].end and s.body.start > s.start and s.end == s.body.end
            if shown:
                raise UnreadableAt("how far does the root reach? write √(...)", s.body.items[-1].start)
        return Fun("sqrt", (body,))

    def sum(self, s: Sum) -> Term:
        if (told := summed(s)) is not s:
            return self.term(told)
        terms: list[Term] = []
        for sign, part in zip(s.signs, s.terms, strict=True):
            if sign == "±":
                raise UnreadableAt("± stands for two values: write one of them", part.start)
            term = self.term(part)
            terms.append(self.mark(Neg(term), part.start, part.end) if sign == "-" else term)
        return terms[0] if len(terms) == 1 else Add(tuple(terms))

    def product(self, s: Row) -> Term:
        told = multiplied(s)
        return self.whole(Items(told.items, told.joints))

    def whole(self, items: Items) -> Term:
        """All the factors of a row."""
        start = items.first.start
        factors = [self.factor(items)]
        while items:
            joint, first = items.joint, items.first
            if joint == "":
                self.check_beside(first)
            factor = self.circle(items, factors[-1]) or self.factor(items)
            if joint == "/":
                above = factors[0] if len(factors) == 1 else Mul(tuple(factors))
                factors = [self.mark(Div(above, factor), start, items.last_end)]
                if items and items.joint == "":
                    self.check_divisor(first, items)
            else:
                factors.append(factor)
        return factors[0] if len(factors) == 1 else Mul(tuple(factors))

    def circle(self, items: Items, before: Term) -> Term | None:
        """The π of 2π, which no policy is: 4 arctan 1."""
        s = items.first
        after = items.items[items.at + 1] if items.at + 1 < len(items.items) else None
        if not (isinstance(s, Name) and s.text == "pi" and isinstance(before, Num)) or isinstance(after, Group):
            return None
        told = "pi" in self.scope or NO_CIRCLE in self.words.met or self.words.definition("pi") is not None
        if told or not isinstance(self.words.handles.get("pi"), Policy | None):
            return None
        items.next()
        return self.mark(as_term(4) * Fun("arctan", (as_term(1),)), s.start, s.end)

    def check_beside(self, after: Syntax) -> None:
        number = after.base if isinstance(after, Script) else after
        if isinstance(number, Number):
            raise UnreadableAt("a number after a factor: write · or a subscript", after.start)

    def check_divisor(self, divisor: Syntax, items: Items) -> None:
        """a/b c: what is divided by, b or b c?"""
        last = items.items[items.at - 1]
        clear = isinstance(last, Group) and (last is divisor or last.end < items.first.start)
        if not clear:
            raise UnreadableAt("is this below the slash or beside it? write brackets", items.first.start)

    # ---- one factor

    def factor(self, items: Items) -> Term:
        """The factor at the front, with the brackets that it applies to."""
        start = items.first.start
        operator = self.operator_at(self, items)
        if operator is not None:
            term = operator(self, items)
        else:
            found = spelled(items.first)
            term = self.application(items, found) if found is not None else None
            if term is None:
                term = self.term(items.next())
        return self.mark(term, start, items.last_end)

    def scripted(self, s: Script) -> Term:
        found = spelled(s)
        if found is None:
            if (
                isinstance(s.base, Group)
                and isinstance(s.sub, Symbol)
                and s.sub.char == "+"
                and not (s.primes or s.star)
            ):
                return self.power(Fun("max", (self.term(s.base), as_term(0))), s.sup)
            if s.sub is not None or s.primes or s.star:
                raise UnreadableAt("only a symbol has a subscript, a prime or a star", s.start)
            base = self.term(s.base)
            return self.power(base, s.sup)
        return self.factor(Items((s,)))

    def symbol_alone(self, s: Syntax) -> Term:
        if spelled(s) is None:
            raise UnreadableAt("an accent stands on a letter", s.start)
        return self.factor(Items((s,)))

    def power(self, base: Term, sup: Syntax | None) -> Term:
        if sup is None:
            return base
        exponent = self.exponent(sup)
        if magnitude(exponent) > MAX_EXPONENT:
            raise UnreadableAt(f"an exponent above {MAX_EXPONENT}", sup.start)
        return Pow(base, exponent)

    def exponent(self, sup: Syntax) -> Term:
        if isinstance(sup, Symbol) and sup.char in "+-⊤":
            raise UnreadableAt(f"{sup.char} is no exponent", sup.start)
        return self.term(sup)

    # ---- symbols and applications

    def application(self, items: Items, found: Spelled) -> Term:
        """A symbol, applied to the brackets after it if it is a function."""
        s = items.next()
        sup = outer_sup(s)
        if found == EULER and not self.known("e"):
            return Fun("exp", (as_term(1) if sup is None else self.exponent(sup),))
        after = items.beside()
        bracket, power = _bracket(after)
        if bracket is not None:
            term = self.applied(found, s, bracket, sup)
            if term is not None:
                items.next()
                return self.power(self.mark(term, s.start, bracket.end), power)
            if bracket.body is None or isinstance(bracket.body, List | Given):
                raise self.unknown_function(found, s)
        term = self.symbol(found, s)
        return self.power(self.mark(term, s.start, s.end), sup)

    def unknown_function(self, found: Spelled, s: Syntax) -> UnreadableAt:
        name = self.stem_of(found) or found.base
        near = get_close_matches(name, [*self.words.handles, *FUNCTIONS], n=2, cutoff=0.7) if len(name) > 2 else []
        hint = f"; did you mean {' or '.join(near)}?" if near else f": declare it, symrlhf: function {name}"
        return UnreadableAt(f"{name} is not known as a function{hint}", s.start)

    def symbol(self, found: Spelled, s: Syntax) -> Term:
        """A symbol in the place of a number."""
        name = self.stem_of(found)
        if name is not None and self.known(name):
            return self.known_symbol(name, s)
        if raised := sorted(a for a in found.accents if a.startswith("upper")):
            sign = "⁺" if raised == ["upperplus"] else "⁻"
            raise UnreadableAt(
                f"{found.base}{sign} is no power: say what it is, as in Let {found.base}{sign} = ...", s.start
            )
        if (entry := self.vector_entry(found)) is not None:
            return entry
        case = self.case_of(s)
        if case is not None:
            return self.known_symbol(case, s)
        if (there := self.case_at(s, found)) is not None:
            return there
        indexed = self.indexed(found, s)
        if indexed is not None:
            return indexed
        if name == DATA_SIZE and self.data is not None:
            return Card(self.data)
        if name is None:
            raise UnreadableAt("this subscript is not read", s.start)
        if found.primes and (slope := self.slope_alone(found, s)) is not None:
            return slope
        if found.primes and self.stem_of(found, primes=False) != name and self.known(found.base):
            raise UnreadableAt(f"what is differentiated where? write {found.base}'(z)", s.start)
        if not is_letter(found.base) and not found.subscripts:
            if (product := self.letters_side_by_side(found, s)) is not None:
                return product
            if not found.base[1:].isdigit():
                raise self.unknown_word(found.base, s)
        return Sym(name)

    def letters_side_by_side(self, found: Spelled, s: Syntax) -> Term | None:
        """pq in text is a product where p and q are known numbers."""
        if not found.base.isalpha() or found.primes or found.star or found.accents:
            return None
        named = [Spelled(letter, (), False, (), 0) for letter in found.base]
        if len(named) > 3 or not all(self.known(n.base) or n.base in self.words.met for n in named):
            return None
        return Mul(tuple(self.known_symbol(n.base, s) for n in named))

    def unknown_word(self, word: str, s: Syntax) -> UnreadableAt:
        if word in FUNCTION_WORDS:
            return UnreadableAt(f"{word} is a function: write {word}(...)", s.start)
        near = get_close_matches(word, [*self.words.handles, *FUNCTION_WORDS], n=2, cutoff=0.7)
        hint = f"did you mean {' or '.join(near)}?" if near else "declare it, or write a product as a·b"
        return UnreadableAt(f"unknown name {word}; {hint}", s.start)

    def hidden(self, name: str, s: Syntax) -> tuple[Term, ...]:
        """The arguments of a definition that its name does not show: the y of u = log π(y)."""
        value, many = self.words.definition(name), self.words.hidden.get(name, 0)
        found: list[Term] = []
        for p in value.parameters[len(value.parameters) - many :] if value is not None else ():
            if p.name not in self.scope and self.outcome is not None and self.outcome.sort == p.sort:
                raise UnreadableAt(f"{name} varies with {p.name}: write {name}({p.name}) where it is defined", s.start)
            found.append(self.scope.get(p.name) or p)
        return tuple(found)

    def known_symbol(self, name: str, s: Syntax) -> Term:
        meant = self.scope.get(name) or self.words.handles.get(name)
        value = self.words.definition(name)
        if name not in self.scope and value is not None:
            if len(value.parameters) == self.words.hidden.get(name, 0):
                hidden = self.hidden(name, s)
                return App(name, hidden) if hidden else Sym(name)
            if self.outcome and len(value.parameters) == 1 and value.parameters[0].sort == self.outcome.sort:
                return App(name, (self.outcome,))
            if self.scope.keys() & {p.name for p in value.parameters}:
                raise UnreadableAt(f"{name} is a function: write {name}(...)", s.start)
            # ρ for ρ(y), ℓ for ℓ(w, b): at the letters that it was said of.
            return App(name, value.parameters)
        if isinstance(meant, Term):
            if isinstance(meant.sort, IndexSet):
                said = f"{name} is a response or prompt, not a number: declare it, symrlhf: real {name}, if it is one"
                raise UnreadableAt(said, s.start)
            return meant
        if isinstance(meant, Policy | Reward) and self.outcome is not None and self.outcome.sort == RESPONSES:
            return meant[self.outcome]
        if isinstance(meant, Policy):
            raise UnreadableAt(f"{name} is a policy: write {name}(y), or {name} inside E, D_KL and H", s.start)
        if type(meant) is Family and name not in self.words.variables and self.outcome is not None:
            # E_π[f], of a function of the response.
            return App(name, (self.outcome,))
        if type(meant) is Family and name in self.words.variables:
            return App(name, (Sym(self.words.variables[name]),))
        if type(meant) is Family:
            raise UnreadableAt(f"{name} is a function: write {name}(...)", s.start)
        if isinstance(meant, Reward) and any(i.sort == RESPONSES for i in self.scope.values()):
            raise UnreadableAt(f"{name} is a reward: write {name}(y)", s.start)
        return Sym(name)

    # ---- subscripts that are indices

    def indexed(self, found: Spelled, s: Syntax) -> Term | None:
        """x_i, π_j, a_{t+1}: a family at an entry; None where the subscript is part of the name."""
        name, places = self.split(found)
        if name is None or not places:
            name, places = self.counted(found)
        if name is None or not places:
            return None
        schema = self.words.schemas.get(f"{name}_")
        if schema is not None and schema.parameters and self.words.definition(name) is None:
            raise UnreadableAt(f"{name} was defined with {', '.join(schema.parameters)} in brackets", s.start)
        return self.at_entry(name, tuple(self.entry(p, name) for p in places), s)

    def counted(self, found: Spelled) -> tuple[str | None, tuple[Syntax, ...]]:
        """V_0 beside V_{t+1}: a number below a letter whose entries are numbered by integers."""
        stem = found.stem(0)
        if stem is None or not found.subscripts or not all(isinstance(s, Number) for s in found.subscripts):
            return None, ()
        name = self.resolved(stem + "'" * found.primes)
        value = self.words.definition(name)
        sorts = [p.sort for p in value.parameters] if value is not None else [self.words.numbered.get(name)]
        return (name, found.subscripts) if sorts == [INTEGER] * len(found.subscripts) else (None, ())

    def at_entry(self, name: str, args: tuple[Term, ...], s: Syntax) -> Term:
        meant, value = self.words.handles.get(name), self.words.definition(name)
        if value is None and isinstance(meant, Policy) and len(args) == 1 and args[0].sort == meant.over:
            return meant[args]
        if value is not None and len(value.parameters) != len(args):
            raise UnreadableAt(f"{name} was defined with {len(value.parameters)} arguments", s.start)
        if isinstance(meant, Sym):
            raise UnreadableAt(f"{name} is one number here, not a family of numbers", s.start)
        sorts = [INTEGER if is_integer(a) else a.sort for a in args]
        if self.words.numbered.get(name, sorts[0]) != sorts[0]:
            raise UnreadableAt(f"the entries of {name} are numbered in two ways", s.start)
        self.words = self.words.number(name, sorts[0])
        return App(name, args)

    def split(self, found: Spelled) -> tuple[str | None, tuple[Syntax, ...]]:
        """The name of the family and the entries that its last subscripts say."""
        subscripts = found.subscripts
        if len(subscripts) == 1 and isinstance(subscripts[0], Number) and not found.primes:
            family = self.resolved(found.stem(0) or "")
            if family in self.words.samples:
                return family, subscripts
        if len(subscripts) == 1 and (beside := letters(subscripts[0])) and all(self.is_index(b) for b in beside):
            subscripts = beside
        kept = len(subscripts)
        while kept and self.is_index(subscripts[kept - 1]):
            kept -= 1
        stem = Spelled(found.base, found.accents, found.star, subscripts, 0).stem(kept)
        if stem is None:
            return None, ()
        name = self.resolved(stem + "'" * found.primes)
        takes_numbers = isinstance(self.words.handles.get(name), Family) and not isinstance(
            self.words.handles.get(name), Reward
        )
        if kept and not takes_numbers:
            shorter = Spelled(found.base, found.accents, found.star, subscripts, 0).stem(0)
            family = self.words.handles.get(self.resolved(shorter or ""))
            takes_numbers = isinstance(family, Family) and not isinstance(family, Reward)
            if takes_numbers and shorter and all(isinstance(x, Number) or self.is_index(x) for x in subscripts):
                return self.resolved(shorter), subscripts
        return name, subscripts[kept:]

    def entry(self, s: Syntax, family: str = "") -> Term:
        """What a subscript says: an index, or an integer such as t + 1."""
        match s:
            case Group(left="", body=body) if body is not None:
                return self.entry(body, family)
            case Number(text=text) if family in self.words.samples:
                over = self.words.samples[family].over
                self.words = self.words.admit(text, Sym(text, over, fixed=True), Declaration(text, over, fixed=True))
                return Sym(text, over, fixed=True)
            case Number():
                return self.number(s)
            case Sum(signs=signs, terms=terms):
                parts = [self.entry(t, family) for t in terms]
                if any(isinstance(p.sort, IndexSet) for p in parts):
                    raise UnreadableAt("an index of a set has no next one: sum from t = 1 to T", s.start)
                total = -parts[0] if signs[0] == "-" else parts[0]
                for sign, part in zip(signs[1:], parts[1:], strict=True):
                    total = total - part if sign == "-" else total + part
                return total
            case Row(items=items, joints=joints) if set(joints) <= {"", "·"}:
                parts = [self.entry(t, family) for t in items]
                if not all(map(is_integer, parts)):
                    raise UnreadableAt("a multiple of an index of a set has no entry: sum from t = 1 to T", s.start)
                return reduce(mul, parts)
            case _:
                name = plain(s)
                if name is None:
                    raise UnreadableAt("this subscript is not read", s.start)
                meant = self.scope.get(name) or self.words.handles.get(name)
                if isinstance(meant, Term) and (meant.sort == INTEGER or isinstance(meant.sort, IndexSet)):
                    return meant
                if name == "t" or self.words.numbered.get(family) == INTEGER:
                    return Sym(name, INTEGER)
                return Sym(name, PLACES.get(name[0], RESPONSES))

    # ---- responses and prompts

    def place(self, s: Syntax) -> Term | None:
        """A response or a prompt; None for what is none."""
        found = spelled(s)
        if found is None or outer_sup(s) is not None:
            return None
        name = self.stem_of(found)
        if name is not None:
            meant = self.scope.get(name) or self.words.handles.get(name)
            if meant is not None:
                return meant if isinstance(meant, Term) and isinstance(meant.sort, IndexSet) else None
            if self.words.definition(name) is not None:
                return None
        family, entries = self.split(found)
        sort = self.words.set_of(name or "") or PLACES.get(found.base)
        if family is not None and entries:
            return (
                App(family, tuple(self.entry(e, family) for e in entries), 0, sort)
                if isinstance(sort, IndexSet)
                else None
            )
        if name is None:
            return None
        if name[0] in '"“':
            return Sym(name, RESPONSES, fixed=True)
        if sort is None or found.base == "t":
            return None
        if "_<" in name or "_≤" in name:
            return Sym(name, PROMPTS, fixed=True)
        return Sym(name, sort, fixed=sort == PROMPTS or bool(found.subscripts) or found.star)

    def places_of(self, s: Syntax) -> tuple[Term, ...] | None:
        found = [self.place(i) for i in (s.items if isinstance(s, List) else (s,))]
        return None if None in found else tuple(p for p in found if p is not None)

    def element(self, s: Syntax) -> Term | None:
        """A response where only one can stand: y_w, and 1 or w as names of one."""
        if isinstance(s, Number) and s.text.isdigit():
            return Sym(s.text, RESPONSES, fixed=True)
        if (place := self.place(s)) is not None:
            return place
        found = spelled(s) if outer_sup(s) is None else None
        name = self.stem_of(found) if found is not None else None
        if found is None or name is None or self.known(name) or name in self.words.met or name in NO_ELEMENTS:
            return None
        if len(found.base) > 1 or found.primes or found.star or found.accents:
            return None
        element = Sym(name, RESPONSES, fixed=True)
        self.words = self.words.admit(name, element, Declaration(name, RESPONSES, fixed=True))
        return element

    def elements_of(self, s: Syntax) -> tuple[Term, ...] | None:
        found = [self.element(i) for i in (s.items if isinstance(s, List) else (s,))]
        return None if None in found else tuple(p for p in found if p is not None)

    def step_of(self, s: Syntax) -> tuple[Term, ...] | None:
        """The t + k of r(t + k), the reward of a token, where t and k are integers."""
        if isinstance(s, (List, Given)):
            return None
        step = self.term(s)
        return (step,) if step.symbols and all(i.sort == INTEGER for i in step.symbols) else None

    # ---- brackets after a name

    def applied(self, found: Spelled, s: Syntax, bracket: Group, sup: Syntax | None) -> Term | None:
        """The function or family `found` at what stands in the brackets; None if it is a number that multiplies."""
        if bracket.left not in ("(", "[") or bracket.body is None:
            return None
        plain_name, name = self.stem_of(found, primes=False), self.stem_of(found)
        if name is not None and (name in self.scope):
            return None
        if name is not None and (told := self.words.schemas.get(at_numbers(name, bracket) or "")) is not None:
            value, self.words = self.case(told, (), bracket)
            return self.raised(value, sup)
        if name is not None and self.known(name):
            return self.raised(self.of_known(name, s, bracket), sup)
        if isinstance(bracket.body, Given) and bracket.body.bar == "‖":
            return self.by_schema(between(found.stem(0) or "", found.subscripts, bracket.body), s, bracket)
        bare = replace(s, sup=None) if isinstance(s, Script) else s
        if (case := self.case_of(replace(bare, primes=0) if isinstance(bare, Script) else bare)) is not None:
            value = self.words.definition(case)
            if value is not None and value.parameters:
                return self.applied(found, s, bracket, sup)
            return None
        if (
            found.primes
            and plain_name
            and (slope := self.derivative_at(plain_name, s, bracket, found.primes)) is not None
        ):
            return self.raised(slope, sup)
        if (entry := self.at_other_entry(bare, bracket)) is not None:
            return self.raised(entry, sup)
        family, entries = self.split(found)
        if entries and family is not None:
            return self.of_entry(family, entries, bracket)
        if name is None:
            return None
        return self.raised(self.of_unknown(name, found, bracket), sup)

    def at_other_entry(self, s: Syntax, bracket: Group) -> Term | None:
        """p_j(τ), where p_i(τ) = e^{z_i/τ}/Σ_j e^{z_j/τ} was defined."""
        pattern = below(s)
        schema = self.words.schemas.get(pattern.key) if pattern is not None else None
        if pattern is None or schema is None or bracket.body is None or len(pattern.places) != len(schema.letters):
            return None
        name = pattern.key + "".join(schema.letters)
        value, args = self.words.definition(name), arguments(bracket.body)
        if value is None or self.words.hidden.get(name) != len(schema.letters):
            return None
        shown, hidden = value.parameters[: len(schema.parameters)], value.parameters[len(schema.parameters) :]
        if len(args) != len(shown) or tuple(p.name for p in hidden) != schema.letters:
            return None
        entries = tuple(self.entry(p) for p in pattern.places)
        if [e.sort for e in entries] != [p.sort for p in hidden]:
            return None
        return App(name, (*map(self.term, args), *entries), split_at(bracket.body))

    def raised(self, term: Term | None, sup: Syntax | None) -> Term | None:
        """π^2(y): a power of the value."""
        if term is None or sup is None:
            return term
        if not isinstance(sup, Number):
            raise UnreadableAt("a raised label has no reading here: write it as a subscript", sup.start)
        return self.power(term, sup)

    def at_reward(self, name: str, value: Lam, bracket: Group) -> Term | None:
        """Z(r + c, 2β) of a Z(r, β) that was defined by r(y) and laws that do not vary with r; None if it is none."""
        shown, setting = self.words.of_rewards.get(name), self.words.setting
        places = entries(bracket.body) if bracket.body is not None else ()
        if shown is None or len(places) != len(shown):
            return None
        named = [n for n in shown if isinstance(self.words.handles.get(n), Reward)]
        if len(named) != 1 or [p.name for p in value.parameters] != [n for n in shown if n not in named]:
            return None
        (r,) = named
        numbers = tuple(self.term(p) for n, p in zip(shown, places, strict=True) if n != r)
        written = places[shown.index(r)]
        if letter(written) == r:
            return App(name, numbers) if numbers else Sym(name)
        body, y = setting.expand(value.body), Sym("y'", RESPONSES)
        applied = {t for t in body.subterms() if isinstance(t, App)}
        shifted = self.term(written)
        meant = {t: self.words.handles.get(t.name) for t in shifted.subterms() if isinstance(t, Sym)}
        rewards = [s for s, h in meant.items() if isinstance(h, Reward)]
        others = any(isinstance(h, Family | Policy) for s, h in meant.items() if s not in rewards)
        moves = setting.definition(r) is not None or any(t.name not in (r, *REFERENCES) for t in applied)
        if others or moves or shifted.free_indices or any(len(t.args) != 1 for t in applied if t.name == r):
            raise UnreadableAt(f"{name} of another reward has no reading here: write it out", bracket.start)
        shifted = shifted.substitute({s: App(s.name, (y,)) for s in rewards})
        at_numbers = body.substitute(dict(zip(value.parameters, numbers, strict=True)))
        return at_numbers.substitute_schema(App(r, (y,)), shifted)

    def of_known(self, name: str, s: Syntax, bracket: Group) -> Term | None:
        meant, value = self.words.handles.get(name), self.words.definition(name)
        assert bracket.body is not None
        if value is not None:
            if (at_reward := self.at_reward(name, value, bracket)) is not None:
                return at_reward
            args, many = arguments(bracket.body), self.words.hidden.get(name, 0)
            shown = value.parameters[: len(value.parameters) - many]
            if not shown and len(args) == many and (places := self.places_of(bracket.body)) is not None:
                return App(name, places, split_at(bracket.body))
            if not shown:
                number = self.functional(name, bracket)
                return self.known_symbol(name, s) if many and isinstance(number, Sym) else number
            if many and bracket.start > s.end:
                raise UnreadableAt(
                    f"is {name} applied to this or multiplied by it? write a · between them", bracket.start
                )
            if len(args) != len(shown):
                wanted = ", ".join(p.name for p in shown)
                raise UnreadableAt(f"{name} was defined as {name}({wanted})", s.start)
            pairs = zip(args, shown, strict=True)
            made = [self.response(a) if isinstance(p.sort, IndexSet) else self.term(a) for a, p in pairs]
            return App(name, (*made, *self.hidden(name, s)), split_at(bracket.body))
        if isinstance(meant, Policy):
            return self.of_policy(meant, bracket)
        if isinstance(meant, Reward):
            places = self.elements_of(bracket.body) or self.step_of(bracket.body)
            if places is None:
                raise UnreadableAt(f"{name} is a reward: expected a response, as in {name}(x, y)", bracket.start)
            return App(name, places)
        if isinstance(meant, Family):
            made = tuple(self.place(a) or self.term(a) for a in arguments(bracket.body))
            return App(name, made, split_at(bracket.body))
        return self.functional(name, bracket)

    def vector_entry(self, found: Spelled) -> Term | None:
        """π_2 where π = (0.7, 0.2, 0.1)."""
        name = found.stem(0)
        match found.subscripts:
            case (Number(text=text),) if (
                name is not None and name in self.words.vectors and text.isdigit() and not found.primes
            ):
                return App(name, (Sym(text, RESPONSES, fixed=True),))
            case _:
                return None

    # ---- definitions said of letters that stand for others

    def case_of(self, s: Syntax) -> str | None:
        """The name of λ_1 where λ_i was defined; it is defined when it is first met."""
        pattern = below(s)
        schema = self.words.schemas.get(pattern.key) if pattern is not None else None
        if pattern is None or schema is None or self.words.numbered.get(pattern.key[:-1]) == INTEGER:
            return None
        places = numbers(pattern.places, len(schema.letters))
        labels = plain_names(places)
        if labels is None or len(labels) != len(schema.letters):
            return None
        name = pattern.key + ("" if all(len(n) == 1 for n in labels) else "_").join(labels)
        if self.words.definition(name) is None and not self.known(name):
            self.words = self.define_case(name, schema, places, s)
        return name

    def case_at(self, s: Syntax, found: Spelled) -> Term | None:
        """K_{2n}, K_{n+1} where K_n was defined by its n, which numbers no entries: what stands for it is put in."""
        pattern = below(s)
        schema = self.words.schemas.get(pattern.key) if pattern is not None else None
        if pattern is None or schema is None or schema.parameters or len(found.subscripts) != len(schema.letters):
            return None
        if pattern.key[:-1] in self.words.numbered or self.known(pattern.key[:-1]):
            return None
        if not all(_is_counted_from(p, schema.letters) for p in found.subscripts):
            return None
        term, self.words = self.case(schema, found.subscripts, s)
        return term

    def define_case(self, name: str, schema: Schema, places: tuple[Syntax, ...], s: Syntax) -> Vocabulary:
        body, words = self.case(schema, places, s)
        apart = {i.name for i in body.symbols if i.sort == REAL and "_" in i.name}
        families = {t.name for t in body.subterms() if isinstance(t, App)}
        if mixed := sorted(n for n in apart if n.rpartition("_")[0] in families):
            family = mixed[0].rpartition("_")[0]
            said = f"is {mixed[0]} one of the entries of {family}? sum from 1 to n, as in Σ_{{j=1}}^n"
            raise UnreadableAt(said, s.start)
        loose = tuple(sorted(body.free_indices, key=str))
        parameters = (*(Sym(p) for p in schema.parameters), *loose)
        defined = words.define_late(name, Lam(parameters, body))
        try:
            _ = defined.setting
        except RuleViolation as reason:
            raise UnreadableAt(str(reason), s.start) from None
        return defined.hide(name, len(loose)) if loose else defined

    def case(self, schema: Schema, places: tuple[Syntax, ...], s: Syntax) -> tuple[Term, Vocabulary]:
        """What a schema says of other letters, and the vocabulary with what it brought in."""
        reader = Reader(self.words, self.operator_at)
        reader.scope = self.scope
        mapping = dict(zip(schema.letters, places, strict=True))
        try:
            body = reader.term(put_in(schema.body, mapping))
        except UnreadableAt as error:
            raise UnreadableAt(f"what this is defined as has no reading here: {error.message}", s.start) from None
        if reader.given:
            raise UnreadableAt("a derivative at a point inside a definition: write the derivative out", s.start)
        return body, reader.words

    def by_schema(self, pattern: Pattern | None, s: Syntax, bracket: Group) -> Term:
        schema = self.words.schemas.get(pattern.key) if pattern is not None else None
        if pattern is None or schema is None:
            raise UnreadableAt("nothing says what this is: define it first", s.start)
        term, self.words = self.case(schema, pattern.places, bracket)
        return term

    def letter_of(self, name: str, argument: str, bracket: Group) -> Sym:
        """L for L(θ): a number that may vary with θ. J(π_θ) is J(θ), and L(φ) is another number."""
        meant = "theta" if argument == "pi_theta" else argument
        if self.words.arguments.get(name, meant) != meant:
            raise UnreadableAt(f"{name} at other parameters has no reading: write it out", bracket.start)
        self.words = self.words.said_of(name, meant)
        if self.words.definition(name) is None:
            self.words = self.words.depending(name, frozenset((argument,)))
        return Sym(name)

    def functional(self, name: str, bracket: Group) -> Term | None:
        """L(θ) and J(π) are L and J: the argument only says what they depend on. None where it is a factor."""
        assert bracket.body is not None
        pattern = of_laws(name, entries(bracket.body))
        schema = self.words.schemas.get(pattern.key)
        if schema is not None:
            same = tuple(map(letter, pattern.places)) == schema.letters
            return Sym(name) if same else self.by_schema(pattern, bracket, bracket)
        named = [spelled(part) for part in entries(bracket.body)]
        names = [self.stem_of(found) if found is not None else None for found in named]
        known = [self.words.handles.get(n) if n is not None else None for n in names]
        parameters = [isinstance(h, Sym) and h.sort == VECTOR for h in known]
        inside = [n for n in names if n is not None]
        if len(inside) < len(names):
            return None
        if any(
            f is not None and f.base in PARAMETERS and n not in PARAMETERS for f, n in zip(named, names, strict=True)
        ):
            if self.words.setting.depends(name) & set(PARAMETERS):
                raise UnreadableAt(f"{name} at other parameters has no reading: write it out", bracket.start)
            return None
        if (len(inside) == 1 and (parameters[0] or inside[0] in PARAMETERS)) or inside in FUNCTIONALS:
            return self.letter_of(name, inside[0], bracket)
        if any(isinstance(h, Policy) or (f is not None and f.base == "pi") for h, f in zip(known, named, strict=True)):
            raise UnreadableAt(f"{name} of other policies has no reading: define it for them", bracket.start)
        return None

    def of_policy(self, policy: Policy, bracket: Group) -> Term:
        body = bracket.body
        assert body is not None
        left, right = (body.left, body.right) if isinstance(body, Given) else (body, None)
        before = self.elements_of(left)
        after = self.elements_of(right) if right is not None else ()
        n = policy.name
        if before is None or after is None:
            raise UnreadableAt(f"{n} is a policy: expected a response, as in {n}(y) or {n}(y | x)", bracket.start)
        if len(before) == 2 and n in self.words.joint and all(e.sort == policy.over for e in before):
            return App(n, (before[0], *after), len(after)) * App(n, (before[1], *after), len(after))
        if len(before) != 1 or before[0].sort != policy.over:
            raise UnreadableAt(f"expected one response: {n}(y) or {n}(y | x)", bracket.start)
        return App(n, (*before, *after), len(after))

    def of_entry(self, family: str, entries: tuple[Syntax, ...], bracket: Group) -> Term | None:
        """π_k(y), f_i(x): one member of a family of functions."""
        assert bracket.body is not None
        places = self.places_of(bracket.body) if not isinstance(bracket.body, Given) else None
        if places is None:
            return None
        return App(family, (*places, *(self.entry(e) for e in entries)))

    def of_unknown(self, name: str, found: Spelled, bracket: Group) -> Term | None:
        """A name without a meaning before brackets: of responses it is a policy, a reward or a function."""
        body = bracket.body
        assert body is not None
        if isinstance(body, Given) or (isinstance(body, Chain) and body.relations):
            return self.conditional(name, found, bracket)
        if (number := self.functional(name, bracket)) is not None:
            return number
        if found.primes and found.base not in (*POLICIES, "r"):
            raise self.unknown_function(found, bracket)
        places = self.places_of(body)
        if places is None:
            bare = isinstance(body, List | Number) or spelled(body) is not None
            if bare or (found.base in FUNCTION_LETTERS and name not in self.words.met):
                raise self.unknown_function(found, bracket)
            return None
        if found.base in POLICIES:
            return self.of_policy(self.admit_policy(name, found), bracket)
        meant = Reward(name) if found.base == "r" else Family(name)
        self.words = self.words.admit(name, meant, Declaration(name, depends=varying(found)))
        return App(name, places)

    def admit_policy(self, name: str, found: Spelled, over: IndexSet = RESPONSES) -> Policy:
        """A new policy: π_SFT, π*, p, q."""
        policy = Policy(name, over)
        declared = Declaration(name, sign="positive", distribution=True, depends=varying(found))
        self.words = self.words.admit(name, policy, declared)
        return policy

    def conditional(self, name: str, found: Spelled, bracket: Group) -> Term:
        """π_new(y | x), and P(y_w ≻ y_l | x), the probability that one response is preferred."""
        body = bracket.body
        left, right = (body.left, body.right) if isinstance(body, Given) else (body, None)
        context = self.context(right) if right is not None else ()
        if isinstance(left, Chain):
            pattern = preferred(name, left)
            schema = self.words.schemas.get(pattern.key) if pattern is not None else None
            if pattern is not None and schema is not None and not context:
                same = tuple(map(letter, pattern.places)) == schema.letters
                if not same or len(pattern.places) > 2:
                    return self.by_schema(pattern, bracket, bracket)
            if [r.char for r in left.relations] != ["≻"] or None in left.sides:
                raise UnreadableAt("expected one preference, as in P(y_w ≻ y_l)", bracket.start)
            pair = [self.response(side) for side in left.sides if side is not None]
            meant = self.words.definition(f"{name}_pref")
            if meant is not None and len(meant.parameters) != len(pair) + len(context):
                given = "given the prompt" if context == () else "without a prompt"
                raise UnreadableAt(f"{name} of two responses was defined {given}", bracket.start)
            return App(f"{name}_pref", (*pair, *context), len(context))
        if found.base in POLICIES:
            return self.of_policy(self.admit_policy(name, found), bracket)
        raise self.unknown_function(found, bracket)

    def context(self, s: Syntax) -> tuple[Term, ...]:
        """What stands after the bar, without the letters of parameters: P(y | x; φ)."""
        items = [i for i in entries(s) if not (isinstance(i, Name) and i.text in PARAMETERS)]
        return tuple(self.response(i) for i in items)

    def response(self, s: Syntax) -> Term:
        place = self.element(s)
        if place is None:
            raise UnreadableAt("expected a response or a prompt, such as y, y_w or x", s.start)
        return place

    # ---- derivatives of functions at a point

    def derivative_at(self, name: str, s: Syntax, bracket: Group, times: int) -> Term | None:
        """f'(z): the derivative of a function at the argument; None where f' is the name of another one, r'(y)."""
        parts = arguments(bracket.body) if bracket.body is not None else ()
        value, meant = self.words.definition(name), self.words.handles.get(name)
        takes_numbers = name in self.words.variables or (
            value is not None and bool(value.parameters) and value.parameters[0].sort == REAL
        )
        if len(parts) != 1 or (self.place(parts[0]) is not None and not takes_numbers):
            return None
        if value is not None and value.parameters:
            shown = value.parameters[: len(value.parameters) - self.words.hidden.get(name, 0)]
            if len(shown) > 1:
                wanted = ", ".join(p.name for p in shown)
                raise UnreadableAt(f"{name}({wanted}) is differentiated by which letter? write ∂", bracket.start)
            uses = value.body.names - {p.name for p in value.parameters}
            # The i of p_i'(τ) is that of p_i(τ).
            entry = self.hidden(name, s)
            return self.slope(lambda u: App(name, (u, *entry)), self.term(parts[0]), times, bracket, uses)
        if type(meant) is Family:
            return self.slope(lambda u: App(name, (u,)), self.term(parts[0]), times, bracket)
        if value is None and not isinstance(meant, Sym) and name not in self.words.declarations:
            return None
        variable = spelled(parts[0])
        letter = self.stem_of(variable) if variable is not None and outer_sup(parts[0]) is None else None
        if letter is None or letter not in self.words.setting.depends(name):
            return None
        return self.differentiated(Sym(name), self.parameter(letter), times)

    def parameter(self, letter: str) -> Sym:
        """θ below ∂: a parameter, unless it stands as a number in what the document says."""
        meant = self.words.handles.get(letter)
        if isinstance(meant, Sym):
            return meant
        numbers = {p.name for _, value in self.words.definitions for p in value.parameters}
        at_responses = {s.name for value in self.words.values.values() for s in value.symbols if s.sort == REAL}
        told = numbers | at_responses | set(self.words.variables.values())
        return Sym(letter, VECTOR if letter in PARAMETERS and letter not in told else REAL)

    def differentiated(self, body: Term, variable: Sym, times: int) -> Term:
        for _ in range(times):
            body = diff(body, variable)
        return body

    def slope_alone(self, found: Spelled, s: Syntax) -> Term | None:
        """u' for u'(t), L' for L'(z): the only letter that the function was said of."""
        name = self.stem_of(found, primes=False)
        if name is None:
            return None
        if (
            name in ("sigma", "softplus")
            and self.words.handles.get(name) is None
            and self.words.definition(name) is None
        ):
            raise UnreadableAt(f"of what? write {name}'(z)", s.start)
        value = self.words.definition(name)
        if name in self.words.variables:
            variable = Sym(self.words.variables[name])
        elif value is not None and len(value.parameters) == 1 and value.parameters[0].sort == REAL:
            variable = value.parameters[0]
        else:
            return None
        return self.differentiated(App(name, (variable,)), variable, found.primes)

    def slope(
        self, function: Callable[[Term], Term], at: Term, times: int, s: Syntax, uses: frozenset[str] = frozenset()
    ) -> Term:
        """The derivative of a function at a term: at a variable as it is, else at a new u that equals the term."""
        if at.symbols & {s for bound in self.scope.values() for s in bound.symbols}:
            raise UnreadableAt("a derivative at a bound variable has no reading: write the derivative out", s.start)
        setting = self.words.setting
        free = isinstance(at, Sym) and not any(at.name in setting.depends(n) for n in uses)
        u = at if isinstance(at, Sym) and free else self.new_variable(at)
        value = function(u)
        for _ in range(times):
            value = diff(value, u)
        return value

    def new_variable(self, value: Term) -> Sym:
        taken = self.words.known() | value.names | {n for g in self.given for n in g.names}
        for relation in self.given:
            if relation.rhs == value and isinstance(relation.lhs, Sym):
                return relation.lhs
        u = Sym(next(n for i in count(1) if (n := f"u_{i}") not in taken))
        self.given.append(Rel("=", u, value))
        return u

    # ---- case splits and relations

    def cases(self, s: Cases) -> Term:
        *rows, (last, when) = s.rows
        branches = [(self.condition(c), self.term(v)) for v, c in rows if c is not None]
        if len(branches) < len(rows) or not rows:
            raise UnreadableAt("otherwise stands on the last row", s.start)
        if when is not None and not exhaustive([*(c for c, _ in branches), self.condition(when)]):
            raise UnreadableAt("the last row needs otherwise: a value where no condition holds", last.start)
        return CaseSplit(tuple(branches), self.term(last))

    def condition(self, s: Syntax) -> Term:
        if isinstance(s, List):
            return And(tuple(self.condition(i) for i in s.items))
        if not isinstance(s, Chain) or not s.relations or None in s.sides:
            raise UnreadableAt("expected a condition, such as A > 0", s.start)
        sides = [self.term(side) for side in s.sides if side is not None]
        parts: list[Term] = []
        for i, sign in enumerate(s.relations):
            op = RELATION_OF.get(sign.char)
            if op not in ("=", "<", "<=", ">", ">=", "!="):
                raise UnreadableAt(f"expected = < ≤ > ≥ or ≠, not {sign.char}", sign.start)
            parts.append(Rel(op, sides[i], sides[i + 1]))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    # ---- binding

    @contextmanager
    def binding(self, **letters: Term) -> Iterator[None]:
        outer, self.scope = self.scope, {**self.scope, **letters}
        try:
            yield
        finally:
            self.scope = outer

    @contextmanager
    def over(self, outcome: Sym | None) -> Iterator[None]:
        before, self.outcome = self.outcome, outcome
        try:
            yield
        finally:
            self.outcome = before


def private(sort: IndexSet | Any) -> Sym:
    """A symbol that no formula can name, for what a binder is about to bind."""
    return Sym(f"\3{next(_private)}", sort)


def arguments(body: Syntax) -> tuple[Syntax, ...]:
    """What stands between the commas, before and after a bar."""
    if isinstance(body, Given):
        return (*entries(body.left), *entries(body.right))
    return entries(body)


def split_at(body: Syntax) -> int:
    """How many arguments stand after the bar."""
    return len(entries(body.right)) if isinstance(body, Given) else 0


def exhaustive(conditions: list[Term]) -> bool:
    """Whether one of them holds anywhere: A ≥ 0 or A < 0; x < a, a ≤ x ≤ b or x > b.

    Spans that join end to end cover all numbers in whatever order their ends are: up to the largest end so far, each
    takes on what lies below its own.
    """
    if len(conditions) == 2 and complementary(*conditions):
        return True
    first = conditions[0].parts[0] if isinstance(conditions[0], And) else conditions[0]
    return any(_join([_span(c, x) for c in conditions]) for x in first.children)


End = tuple[Term, bool] | None
"""A bound, and whether it belongs to the span; None where there is none."""


def _span(condition: Term, x: Term) -> tuple[End, End] | None:
    """Between which bounds a condition has x."""
    low: End = None
    high: End = None
    for part in condition.parts if isinstance(condition, And) else (condition,):
        if not isinstance(part, Rel) or part.op not in MIRRORED or part.op == "!=":
            return None
        op, bound = (part.op, part.rhs) if part.lhs == x else (MIRRORED[part.op], part.lhs)
        if x not in part.children or bound == x:
            return None
        if op in (">", ">=", "="):
            if low is not None:
                return None
            low = bound, op != ">"
        if op in ("<", "<=", "="):
            if high is not None:
                return None
            high = bound, op != "<"
    return low, high


def _join(spans: list[tuple[End, End] | None]) -> bool:
    """Whether they join end to end, from −∞ to ∞."""
    left = [s for s in spans if s is not None]
    if len(left) < len(spans):
        return False
    at: End = None
    while left:
        found = next((s for s in left if _meets(at, s[0])), None)
        if found is None:
            return False
        left.remove(found)
        at = found[1]
        if at is None:
            return True
    return False


def _meets(end: End, start: End) -> bool:
    """Whether nothing lies between where one span ends and another begins."""
    if end is None or start is None:
        return end is start
    return end[0] == start[0] and (end[1] or start[1])


def complementary(first: Term, second: Term) -> bool:
    """Whether one condition is what the other denies: A ≥ 0 and A < 0."""
    if not isinstance(first, Rel) or not isinstance(second, Rel):
        return False
    mirrored = Rel(MIRRORED[second.op], second.rhs, second.lhs) if second.op in MIRRORED else second
    return any(first.op == DENIED.get(c.op) and (first.lhs, first.rhs) == (c.lhs, c.rhs) for c in (second, mirrored))


def varying(found: Spelled) -> frozenset[str]:
    """The parameters that a name says it varies with: π_θ."""
    return frozenset(p for p in map(plain, found.subscripts) if p in PARAMETERS)


NUMBERS = ("m", "n")
"""Letters below a name that stand for a number and for no entry of a family."""


def _is_counted_from(s: Syntax, letters: tuple[str, ...], inside: bool = False) -> bool:
    """2n, n + 1 or n/2 of an n that a definition is said of, or another such letter."""
    match s:
        case Name(text=text):
            return text in NUMBERS and (inside or text not in letters)
        case Number():
            return inside
        case Sum(terms=terms):
            return all(_is_counted_from(t, letters, True) for t in terms) and _has_letter(s)
        case Row(items=(Number(), *_) as items) | Row(items=items, joints=("·" | "/", *_)):
            return all(_is_counted_from(t, letters, True) for t in items) and _has_letter(s)
        case Fraction(top=top, bottom=bottom):
            return all(_is_counted_from(t, letters, True) for t in (top, bottom)) and _has_letter(s)
        case Group(left="" | "(", body=body) if body is not None:
            return _is_counted_from(body, letters, inside)
        case _:
            return False


def _has_letter(s: Syntax) -> bool:
    return any(mentions(s, n) for n in NUMBERS)


def _bracket(s: Syntax | None) -> tuple[Group | None, Syntax | None]:
    """The brackets that an application may use, and the exponent on them."""
    if isinstance(s, Group):
        return s, None
    if isinstance(s, Script) and isinstance(s.base, Group) and s.sub is None and not s.primes and not s.star:
        return s.base, s.sup
    return None, None


LENGTH = "length"
"""The number of tokens of a response, |y|."""

NO_ELEMENTS = frozenset(("e", "t", "z", "T", "G", "K", "N"))
"""Letters that never name a response."""

FUNCTION_LETTERS = frozenset(("f", "g", "h", "F", "G", "H", "J", "L", "P", "Q", "V", "ell"))
"""Letters of functions: before brackets they never multiply."""

FUNCTION_WORDS: dict[str, str] = {
    word: name
    for name, row in FUNCTIONS.items()
    for word in (name, *row.read, row.python.lower())
    if word
}  # fmt: skip
"""Word of a formula -> the function of the notation table."""

FUNCTIONALS = (["pi"], ["pi_theta"], ["pi", "pi_ref"], ["pi_theta", "pi_ref"])
"""Policies that an objective may be said of without being another number: J(π), L(π_θ; π_ref)."""

DENIED: dict[Relation, Relation] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}
MIRRORED: dict[Relation, Relation] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}

EULER = Spelled("e", (), False, (), 0)

_NODES: dict[type[Syntax], Callable[[Reader, Any], Term]] = {
    Number: Reader.number,
    Name: Reader.symbol_alone,
    Accent: Reader.symbol_alone,
    Symbol: Reader.constant,
    Script: Reader.scripted,
    Group: Reader.group,
    Percent: Reader.percent,
    Fraction: Reader.fraction,
    Root: Reader.root,
    Sum: Reader.sum,
    Row: Reader.product,
    Cases: Reader.cases,
}

_DESCRIBED: dict[type[Syntax], str] = {
    List: "a list",
    Given: "a bar",
    Chain: "a relation",
}

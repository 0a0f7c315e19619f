"""Reading back what the writers wrote, for the tests of both readers, with the words of the terms themselves."""

from __future__ import annotations

from symrlhf.notation import RELATION_OF
from symrlhf.read.meaning import meaning
from symrlhf.read.syntax import Chain, Written, read_line
from symrlhf.read.vocabulary import Vocabulary
from symrlhf.setting import Data, Declaration, Family, Policy, Reward, Setting
from symrlhf.term import App, Binder, Card, IndexSet, Rel, Relation, Sym, Term


def vocabulary(term: Term, setting: Setting) -> Vocabulary:
    """What the names of a term stand for: those of its setting, and every other name by how it is used."""
    words = Vocabulary()
    for _, t in term.walk():
        if isinstance(t, App) and setting.definition(t.name) is None and not isinstance(t.sort, IndexSet):
            declared = setting.declaration(t.name)
            policy = declared.distribution or t.name.startswith("pi") or t.name in ("p", "q")
            reward = t.name.startswith("r")
            meant = Policy(t.name) if policy else Reward(t.name) if reward else Family(t.name)
            words = words.admit(t.name, meant, Declaration(t.name, distribution=policy, depends=declared.depends))
        elif isinstance(t, Sym) and setting.definition(t.name) is None:
            words = words.admit(t.name, t, Declaration(t.name, t.sort, fixed=t.fixed))
        elif (isinstance(t, Card) and t.of.name == "D") or (isinstance(t, Binder) and t.over.name == "D"):
            words = words.admit("data", Data("data"), Declaration("data"))
        elif (isinstance(t, Card) and t.of.name == "G") or (isinstance(t, Binder) and t.over.name == "G"):
            words = words.declare("group", "group")
    for name, value in setting.definitions:
        words = words.define(name, value)
    return words


def read_back(text: str, syntax: Written, term: Term, setting: Setting | None = None) -> Term:
    """The term that `text`, written from `term`, is read as."""
    words = vocabulary(term, setting or Setting())
    (chain,) = (item for item in read_line(text, syntax).items if isinstance(item, Chain))
    sides = [meaning(side, words).term for side in chain.sides if side is not None]
    relations: list[Relation] = [RELATION_OF[sign.char] for sign in chain.relations]
    if len(relations) == 3:
        left, right = Rel(relations[0], *sides[:2]), Rel(relations[2], *sides[2:])
        return Rel(relations[1], left, right)
    return Rel(relations[0], *sides) if relations else sides[0]

"""How the name of a symbol is written: π_{\\mathrm{ref}} is pi_ref, ŷ' is y_hat', y_{w,i} is y_w at i."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from symrlhf.notation import SIGNS
from symrlhf.read.syntax import Accent, Chain, Group, List, Name, Number, Row, Script, Symbol, Syntax

LETTER_NAMES = frozenset(row.name for row in SIGNS.values() if row.name)

ALIASES: dict[str, tuple[str, ...]] = {
    "lambda": ("lambda", "lam"), "epsilon": ("epsilon", "eps"), "lagrangian": ("lagrangian", "loss"),
    "lam": ("lam", "lambda"), "eps": ("eps", "epsilon"), "loss": ("loss", "lagrangian"),
}  # fmt: skip
"""A part of a name -> the names that a document may know it by; the first where it knows none."""

_SIGNED = {"∞": "oo", "+": "plus", "-": "minus"}
"""Signs as part of a name: a_+."""

_RAISED = {"+": "upperplus", "-": "upperminus"}
"""The same above it: A⁺."""

MAX_ALIASED = 4
"""Parts of a name that are looked up under other spellings."""


def is_letter(name: str) -> bool:
    """Whether a name is one letter on the page: x, pi, calJ."""
    return len(name) == 1 or name in LETTER_NAMES or name in ALIASES or (name.startswith("cal") and len(name) == 4)


@dataclass(frozen=True)
class Spelled:
    """A symbol without its exponent: its letter, what belongs to its name, and its subscripts one by one."""

    base: str
    accents: tuple[str, ...]
    star: bool
    subscripts: tuple[Syntax, ...]
    primes: int

    def stem(self, kept: int) -> str | None:
        """The name with the first `kept` subscripts, without primes; None if one of them is no part of a name."""
        parts = [plain(s) for s in self.subscripts[:kept]]
        if None in parts:
            return None
        star = ("star",) if self.star else ()
        return "_".join((self.base, *self.accents, *star, *(p for p in parts if p)))


def spelled(s: Syntax) -> Spelled | None:
    """What a symbol is called; None for what is no symbol. An exponent is not looked at."""
    primes, star, accents = 0, False, list[str]()
    subscripts: tuple[Syntax, ...] = ()
    while True:
        match s:
            case Name(text=text):
                return Spelled(text, tuple(accents), star, subscripts, primes)
            case Accent(accent=accent, body=body) if outer_sup(body) is None:
                accents.insert(0, accent)
                s = body
            case Group(left="", body=body) if body is not None and outer_sup(body) is None:
                s = body
            case Script(base=base, sub=sub, sup=sup):
                primes += s.primes
                star = star or s.star
                if (label := raised_label(sup)) is not None:
                    accents.insert(0, label)
                if sub is not None:
                    subscripts = (*entries(sub), *subscripts)
                s = base
            case _:
                return None


def raised_label(sup: Syntax | None) -> str | None:
    """What stands above a letter as part of its name: the sign of A⁺, the word of A^{loo}."""
    match sup:
        case Symbol(char=char):
            return _RAISED.get(char)
        case Name(text=text) if len(text) > 2 and text.isalpha() and text.isascii() and text not in LETTER_NAMES:
            return text
        case _:
            return None


def outer_sup(s: Syntax) -> Syntax | None:
    """The exponent of a symbol; the sign of A⁺ is part of its name."""
    while isinstance(s, Script):
        if s.sup is not None and raised_label(s.sup) is None:
            return s.sup
        s = s.base
    return None


def entries(sub: Syntax) -> tuple[Syntax, ...]:
    """The parts of a subscript: w,i has two."""
    return sub.items if isinstance(sub, List) else (sub,)


def plain(s: Syntax) -> str | None:
    """A subscript as part of a name: ref, w, 1, <t, theta_old; letters side by side are one word."""
    match s:
        case Name(text=text) | Number(text=text):
            return text if text.replace(":", "").isalnum() or text[0] == "<" else None
        case Symbol(char=char) if char in _SIGNED:
            return _SIGNED[char]
        case Group(left="", body=body) if body is not None:
            return plain(body)
        case Row(items=items, joints=joints) if not any(joints):
            parts = [i.text for i in items if isinstance(i, Name | Number)]
            return "".join(parts) if len(parts) == len(items) else None
        case Script(base=base, sub=sub, sup=None, primes=primes):
            inner = [plain(base), *(plain(e) for e in entries(sub))] if sub else [plain(base)]
            if None in inner:
                return None
            return "_".join((*(p for p in inner if p), *(("star",) if s.star else ()))) + "'" * primes
        case Chain(sides=(None, bound), relations=(sign,)) if bound is not None and sign.char in "<≤":
            end = plain(bound)
            return None if end is None else f"{sign.char}{end}"
        case _:
            return None


def letters(s: Syntax) -> tuple[Name, ...]:
    """Letters side by side, as in δ_{jk}."""
    if isinstance(s, Row) and not any(s.joints):
        found = tuple(i for i in s.items if isinstance(i, Name))
        return found if len(found) == len(s.items) else ()
    if isinstance(s, Name) and not is_letter(s.text) and s.text.isalpha():
        return tuple(Name(s.start + i, s.start + i + 1, c) for i, c in enumerate(s.text))
    return ()


def candidates(name: str) -> Iterator[str]:
    """The names that a document may know a symbol by, likeliest first."""
    stem = name.rstrip("'")
    parts = stem.split("_")
    for choice in product(*(ALIASES.get(p, (p,)) if i < MAX_ALIASED else (p,) for i, p in enumerate(parts))):
        yield "_".join(choice) + name[len(stem) :]
    if len(parts) == 2 and parts[1].isdigit():
        yield f"{parts[0]}{parts[1]}{name[len(stem) :]}"
    digits = stem.lstrip("".join(c for c in stem if c.isalpha()))
    if len(parts) == 1 and digits.isdigit() and len(stem) == len(digits) + 1:
        yield f"{stem[0]}_{digits}{name[len(stem) :]}"

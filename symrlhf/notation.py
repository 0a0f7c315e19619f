"""One row per notation: what it means and how every format reads and writes it.

Three tables: named functions, operators that bind an index, and the signs and letters of formulas and prose.
A format never chooses a sign of its own, so LaTeX, Typst and Unicode cannot disagree.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from symrlhf.term import Binder, BinderKind, Fun, Max, Min, Neg, Pow, Rational, Relation, Term, exp, log

_one = Rational(1)


@dataclass(frozen=True)
class Written:
    """One sign of mathematics, as every format writes it. MathML has the Unicode one unless `mathml` says otherwise."""

    unicode: str
    latex: str
    typst: str
    mathml: str = ""

    @property
    def content(self) -> str:
        """What stands between the tags of MathML."""
        return self.mathml or self.unicode


FunctionForm = Literal["call", "prefix", "power", "root", "bars", "index"]
"""How arguments stand: f(z), log z, e^z, √z, |z|, or δ_{ij}."""


@dataclass(frozen=True)
class FunctionRow:
    """A named function of real arguments. `definition` rewrites it into simpler ones (None: primitive)."""

    name: str
    arity: tuple[int, int]
    definition: Callable[..., Term] | None
    latex: str
    typst: str
    unicode: str
    python: str = ""
    form: FunctionForm = "call"
    read: tuple[str, ...] = ()
    """Other words that formulas write for it."""

    @property
    def written(self) -> Written:
        return Written(self.unicode, self.latex, self.typst)


@dataclass(frozen=True)
class BinderRow:
    """An operator that binds an index. `summand` gives f with operator = sign Σ_y f (None: primitive)."""

    kind: BinderKind
    bodies: int
    summand: Callable[..., Term] | None
    written: Written
    negative: bool = False


def roman(word: str) -> Written:
    """An upright word: the subscript of π_ref."""
    return Written(word, rf"\mathrm{{{word}}}", f'upright("{word}")')


def operator(word: str) -> Written:
    """A function known by an upright name."""
    return Written(word, rf"\operatorname{{{word}}}", f'op("{word}")')


def styled(letters: str, style: str) -> str:
    """ASCII letters and digits in a mathematical alphabet of Unicode: "BOLD", "FRAKTUR", "DOUBLE-STRUCK", ..."""
    return "".join(_styled(c, style) for c in letters)


def _styled(char: str, style: str) -> str:
    old = {"FRAKTUR": "BLACK-LETTER"}.get(style, style)
    name = unicodedata.name(char).removeprefix("LATIN ").replace(" LETTER", "")
    for full in (f"MATHEMATICAL {style} {name}", f"{old} {name}"):  # ℝ and ℒ are older than their alphabets
        try:
            return unicodedata.lookup(full)
        except KeyError:
            continue
    return char


def blackboard(letter: str, unicode: str) -> Written:
    return Written(unicode, rf"\mathbb{{{letter}}}", f"bb({letter})", styled(letter, "DOUBLE-STRUCK"))


def script(letter: str, unicode: str) -> Written:
    return Written(unicode, rf"\mathcal{{{letter}}}", f"cal({letter})", styled(letter, "SCRIPT"))


def _sigmoid(z: Term) -> Term:
    return _one / (_one + exp(-z))


def _softplus(z: Term) -> Term:
    return log(_one + exp(z))


def _tanh(z: Term) -> Term:
    return (exp(z) - exp(-z)) / (exp(z) + exp(-z))


def _cosh(z: Term) -> Term:
    return (exp(z) + exp(-z)) / Rational(2)


def _sinh(z: Term) -> Term:
    return (exp(z) - exp(-z)) / Rational(2)


def _sqrt(z: Term) -> Term:
    return Pow(z, Rational(1, 2))


def _clip(v: Term, a: Term, b: Term) -> Term:
    return Min(Max(v, a), b)


def _log_gap(u: Term) -> Term:
    return u - _one - log(u)


def _mean(p: Term, f: Term) -> Term:
    return p * f


def _relative(p: Term, q: Term) -> Term:
    return p * log(p / q)


def _surprise(p: Term) -> Term:
    return p * log(p)


def _coded(p: Term, q: Term) -> Term:
    return p * log(q)


FUNCTIONS: dict[str, FunctionRow] = {
    row.name: row
    for row in (
        FunctionRow("exp", (1, 1), None, r"\exp", "exp", "exp", form="power"),
        FunctionRow("log", (1, 1), None, r"\log", "log", "log", form="prefix", read=("ln",)),
        FunctionRow("sigmoid", (1, 1), _sigmoid, r"\sigma", "sigma", "σ", read=("sigma", "logistic")),
        FunctionRow(
            "softplus",
            (1, 1),
            _softplus,
            r"\operatorname{softplus}",
            'op("softplus")',
            "softplus",
        ),
        FunctionRow("tanh", (1, 1), _tanh, r"\tanh", "tanh", "tanh"),
        FunctionRow("cosh", (1, 1), _cosh, r"\cosh", "cosh", "cosh"),
        FunctionRow("sinh", (1, 1), _sinh, r"\sinh", "sinh", "sinh"),
        FunctionRow("arctan", (1, 1), None, r"\arctan", "arctan", "arctan", "atan"),
        FunctionRow("arcsin", (1, 1), None, r"\arcsin", "arcsin", "arcsin", "asin"),
        FunctionRow("sqrt", (1, 1), _sqrt, r"\sqrt", "sqrt", "√", form="root"),
        FunctionRow("abs", (1, 1), None, "|", "abs", "|", "Abs", form="bars"),
        FunctionRow("sign", (1, 1), None, r"\operatorname{sign}", 'op("sign")', "sign", read=("sgn",)),
        FunctionRow("min", (1, 99), None, r"\min", "min", "min", "Min"),
        FunctionRow("max", (1, 99), None, r"\max", "max", "max", "Max"),
        FunctionRow("clip", (3, 3), _clip, r"\operatorname{clip}", 'op("clip")', "clip"),
        FunctionRow("log_gap", (1, 1), _log_gap, r"\operatorname{gap}", 'op("gap")', "gap", read=("gap",)),
        FunctionRow("stop_gradient", (1, 1), None, r"\operatorname{sg}", 'op("sg")', "sg", read=("sg",)),
        FunctionRow("delta", (2, 2), None, r"\delta", "delta", "δ", form="index"),
    )
}

ARGMAX = Written("arg max", r"\operatorname*{arg\,max}", 'op("arg max", limits: #true)')

BINDERS: dict[BinderKind, BinderRow] = {
    row.kind: row
    for row in (
        BinderRow("sum", 1, None, Written("Σ", r"\sum", "sum", "∑")),
        BinderRow("prod", 1, None, Written("Π", r"\prod", "product", "∏")),
        BinderRow("max", 1, None, Written("max", r"\max", "max")),
        BinderRow("min", 1, None, Written("min", r"\min", "min")),
        BinderRow("E", 2, _mean, blackboard("E", "E")),
        BinderRow("KL", 2, _relative, Written("D", "D", "D")),
        BinderRow("H", 1, _surprise, script("H", "H"), negative=True),
        BinderRow("cross_entropy", 2, _coded, script("H", "H"), negative=True),
    )
}


def unfold(term: Term) -> Term | None:
    """The definition of the outermost notation of `term`, written out; None for a primitive."""
    if isinstance(term, Fun):
        row = FUNCTIONS[term.name]
        return None if row.definition is None else row.definition(*term.args)
    if isinstance(term, Binder):
        binder = BINDERS[term.kind]
        if binder.summand is None:
            return None
        total = Binder("sum", term.over, (binder.summand(*term.bodies),), term.letter)
        return Neg(total) if binder.negative else total
    return None


# ------------------------------------------------------------------ relations

RELATIONS: dict[Relation, Written] = {
    "=": Written("=", "=", "="),
    "<=": Written("≤", r"\le", "<="),
    "<": Written("<", "<", "<"),
    ">=": Written("≥", r"\ge", ">="),
    ">": Written(">", ">", ">"),
    "!=": Written("≠", r"\ne", "!="),
    "prop": Written("∝", r"\propto", "prop"),
    "approx": Written("≈", r"\approx", "approx"),
    "to": Written("→", r"\to", "->"),
    "implies": Written("⟹", r"\implies", "==>"),
    "iff": Written("⟺", r"\iff", "<==>"),
}


INTEGRAL = Written("∫", r"\int", "integral")
LIMIT = Written("lim", r"\lim", "lim")
ORDER = script("O", "𝒪")
SMALLER = "o"
"""The name of o(h) in what was read: of no function, so that the kernel knows no term with it."""

# ------------------------------------------------------------------ letters and signs

Role = Literal[
    "letter",
    "number",
    "operator",
    "big",
    "limit",
    "binary",
    "prefix",
    "relation",
    "bar",
    "open",
    "close",
    "comma",
    "space",
]


@dataclass(frozen=True)
class Sign:
    """A character of formulas and prose. `name` is what a letter is called inside a symbol's name."""

    char: str
    latex: str
    typst: str
    role: Role = "letter"
    name: str = ""
    mathml: str = ""

    @property
    def written(self) -> Written:
        return Written(self.char, self.latex, self.typst, self.mathml)


def _greek(char: str, name: str, latex: str = "", typst: str = "", mathml: str = "") -> Sign:
    return Sign(char, latex or rf"\{name}", typst or name, "letter", name, mathml)


SIGNS: dict[str, Sign] = {
    row.char: row
    for row in (
        _greek("α", "alpha"),
        _greek("β", "beta"),
        _greek("γ", "gamma"),
        _greek("δ", "delta"),
        _greek("ε", "epsilon", r"\varepsilon"),
        _greek("ζ", "zeta"),
        _greek("η", "eta"),
        _greek("θ", "theta"),
        _greek("ι", "iota"),
        _greek("κ", "kappa"),
        _greek("λ", "lambda"),
        _greek("μ", "mu"),
        _greek("ν", "nu"),
        _greek("ξ", "xi"),
        _greek("π", "pi"),
        _greek("ρ", "rho"),
        _greek("σ", "sigma"),
        _greek("τ", "tau"),
        _greek("υ", "upsilon"),
        _greek("φ", "phi", typst="phi.alt", mathml="ϕ"),
        _greek("χ", "chi"),
        _greek("ψ", "psi"),
        _greek("ω", "omega"),
        _greek("Γ", "Gamma"),
        _greek("Δ", "Delta"),
        _greek("Θ", "Theta"),
        _greek("Λ", "Lambda"),
        _greek("Φ", "Phi"),
        _greek("Ψ", "Psi"),
        _greek("Ω", "Omega"),
        Sign("ℓ", r"\ell", "ell", "letter", "ell"),
        Sign("ℝ", r"\mathbb{R}", "bb(R)"),
        Sign("ℕ", r"\mathbb{N}", "bb(N)"),
        Sign("𝔼", r"\mathbb{E}", "bb(E)"),
        Sign("𝒴", r"\mathcal{Y}", "cal(Y)"),
        Sign("𝒳", r"\mathcal{X}", "cal(X)"),
        Sign("𝒟", r"\mathcal{D}", "cal(D)"),
        Sign("ℒ", r"\mathcal{L}", "cal(L)", "letter", "lagrangian"),
        Sign("∞", r"\infty", "infinity"),
        Sign("∂", r"\partial", "partial"),
        Sign("∇", r"\nabla", "nabla"),
        Sign("…", r"\ldots", "dots.h"),
        Sign("⊤", r"\top", "top"),
        Sign("√", r"\surd", '"√"'),
        Sign("∀", r"\forall", "forall"),
        Sign("∅", r"\varnothing", "emptyset"),
        Sign("Σ", r"\sum", "sum", "big", mathml="∑"),
        Sign("Π", r"\prod", "product", "big", mathml="∏"),
        Sign("∑", r"\sum", "sum", "big"),
        Sign("∏", r"\prod", "product", "big"),
        Sign("∫", r"\int", "integral", "big"),
        Sign("+", "+", "+", "binary"),
        Sign("−", "-", "-", "binary"),
        Sign("±", r"\pm", "plus.minus", "binary"),
        Sign("·", r"\cdot", "dot.op", "binary", mathml="⋅"),
        Sign("×", r"\times", "times", "binary"),
        Sign("∘", r"\circ", "compose", "binary"),
        Sign("⊙", r"\odot", "dot.o", "binary"),
        Sign("∧", r"\wedge", "and", "binary"),
        Sign("∨", r"\vee", "or", "binary"),
        Sign("∪", r"\cup", "union", "binary"),
        Sign("∩", r"\cap", "inter", "binary"),
        Sign("/", "/", "slash"),
        Sign("=", "=", "=", "relation"),
        Sign("<", "<", "<", "relation"),
        Sign(">", ">", ">", "relation"),
        Sign("≤", r"\le", "<=", "relation"),
        Sign("≥", r"\ge", ">=", "relation"),
        Sign("≪", r"\ll", "<<", "relation"),
        Sign("≫", r"\gg", ">>", "relation"),
        Sign("≠", r"\ne", "!=", "relation"),
        Sign("≈", r"\approx", "approx", "relation"),
        Sign("≡", r"\equiv", "equiv", "relation"),
        Sign("∝", r"\propto", "prop", "relation"),
        Sign("≻", r"\succ", "succ", "relation"),
        Sign("≺", r"\prec", "prec", "relation"),
        Sign("⪰", r"\succeq", "succ.eq", "relation"),
        Sign("∈", r"\in", "in", "relation"),
        Sign("∉", r"\notin", "in.not", "relation"),
        Sign("⊆", r"\subseteq", "subset.eq", "relation"),
        Sign("∼", r"\sim", "tilde.op", "relation"),
        Sign("~", r"\sim", "tilde.op", "relation", mathml="∼"),
        Sign("→", r"\to", "->", "relation"),
        Sign("←", r"\leftarrow", "<-", "relation"),
        Sign("↓", r"\downarrow", "arrow.b", "relation"),
        Sign("↑", r"\uparrow", "arrow.t", "relation"),
        Sign("↦", r"\mapsto", "|->", "relation"),
        Sign("⇒", r"\Rightarrow", "=>", "relation"),
        Sign("⇔", r"\Leftrightarrow", "<=>", "relation"),
        Sign("⟹", r"\implies", "==>", "relation"),
        Sign("⟺", r"\iff", "<==>", "relation"),
        Sign("≔", ":=", "colon.eq", "relation"),
        Sign("‖", r"\,\|\,", "parallel", "bar"),
        Sign("|", r"\mid", "divides", "bar", mathml="∣"),
        Sign("∣", r"\mid", "divides", "bar"),
        Sign("(", "(", "(", "open"),
        Sign("[", "[", "[", "open"),
        Sign("{", r"\{", "{", "open"),
        Sign(")", ")", ")", "close"),
        Sign("]", "]", "]", "close"),
        Sign("}", r"\}", "}", "close"),
        Sign(",", ",", r"\,", "comma"),
        Sign(";", ";", r"\;", "comma"),
        Sign(":", ":", "colon", "relation"),
        Sign("!", "!", "!", "letter"),
    )
}

SPELLINGS: dict[str, str] = {
    "⟹": "⇒", "⟺": "⇔", "~": "∼", "∣": "|", "∑": "Σ", "∏": "Π", "–": "−", "-": "−", "⋅": "·", "∙": "·", "•": "·",
    "≜": "≔", "≝": "≔", "⩽": "≤", "⩾": "≥", "∥": "‖", "⟶": "→", "≃": "≈", "ϵ": "ε", "ϕ": "φ", "ϑ": "θ", "∆": "Δ",
    "<=": "≤", ">=": "≥", "!=": "≠", "==": "=", "~=": "≈", ":=": "≔", "->": "→", "=>": "⇒", "<=>": "⇔", "==>": "⇒",
    "<==>": "⇔", "||": "‖",
    r"\epsilon": "ε", r"\varphi": "φ", r"\vartheta": "θ", r"\varrho": "ρ", r"\varpi": "π",
    r"\leq": "≤", r"\leqslant": "≤", r"\geq": "≥", r"\geqslant": "≥", r"\neq": "≠", r"\lt": "<", r"\gt": ">",
    r"\simeq": "≈", r"\rightarrow": "→", r"\longrightarrow": "→", r"\Longrightarrow": "⇒", r"\Longleftrightarrow": "⇔",
    r"\implies": "⇒", r"\iff": "⇔", r"\coloneqq": "≔", r"\triangleq": "≔", r"\succcurlyeq": "⪰",
    r"\vert": "|", r"\|": "‖", r"\Vert": "‖", r"\parallel": "‖", r"\dots": "…", r"\cdots": "…", r"\dotsc": "…",
    r"\lbrace": "{", r"\rbrace": "}", r"\lbrack": "[", r"\rbrack": "]", r"\emptyset": "∅",
}  # fmt: skip
"""Other ways to write a sign -> its character in the table of signs."""

RELATION_OF: dict[str, Relation] = {
    "≡": "=", "≔": "=", "⇒": "implies", "⇔": "iff", **{row.unicode: op for op, row in RELATIONS.items()},
}  # fmt: skip
"""The character of a relation sign -> the relation of a Term that it stands for."""

RAISED: dict[str, str] = {
    "⋆": "⋆", "*": "⋆", "′": "′", "'": "′", "″": "″", "ᵀ": "⊤",
    "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9",
    "⁻": "−", "⁺": "+", "ⁿ": "n",
}  # fmt: skip
"""Characters that stand as an exponent, and what they raise."""

LOWERED: dict[str, str] = {
    "₀": "0", "₁": "1", "₂": "2", "₃": "3", "₄": "4", "₅": "5", "₆": "6", "₇": "7", "₈": "8", "₉": "9",
    "ₐ": "a", "ₑ": "e", "ᵢ": "i", "ⱼ": "j", "ₖ": "k", "ₗ": "l", "ₘ": "m", "ₙ": "n", "ₜ": "t", "ᵣ": "r",
    "₊": "+", "₋": "−",
}  # fmt: skip
"""Characters that stand as a subscript, and what they lower."""

STAR = Written("⋆", r"\star", "star.op")
PRIME = Written("′", r"\prime", "prime")

LETTERS: dict[str, str] = {
    "lam": "λ", "eps": "ε", "loss": "ℒ",
    **{sign.name: char for char, sign in SIGNS.items() if sign.name},
}  # fmt: skip
"""Part of a symbol's name -> its letter. Other single letters are themselves, longer words are set upright."""

ACCENTS: dict[str, Written] = {
    "hat": Written("\u0302", r"\hat", "hat", "ˆ"),
    "bar": Written("\u0304", r"\bar", "macron", "¯"),
    "tilde": Written("\u0303", r"\tilde", "tilde", "˜"),
}
"""Part of a symbol's name that is set above the letter."""

SETS: dict[str, Written] = {
    letter: script(letter, char) for letter, char in zip("ABCDGIJKNOPQSTUVWXYZ", "𝒜ℬ𝒞𝒟𝒢ℐ𝒥𝒦𝒩𝒪𝒫𝒬𝒮𝒯𝒰𝒱𝒲𝒳𝒴𝒵", strict=True)
}
"""The letter of an index set."""

DATA_SIZE = "N"
"""The letter for the number of elements of a data set."""


def written() -> Iterator[Written]:
    """Every sign of the tables."""
    yield from (row.written for table in (FUNCTIONS, BINDERS, SIGNS) for row in table.values())
    yield from (row for table in (RELATIONS, ACCENTS, SETS) for row in table.values())
    yield from (ARGMAX, INTEGRAL, LIMIT, ORDER, STAR, PRIME)


# ------------------------------------------------------------------ text

TEXT: dict[str, tuple[str, str]] = {
    "–": ("--", "–"), "—": ("---", "—"), "‘": ("`", "‘"), "’": ("'", "’"), "“": ("``", "“"), "”": ("''", "”"),
    "\u00a0": ("~", "~"), "§": (r"\S{}", "§"), "✓": (r"$\checkmark$", "✓"), "…": (r"\ldots{}", "…"),
    "\\": (r"\textbackslash{}", r"\\"), "{": (r"\{", "{"), "}": (r"\}", "}"), "$": (r"\$", r"\$"),
    "&": (r"\&", "&"), "#": (r"\#", r"\#"), "%": (r"\%", "%"), "_": (r"\_", r"\_"),
    "^": (r"\textasciicircum{}", r"\^"), "~": (r"\textasciitilde{}", r"\~"), "<": (r"$<$", r"\<"),
    ">": (r"$>$", r"\>"), "|": (r"$|$", r"\|"), '"': ("''", r"\""), "*": ("*", r"\*"), "@": ("@", r"\@"),
    "`": ("`", r"\`"), "[": ("{[}", r"\["), "]": ("{]}", r"\]"), "=": ("=", r"\="), "-": ("-", r"\-"),
    "+": ("+", r"\+"), "/": ("/", r"\/"), "'": ("'", "'"), "(": ("(", "("), ")": (")", ")"), ",": (",", ","),
    ".": (".", "."), ";": (";", ";"), ":": (":", ":"), "!": ("!", "!"), "?": ("?", "?"), " ": (" ", " "),
}  # fmt: skip
"""Character of prose outside formulas -> LaTeX, Typst. ASCII letters, digits and accented letters are themselves."""


def is_plain(char: str) -> bool:
    """Whether every format sets this letter or digit as it is: ASCII, Latin-1 or Latin Extended-A."""
    return char.isalnum() and (char < "\x80" or "\u00c0" <= char <= "\u017f")

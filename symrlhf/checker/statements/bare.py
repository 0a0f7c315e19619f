r"""Whether π, π_ref and their like are numbers in a document: probabilities of one response, which is never written.

"Suppose r − β(log(π/π_ref) + 1) − λ = 0" speaks of one response throughout. Where a policy is applied, drawn from,
or summed over, it is one; where nothing bounds a bare π and no other policy stands beside it, it may be 3.14….
"""

from __future__ import annotations

import re
from dataclasses import replace

from symrlhf.checker.statements.state import State
from symrlhf.read.vocabulary import BUILT_IN, DEPENDS
from symrlhf.setting import Declaration
from symrlhf.term import Rational, Rel, Sym

_PI = r"(?:π|\\pi(?![a-zA-Z]))"
_LABEL = r"(?:\s*[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[a-zA-Z]+|\w+|\*)|[⋆*′'])"
_SPACE = r"(?:\s|\\[,;:! ]|\\(?:left|[bB]igg?l?)(?![a-zA-Z]))*"
_APPLIED = re.compile(rf"{_PI}{_LABEL}*{_SPACE}[(\[|]")
_AMONG = re.compile(
    rf"\\sim(?![a-zA-Z])|∼|(?<![\\$)])~(?!\\)|\\mathcal\s*\{{?[YXDS]|𝒴|𝒳|[∥‖]|\\(?:\||Vert|parallel|mid)(?![a-zA-Z])"
    rf"|(?:Σ|∑|∏|Π|\\sum|\\prod|max|min|argmax)(?:\\(?:no)?limits)?\s*_\s*\{{?\s*[yxas]\b"
    rf"|(?<![a-zA-Z\\])(?:[EJHVQKD]|𝔼|KL|TV|Var)\s*[_^(\[{{]\s*{_PI}|\\math(?:bb|cal|rm)\s*\{{?\w+\}}?\s*[_^(\[{{]+\s*{_PI}"
)
"""Signs of policies that are no numbers."""
_OTHER = re.compile(rf"{_PI}\s*(?:_\s*\{{?\s*(?:\\[a-z]+\s*\{{?)?\w|[₀θ])")
"""π_ref, π_0: another policy beside it."""
_ONE = re.compile(
    r"\b(?:one|single|fixed|(?:fix|of|for|consider) an?) (?:\w+ )?(?:response|completion|answer|action|output|token)\b",
    re.IGNORECASE,
)
"""One response, of which a document then speaks."""
_CHANCE = re.compile(rf"\bprobabilit[^.;:]{{0,60}}(?<![a-zA-Z\\]){_PI}|{_PI}[^.;:]{{0,60}}\bprobabilit", re.IGNORECASE)
"""π called a probability."""
_IN_PASSING = re.compile(
    r"(?<=[a-z] )\$?(?:D_\{?\\?(?:mathrm|text|operatorname)?\{?KL\}*|KL)(?:\\[bB]igl?)?\([^()=$]*\)\$?"
    r"(?=[,.;:]?\s+[a-z])"
)
"""D_KL(q ‖ π) in a sentence, in no formula with a sign."""
_BOUNDED = re.compile(rf"{_PI}[^.$]{{0,40}}?(?:>\s*0|\\in\s*\(\s*0|∈\s*\(\s*0)")


def probabilities(state: State) -> None:
    """The policies of a document as numbers, where it writes them as numbers only."""
    text = state.source.text
    one = _ONE.search(text) is not None
    if one:
        text = _IN_PASSING.sub(" ", text)
    if re.search(_PI, text) is None or _APPLIED.search(text) or _AMONG.search(text):
        return
    if not (_OTHER.search(text) or _BOUNDED.search(text) or (one and _CHANCE.search(text))):
        return
    for name in (n for n, kind in BUILT_IN.items() if kind == "policy"):
        # Nothing is said of it yet, so that π = ... may define it; but it is positive, and as a probability below 1.
        depends = frozenset({DEPENDS[name]}) if name in DEPENDS else frozenset[str]()
        declared = Declaration(name, sign="positive", depends=depends)
        words = state.words.forget(name)
        state.words = replace(words, declarations={**words.declarations, name: declared})
        state.doubt(Rel("<", Sym(name), Rational(1, 1)))


_LINE = r"(?:ℝ|\\mathbb\s*\{?\s*R\b\s*\}?|\\R\b)(?!\s*\}?\s*[\^_^ᵈⁿ])"
_PARAMETERS = {"theta": r"(?:θ|\\theta\b)", "phi": r"(?:φ|ϕ|\\(?:var)?phi\b)"}
"""Letters of parameters, which are vectors where nothing is said of them."""
_REAL = re.compile(rf"(?<![\w\\])y{_SPACE}\$?{_SPACE}(?:∈|\\in\b){_SPACE}(?:ℝ|\\mathbb\s*\{{?\s*R\b|\\R\b)")
_RESPONSE = re.compile(
    rf"(?:\(|,|\{{|_){_SPACE}\{{?{_SPACE}y{_SPACE}(?:[|),∼}}]|\\mid|\\sim|\\in\b|∈)|(?<![\w\\])y{_SPACE}\$?{_SPACE}(?:∼|~|\\sim)"
)
"""Signs that y is a response: π(y | x), Σ_y, y ∼ π."""


def numbers(state: State) -> None:
    """ "√(y²) = |y|. Here y ∈ ℝ.": a y that is a number wherever it stands, though that is said later."""
    text = state.source.text
    for name, written in _PARAMETERS.items():
        if re.search(rf"(?<![\w\\]){written}{_SPACE}\$?{_SPACE}(?:∈|\\in\b){_SPACE}{_LINE}", text):
            state.redefine(name, state.words.declare(name, "real"))
    if _REAL.search(text) and not _RESPONSE.search(text):
        state.redefine("y", state.words.declare("y", "real"))

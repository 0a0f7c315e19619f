r"""Whether Σ_{i=1}^n runs over a set of which nothing is known but how many elements it has.

Entries z_1, z_{i+1}, powers p^n and limits in n need the numbers 1, 2, 3; without them, Σ_{i=1}^n e^{z_i} is a sum
over n of something, and i, j and k are any of them.
"""

from __future__ import annotations

import re

_SUB = r"_\s*\{?\s*"
_SUM = re.compile(
    rf"(?:Σ|∑|∏|Π|\\sum|\\prod|\\?max|\\?min)(?:\\(?:no)?limits)?\s*{_SUB}(?P<letter>[a-z])\s*=\s*(?P<first>\w+)\s*\}}?"
)
_LAST = re.compile(r"\s*\^\s*(?:\{\s*(?P<long>[^{}]*?)\s*\}|(?P<short>\w))")
_LIST = re.compile(
    rf"\\?[^\W\d]+{_SUB}1\}}?\s*,\s*(?:\\?[^\W\d]+{_SUB}2\}}?\s*,\s*)?(?:\\[lc]?dots|…|\.\.\.)\s*,\s*\\?[^\W\d]+{_SUB}(?P<last>[A-Za-z])\}}?"
)
"""z_1, …, z_n."""
_RANGE = re.compile(
    r"\b(?P<letter>[a-z])\s*=\s*1\s*,\s*(?:2\s*,\s*)?(?:\\[lc]?dots|…|\.\.\.)\s*,\s*(?P<last>[A-Za-z])\b"
)
"""i = 1, …, n."""
_ENCLOSED = re.compile(
    r"(?<!\w)1\s*(?:≤|\\leq?\b)\s*(?P<letter>[a-z])\s*(?:≤|\\leq?\b)\s*(?P<last>[A-Za-z])(?![A-Za-z])"
)
"""1 ≤ i ≤ n."""
_RESPONSES = re.compile(
    r"\\sim\b|∼|~|\\mathcal\s*\{?[YXDS]|𝒴|(?:Σ|∑|\\sum|max|min|E|𝔼)(?:\\(?:no)?limits)?\s*_\s*\{?\s*[yxas]\b|\|\s*Y\s*\|"
    r"|(?:π|\\pi)(?!_\{?[a-z]\}?\s*(?:\\(?:[,;:! ]|left|[bB]igg?l?)\s*)*[(\[])[^\s()=+,;.]{0,20}\s*\("
    r"|D_\{?\\?(?:mathrm|text|operatorname)?\{?KL|\bKL\b|D_f"
)
"""Signs of a set of responses beside the numbered ones."""
_DOTTED = re.compile(r"[+·]\s*(?:\\[lc]?dots|…|⋯|\.\.\.)\s*[+·]")
"""a_1 + … + a_n."""
_SPACE = re.compile(r"(?:ℝ|\\mathbb\s*\{?\s*R\s*\}?|\bR)\s*\^\s*\{?\s*[A-Za-z]\s*\}?")
"""ℝ^n."""
_LIMIT = re.compile(r"\\?lim(?:\\(?:no)?limits)?\s*_\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\w)")
"""lim_{β→0⁺}: what stands below it is no label."""
_BELOW = re.compile(r"_\s*\{(?P<text>[^{}]*)\}")


def counted(text: str) -> str | None:
    """The letter that says how many there are, where the sums from 1 to it need no numbers; None if there is none."""
    text = _ENCLOSED.sub(r"\g<letter>", text)
    sums = list(_SUM.finditer(text))
    ends = [_LAST.match(text, s.end()) for s in sums]
    lasts = {(e["long"] or e["short"]) if e else "" for e in ends}
    if len(lasts) != 1 or any(s["first"] != "1" for s in sums) or _RESPONSES.search(text):
        return None
    products = any(re.match(r"\\?(?:∏|Π|prod)", s.group()) for s in sums)
    if products and (not _LIST.search(text) or any(s["letter"] not in "ijk" for s in sums)):
        # A product runs over numbers, the tokens of a response, but that of numbers that are listed, a_1, …, a_n.
        return None
    (last,) = lasts
    if not re.fullmatch(r"[A-Za-z]", last):
        return None
    letters = {s["letter"] for s in sums} | {*re.findall(r"_\s*\{?\s*([ijklm])\b", text)} - {last}
    rest = _without(text, [*sums, *(e for e in ends if e)])
    rest = _SPACE.sub(" ", _RANGE.sub(" ", _LIST.sub(" ", rest)))
    # The n-th root needs no numbers.
    rest = re.sub(rf"\^\s*[{{(]\s*(?:1\s*/\s*{last}|\\[td]?frac\s*\{{?1\}}?\s*\{{?{last}\}}?)\s*[}})]", " ", rest)
    return None if _is_number(rest, last) or _are_numbers(rest, letters, last) else last


def numbered_to(text: str, last: str) -> bool:
    """Whether sums or products run to n over the numbers 1, 2, 3."""
    ends = (_LAST.match(text, s.end()) for s in _SUM.finditer(text))
    summed = any(e is not None and last in (e["long"], e["short"]) for e in ends) or bool(_DOTTED.search(text))
    return summed and counted(text) != last


def is_number(text: str, last: str) -> bool:
    """Whether n is used as a number, or one of its indices k = 1, …, n is."""
    letters = {m["letter"] for m in _RANGE.finditer(text) if m["last"] == last}
    rest = _RANGE.sub(" ", _LIST.sub(" ", text))
    return _is_number(rest, last) or _are_numbers(rest, letters, last)


def _without(text: str, found: list[re.Match[str]]) -> str:
    for m in sorted(found, key=lambda m: m.start(), reverse=True):
        text = f"{text[: m.start()]} {text[m.end() :]}"
    return text


def _is_number(text: str, last: str) -> bool:
    """Whether n varies, is one of 2, 4, 16, stands in an exponent or below a letter, or is counted on."""
    n = rf"(?<![A-Za-z\\]){last}(?![A-Za-z])"
    return any(
        re.search(p, text)
        for p in (
            rf"{n}\s*\$?\s*(?:→|->|\\to\b|\\rightarrow|!|=|\()",
            rf"[\^_]\s*(?:{n}|\{{[^{{}}]*{n}|\([^()]*{n})",
            rf"d{last}\b|∂{last}\b|\\partial\s*{last}\b",
            rf"{n}\s*\$?\s*(?:is|be|are)\s+(?:even|odd|large)",
        )
    )


def _are_numbers(text: str, letters: set[str], last: str) -> bool:
    """Whether an index is counted with, or an entry is called by its number."""
    text = _LIMIT.sub(" ", text)
    below = [m["text"] for m in _BELOW.finditer(text)]
    single = re.findall(r"_\s*([\w])", text)
    if any(re.search(r"\d|[-+−]", b) for b in below) or any(c.isdigit() for c in single):
        return True
    outside = re.sub(r"_\s*\w", " ", _BELOW.sub(" ", text))
    for letter in letters:
        i = rf"(?<![A-Za-z\\]){letter}(?![A-Za-z'’-])"
        if re.search(
            rf"[-+*/^·−(]\s*\{{?\s*{i}|{i}\s*\}}?\s*[-+*/^·−)<>≤]|\\(?:frac|tfrac)\s*\{{?\s*{i}|{i}\s*=\s*\d"
            rf"|[=<>≤≥]\s*\{{?\s*{i}(?!\s*[=_({{\[])",
            outside,
        ):
            return True
    return False

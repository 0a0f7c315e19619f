"""One call written as text, `rm_loss r_w=2 r_l=-1`, and what it computes: plain data for the command line."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symrlhf.compile.choosing import Choice
from symrlhf.compile.document import formulas, meanings
from symrlhf.compile.driving import DrivenFunction
from symrlhf.compile.function import NumericFunction
from symrlhf.errors import NotSupported, Unreadable, unknown_name
from symrlhf.write.unicode import unicode

Value = float | list[Any]


@dataclass(frozen=True)
class Report:
    """Value, gradient, formula and theorem of one call."""

    function: str
    arguments: dict[str, Value | str]
    value: dict[str, Value]
    """Result name -> value; a single result has the function's name."""
    gradient: dict[str, dict[str, Value]]
    """Result name -> argument -> derivative; results that are rows have none."""
    formula: tuple[str, ...]
    meaning: dict[str, str]
    """Argument -> what it stands for in the formula."""
    theorem: str
    title: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def report(function: NumericFunction | DrivenFunction | Choice, assignments: Mapping[str, str]) -> Report:
    """The function called with values given as text; `Unreadable` for what is no number."""
    if isinstance(function, Choice):
        if "kind" not in assignments:
            raise TypeError(f"{function.name}: missing a required argument: 'kind', one of {', '.join(function.kinds)}")
        rest = {n: text for n, text in assignments.items() if n != "kind"}
        return report(function.chosen(assignments["kind"]), rest)
    if isinstance(function, DrivenFunction):
        return _driven_report(function, assignments)
    known = [n for n in function.__signature__.parameters if n != "out"]
    for name in assignments:
        if name not in known:
            raise unknown_name(f"argument of {function.name}", name, known)
    values = {n: text if n == "reduction" else read_value(n, text) for n, text in assignments.items()}
    returned = function(**values)
    names = list(function.output_terms)
    results = [returned] if names == [""] else list(returned)
    gradients: dict[str, dict[str, Value]] = {}
    for name in names:
        try:
            slopes = function.grad(**values, of=name)
        except NotSupported:
            continue
        gradients[name or function.name] = {k: x.tolist() for k, x in slopes._asdict().items()}
    return Report(
        function.name,
        values,
        {n or function.name: x.tolist() for n, x in zip(names, results, strict=True)},
        gradients,
        tuple(formulas(function)),
        {name: unicode(term) for name, term in meanings(function)},
        function.declaration.derivation.name,
        function.declaration.derivation.title,
    )


WORDS = {"true": True, "false": False, "none": None}


def _driven_report(function: DrivenFunction, assignments: Mapping[str, str]) -> Report:
    """The same of a function that runs kernels: its formula is the first line of what it says of itself."""
    parameters = function.__signature__.parameters
    values: dict[str, Any] = {}
    for name, text in assignments.items():
        if name not in parameters:
            raise unknown_name(f"argument of {function.name}", name, list(parameters))
        if parameters[name].annotation == "str":
            values[name] = text
        else:
            values[name] = WORDS[text.lower()] if text.lower() in WORDS else _whole(read_value(name, text))
    returned = function(**values)
    results = returned._asdict() if hasattr(returned, "_asdict") else {function.name: returned}
    gradients: dict[str, dict[str, Value]] = {}
    try:
        slopes = function.grad(**values)
        gradients[function.name] = {k: np.asarray(x).tolist() for k, x in slopes._asdict().items()}
    except NotSupported:
        pass
    return Report(
        function.name,
        values,
        {n: np.asarray(x).tolist() for n, x in results.items()},
        gradients,
        ((inspect.getdoc(function.driver_function) or "").partition("\n")[0],),
        {},
        function.derivation.name,
        function.derivation.title,
    )


def _whole(value: Value) -> Any:
    """Integers as such, for token ids and orders."""
    if isinstance(value, list):
        return [_whole(v) for v in value]
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else value


def read_value(name: str, text: str) -> Value:
    """A number (2, -1e-3, 1/3, inf, nan) or a list: 1,2,3 or [1, 2, 3] or [[1, 2], [3, 4]]."""
    bare = "," in text and "[" not in text
    reader = _Reader(f"[{text}]" if bare else text, f"{name}={text}", len(name) + 1 - bare)
    value = reader.item()
    if rest := text[reader.at :].strip() if not bare else "":
        raise reader.unreadable(rest)
    return value


class _Reader:
    """Reads numbers and lists from `text`, which stands in `source` from column `offset` on."""

    def __init__(self, text: str, source: str, offset: int):
        self.text, self.source, self.offset, self.at = text, source, offset, 0

    def item(self) -> Value:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        if self.text[self.at : self.at + 1] != "[":
            return self.number()
        items: list[Any] = []
        mark = "["
        while mark != "]":
            self.at += 1
            items.append(self.item())
            mark = self.text[self.at : self.at + 1]
            if mark not in (",", "]") or not mark:
                raise self.error("the list needs a closing ]")
        self.at += 1
        return items

    def number(self) -> float:
        end = self.at
        while end < len(self.text) and self.text[end] not in ",[]":
            end += 1
        text = self.text[self.at : end].strip()
        try:
            value = float(Fraction(text)) if "/" in text else float(text)
        except (ValueError, ArithmeticError):
            raise self.unreadable(text) from None
        self.at = end
        return value

    def unreadable(self, text: str) -> Unreadable:
        said = f"{text!r} is not a number" if text else "a number is missing here"
        return self.error(f"{said}: write 2, -1e-3, 1/3, inf or a list such as [1, 2]")

    def error(self, message: str) -> Unreadable:
        return Unreadable(message, column=self.offset + self.at + 1, source=self.source)

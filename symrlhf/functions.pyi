"""Numeric functions of the theorems. Written by pytest --update-golden from derivations/."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrlhf.compile.function import NumericFunction
from symrlhf.compile.report import Report

Numbers = np.floating[Any] | NDArray[np.floating[Any]]
Reduction = Literal["mean", "sum", "none"]

__all__: list[str]

def names() -> tuple[str, ...]: ...
def named(name: str) -> NumericFunction: ...
def run_report(name: str, assignments: Mapping[str, str]) -> Report: ...
def write_pyi() -> str: ...

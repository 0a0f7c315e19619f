"""A derivation: a titled generator of lines, proven when first looked at."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path as FilePath
from types import ModuleType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from symrlhf.authoring.board import Board
from symrlhf.authoring.line import Line
from symrlhf.authoring.reasons import Lines
from symrlhf.errors import StepError, SymrlhfError
from symrlhf.kernel.theorem import Theorem
from symrlhf.page import Figure, Heading, read_chapter
from symrlhf.setting import Declares, DependsOn, Handle, Setting, handle


class Derivation:
    """A titled sequence of proven lines; proven when first looked at."""

    def __init__(self, function: Callable[..., Lines], title: str, catalog: str = "", tier: int = 0):
        self.function = function
        self.title = title
        self.catalog = tuple(catalog.split())
        self.tier = tier
        self.name = function.__name__.replace("_", "-")
        self.claim = inspect.getdoc(function) or ""
        self.__name__ = function.__name__
        self.__doc__ = self.claim
        self.__module__ = function.__module__

    @property
    def module(self) -> str:
        return self.function.__module__.rpartition(".")[2]

    @cached_property
    def _heading(self) -> Heading:
        module: ModuleType | None = sys.modules.get(self.function.__module__)
        return read_chapter((module.__doc__ if module else None) or "")

    @property
    def chapter(self) -> str:
        """The title of the file it stands in: the first line of its docstring."""
        return self._heading.title

    @property
    def references(self) -> tuple[str, ...]:
        return self._heading.references

    @property
    def preface(self) -> str:
        """What the docstring of its file says between title and sources: no theorem."""
        return self._heading.about

    @cached_property
    def _signature(self) -> tuple[dict[str, Handle], Setting]:
        hints = get_type_hints(self.function, include_extras=True)
        handles: dict[str, Handle] = {}
        setting = Setting()
        for name in inspect.signature(self.function).parameters:
            if name not in hints:
                raise TypeError(f"{self.function.__name__}: parameter {name} needs an annotation such as Real")
            handles[name], declared = handle(name, *_annotation(hints[name]))
            setting = setting.declare(declared)
        return handles, setting

    @property
    def parameters(self) -> dict[str, Handle]:
        """The universally quantified variables, by name."""
        return self._signature[0]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The proven lines; raises a `StepError` at the author's line if one does not hold."""
        handles, setting = self._signature
        board = Board(setting)
        generator = self.function(**handles)
        sent: Theorem | None = None
        while True:
            try:
                item = next(generator) if sent is None else generator.send(sent)
            except StopIteration:
                break
            try:
                sent = board.add(item)
            except SymrlhfError as error:
                # The author's line is where it went wrong, not ours.
                _throw(generator, error.with_traceback(None))
            except TypeError as error:
                _throw(generator, error)
        if not board.lines:
            raise StepError(f"{self.title} has no lines")
        return tuple(board.lines)

    @property
    def result(self) -> Theorem:
        """The theorem of the last line."""
        return self.lines[-1].theorem

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        return tuple(line.theorem for line in self.lines)

    @property
    def setting(self) -> Setting:
        return self.result.setting

    @cached_property
    def imports(self) -> tuple[Derivation, ...]:
        """The derivations that this one cites."""
        closure = inspect.getclosurevars(self.function)
        found = (*closure.globals.values(), *closure.nonlocals.values())
        return tuple(v for v in found if isinstance(v, Derivation))

    def __repr__(self) -> str:
        return f"<derivation {self.name}: {self.title}>"

    # ---- display (listed convenience imports)

    @cached_property
    def _figures(self) -> tuple[Figure, ...]:
        from symrlhf.figures import figures

        return figures([self]).get(self.name, ())

    def latex(self) -> str:
        """The derivation as a LaTeX document."""
        from symrlhf.render import latex

        return latex(self, self._figures)

    def html(self) -> str:
        """The derivation as an HTML document that needs no other file."""
        from symrlhf.render import html

        return html(self, self._figures)

    def pdf(self, path: str | FilePath) -> FilePath:
        """Write the derivation as PDF; returns the path."""
        from symrlhf.render import pdf

        return pdf(self, FilePath(path), self._figures)

    def _repr_html_(self) -> str:
        from symrlhf.render import notebook_html

        return notebook_html(self, self._figures)

    def _repr_latex_(self) -> str:
        from symrlhf.render import notebook_latex

        return notebook_latex(self)


def _throw(generator: Lines, error: Exception) -> None:
    """Raise `error` at the author's line, even if the generator catches it."""
    with suppress(StopIteration):
        generator.throw(error)
    raise error


def _annotation(hint: Any) -> tuple[type | Declares, tuple[str, ...]]:
    """What an annotation declares, and the names it says the parameter depends on."""
    depends: tuple[str, ...] = ()
    while get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        depends += tuple(n for e in extras if isinstance(e, DependsOn) for n in e.names)
        declared = [e for e in extras if isinstance(e, Declares)]
        if declared:
            return declared[0], depends
        hint = inner
    return hint, depends


def derivation(title: str, *, catalog: str = "", tier: int = 0) -> Callable[[Callable[..., Lines]], Derivation]:
    """The decorator that makes a generator of lines a `Derivation`."""

    def wrap(function: Callable[..., Lines]) -> Derivation:
        if not inspect.isgeneratorfunction(function):
            raise TypeError(f"{function.__name__} has no yield: each line of a derivation is yielded")
        made = Derivation(function, title, catalog, tier)
        _ = made.parameters  # what is wrong with them is said where they are written
        return made

    return wrap

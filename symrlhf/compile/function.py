"""The numeric function of a theorem: value, gradient and Hessian over arrays, compiled when first called.

Importing this module, and declaring a function, loads neither SymPy nor NumPy and proves nothing.
"""

from __future__ import annotations

import inspect
import sys
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol

from symrlhf.compile.lower import Lowered, lower
from symrlhf.compile.memory import NOTHING, Memory
from symrlhf.compile.tree import Node, number, replace_inputs
from symrlhf.errors import NotSupported, unknown_name
from symrlhf.kernel.statement import Statement
from symrlhf.setting import Data, Family, Group, Handle, Policy, Setting
from symrlhf.term import PROMPTS, RESPONSES, Lam, Rel, Sym, Term, as_term

if TYPE_CHECKING:
    from symrlhf.compile.foreign import DaskCall, ForeignCall
    from symrlhf.compile.lane import Lane
    from symrlhf.compile.masked import MaskedCall
    from symrlhf.compile.program import Call, Program
    from symrlhf.compile.row_lane import RowLane

REDUCTIONS = ("mean", "sum", "none")

_OURS = frozenset({"numpy", "builtins"})
"""Where the types of numbers and of NumPy's arrays are defined."""

Side = Literal["lhs", "rhs"]
Default = float | str | None


class Proven(Protocol):
    """What compiling needs of a theorem."""

    @property
    def statement(self) -> Statement: ...
    @property
    def setting(self) -> Setting: ...
    @property
    def conditions(self) -> Sequence[Statement]: ...


class Derived(Protocol):
    """What compiling needs of a derivation; `result` is proven on access."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Handle]: ...
    @property
    def result(self) -> Proven: ...


@dataclass(frozen=True)
class Accuracy:
    """How far a result may be from the truth, and what that statement rests on."""

    kind: Literal["sampled", "certified"]
    bound: str
    rests_on: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.bound} ({self.rests_on})"


@dataclass(frozen=True)
class Declaration:
    """What `numeric(...)` was told, see there."""

    derivation: Derived
    args: Callable[..., Mapping[str, Term]] | Mapping[str, str]
    returns: Callable[..., Mapping[str, Term] | Term] | None
    side: Side
    mean_over: str | None
    defaults: Mapping[str, Default]
    wrt: tuple[str, ...] | None
    doc: str
    name: str = ""
    check_rows: bool = True
    at: Callable[..., Mapping[str, Term]] | None = None
    domain: Mapping[str, str] = field(default_factory=dict[str, str])
    masked: bool = False
    same: Mapping[str, str] = field(default_factory=dict[str, str])
    without: Mapping[str, NumericFunction] = field(default_factory=dict[str, "NumericFunction"])
    least: int = 1
    module: Mapping[str, Any] = field(default_factory=dict[str, Any])


class NumericFunction:
    """A function over NumPy arrays that computes what a theorem states."""

    def __init__(self, declaration: Declaration):
        self.declaration = declaration

    # ---- what is declared: cheap

    @cached_property
    def name(self) -> str:
        """The name it is bound to in the file that declares it.

        Beside a derivation that uses the term `sigmoid`, the function is bound to `sigmoid_`: its name is sigmoid.
        """
        if self.declaration.name:
            return self.declaration.name
        names = (k.rstrip("_") for k, v in self.declaration.module.items() if v is self)
        return next(names, self.declaration.derivation.name.replace("-", "_"))

    @cached_property
    def argument_terms(self) -> dict[str, Term]:
        """Argument name -> what it stands for."""
        args = self.declaration.args
        if callable(args):
            return dict(self._with_handles(args))
        known = self._known()
        return {name: known[parameter] for name, parameter in args.items()}  # pyright: ignore[reportReturnType]

    @cached_property
    def defaults(self) -> Mapping[str, Default]:
        return self.declaration.defaults

    @cached_property
    def differentiable(self) -> tuple[str, ...]:
        """The arguments `grad` differentiates by: as declared, else the arrays that must be given."""
        if self.declaration.wrt is not None:
            return self.declaration.wrt
        needed = {n: t for n, t in self.argument_terms.items() if n not in self.defaults}
        indexed = tuple(n for n, t in needed.items() if t.free_indices)
        return indexed or tuple(needed)

    @cached_property
    def takes_distributions(self) -> bool:
        """Whether an argument is a row of log-probabilities of a policy."""
        policies = {h.name: h for h in self._handles.values() if isinstance(h, Policy)}
        return any(
            t.names & policies.keys() and any(i.sort == RESPONSES for i in t.free_indices)
            for t in self.argument_terms.values()
        )

    @property
    def _handles(self) -> Mapping[str, Handle]:
        return self.declaration.derivation.parameters

    def _with_handles(self, function: Callable[..., Any], defined: Mapping[str, Any] | None = None) -> Any:
        """`function` called with the derivation's handles and with indices, by the names of its parameters."""
        known = self._known(defined)
        names = inspect.signature(function).parameters
        for name in names:
            if name not in known:
                raise unknown_name(f"parameter of {self.declaration.derivation.name}", name, known)
        return function(*(known[n] for n in names))

    def _known(self, defined: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What a declaration may name: handles, indices by their letters, definitions, what `at` puts in."""
        sets = [RESPONSES, PROMPTS, *(h.over for h in self._handles.values() if isinstance(h, (Data, Group, Policy)))]
        indices: dict[str, Handle] = {s.letter: Sym(s.letter, s) for s in sets}
        return {**self._inserted, **indices, **(defined or {}), **self._handles}

    @cached_property
    def _inserted(self) -> dict[str, Handle]:
        """The numbers from which `at` computes parameters of the theorem."""
        at = self.declaration.at
        names = () if at is None else inspect.signature(at).parameters
        return {n: Sym(n) for n in names if n not in self._handles}

    @cached_property
    def _values(self) -> dict[Term, Term]:
        """Parameter of the theorem, a real number -> what the function puts for it."""
        if self.declaration.at is None:
            return {}
        values: dict[Term, Term] = {}
        for name, value in self._with_handles(self.declaration.at).items():
            symbol = self._handles[name]
            assert isinstance(symbol, Sym) and self.theorem.setting.declaration(name).sign == "real", name
            values[symbol] = as_term(value)
        return values

    @cached_property
    def __signature__(self) -> inspect.Signature:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [
            inspect.Parameter(n, kind, default=self.defaults.get(n, inspect.Parameter.empty))
            for n in self.argument_terms
        ]
        if self.declaration.masked:
            parameters.append(inspect.Parameter("mask", kind, default=None))
        if self.declaration.mean_over:
            parameters.append(inspect.Parameter("reduction", kind, default=self.defaults.get("reduction", "mean")))
        parameters.append(inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None))
        return inspect.Signature(parameters)

    @cached_property
    def from_logits(self) -> NumericFunction:
        """The same function of rows that need not be normalised: they are, without being checked first."""
        name = f"{self.name}_from_logits"
        twin = NumericFunction(replace(self.declaration, name=name, check_rows=False))
        if self.memory.path is not None:
            twin.memory = Memory(name)
        return twin

    def __reduce__(self) -> Any:
        """Pickled as the name it is bound to, where it is declared in a module."""
        module = self.declaration.module
        for name, value in module.items():
            if isinstance(value, NumericFunction):
                if value is self:
                    return _found, (module["__name__"], name)
                if value.__dict__.get("from_logits") is self:
                    return _found, (module["__name__"], name, "from_logits")
        return object.__reduce__(self)

    def __repr__(self) -> str:
        return f"<numeric function {self.name}{self.__signature__}>"

    def _repr_html_(self) -> str:
        from symrlhf.compile.document import notebook_html

        return notebook_html(self)

    # ---- what is proven

    @property
    def theorem(self) -> Proven:
        """The theorem it computes, proven on first access."""
        return self.declaration.derivation.result

    @cached_property
    def relation(self) -> Rel:
        """The theorem's equation, with what `at` puts into it."""
        relation = self.theorem.statement.relation.substitute(self._values)
        assert isinstance(relation, Rel)
        return relation

    @cached_property
    def output_terms(self) -> dict[str, Term]:
        """Name of each result -> the term it computes; a single result has no name."""
        if self.declaration.returns is None:
            if self.relation.op != "=":
                raise NotSupported(f"{self.name}: only an equation becomes a numeric function")
            return {"": self.relation.lhs if self.declaration.side == "lhs" else self.relation.rhs}
        defined = {n: _handle_of(n, value) for n, value in self.theorem.setting.definitions}
        returned = self._with_handles(self.declaration.returns, defined)
        results = {"": returned} if isinstance(returned, Term) else dict(returned)
        return {n: as_term(t).substitute(self._values) for n, t in results.items()}

    @cached_property
    def result_names(self) -> tuple[str, ...]:
        """The names of the results; a single result has none."""
        return tuple(self.output_terms)

    @cached_property
    def lowered(self) -> Lowered:
        setting, terms, outputs = self.theorem.setting, self.argument_terms, self.output_terms
        return lower(self.relation, setting, terms, outputs, self.declaration.mean_over)

    @cached_property
    def _programs(self) -> dict[frozenset[str], Program]:
        return {}

    def program(self, absent: frozenset[str]) -> Program:
        """The code for a call that leaves out these arguments: each is the number 0."""
        from symrlhf.compile.program import Program

        if absent not in self._programs:
            kept = self.memory.get(_program_key(absent))
            self._programs[absent] = (
                self._program(absent) if kept is None else Program.read(self.name, kept, self.memory)
            )
            if kept is None:
                self.memory.keep(_program_key(absent), self._programs[absent].written())
            if self.memory.get(FRONT) is None:
                self._keep_front()
        return self._programs[absent]

    def _program(self, absent: frozenset[str]) -> Program:
        from symrlhf.compile.program import Program

        names, trees = zip(*self.lowered.outputs, strict=True)
        trees = replace_inputs(trees, {n: number(0) for n in absent})
        arguments = tuple(
            replace(a, domain=self.declaration.domain.get(a.name, ""))
            for a in self.lowered.arguments
            if a.name not in absent
        )
        has_rows = self.lowered.responses is not None
        return Program.of(self.name, arguments, dict(zip(names, trees, strict=True)), has_rows, self.memory)

    # ---- what is kept between processes

    @cached_property
    def memory(self) -> Memory:
        """What earlier processes kept; the library's own functions have one."""
        return NOTHING

    def _keep_front(self) -> None:
        """Keep what a call needs to know of the declaration."""
        if self.memory.path is not None:
            parameters = self.__signature__.parameters.values()
            front = {
                "parameters": [[p.name, p.kind.name, p.default is p.empty, _plain(p)] for p in parameters],
                "differentiable": self.differentiable,
                "results": self.result_names,
                "defaults": dict(self.defaults),
                "options": self.options,
                "same": dict(self.declaration.same),
                "without": {n: other.name for n, other in self.declaration.without.items()},
                "least": self.declaration.least,
                "check_rows": self.declaration.check_rows,
                "distributions": self.takes_distributions,
            }
            self.memory.keep(FRONT, front)

    @cached_property
    def _same(self) -> Mapping[str, str]:
        return self.declaration.same

    @cached_property
    def _without(self) -> Mapping[str, NumericFunction]:
        if self.memory.path is not None:
            for name, other in self.declaration.without.items():
                other.memory = Memory(_without_key(self.name, name))
        return self.declaration.without

    @cached_property
    def _least(self) -> int:
        return self.declaration.least

    @cached_property
    def _check_rows(self) -> bool:
        return self.declaration.check_rows

    # ---- calling

    def __call__(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """The value. `out`: an array for it, or one for each result; `threads`: of the native kernels (1)."""
        outs = None
        if out is not None:
            outs = _places(self.name, out, self._count) if self._several else (out,)
        values = self._results(True, False, None, args, kwargs, outs)
        return self.Result(*values) if self._several else values[0]

    def grad(self, *args: Any, of: str | None = None, out: Any = None, **kwargs: Any) -> Any:
        """One array for each differentiable argument, of its shape: the gradient of the returned number.

        Where an array is returned, each entry is differentiated by the arguments it was computed from
        (together: the gradient of the sum). `of` names the result where there are several; `out` holds one array
        for each differentiable argument.
        """
        outs = None if out is None else _places(f"{self.name}.grad", out, len(self.differentiable))
        return self.Gradient(*self._results(False, True, of, args, kwargs, outs))

    def value_and_grad(self, *args: Any, of: str | None = None, out: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        """The value, and `grad` of it, in one pass; `out`: a pair of what these take, or None for either."""
        outs = None
        if out is not None:
            name = f"{self.name}.value_and_grad"
            value_out, gradient_out = _places(name, out, 2)
            outs = _places(name, value_out, self._count) if self._several else (value_out,)
            outs = (*outs, *_places(name, gradient_out, len(self.differentiable)))
        found = self._results(True, True, of, args, kwargs, outs)
        value = self.Result(*found[: self._count]) if self._several else found[0]
        return value, self.Gradient(*found[self._count :])

    def _results(
        self,
        values: bool,
        slopes: bool,
        of: str | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        outs: Sequence[Any] | None,
    ) -> Sequence[Any]:
        """The values, and the derivatives of one: the short way where such a call came before, else the general way."""
        reduction = kwargs.get("reduction", "")
        kind = None
        if outs is None and type(reduction) is str:
            kind = values, slopes, of, reduction, tuple(kwargs), *map(type, args), *map(type, kwargs.values())
            lane = self._lanes.get(kind)
            try:
                if lane is not None and (found := lane.run((*args, *kwargs.values()))) is not None:
                    return found
            except OverflowError:
                pass  # an integer beyond the doubles: the general way names it
        call = self._call(args, dict(kwargs))
        output = self._scalar_output(call.program, of) if slopes else None
        wrt = self.differentiable if slopes else ()
        found = call.compute(values, output, wrt, outs or (None,) * (values * self._count + len(wrt)))
        if kind is not None and kind not in self._lanes:
            self._lanes[kind] = self._lane(call, values, output, wrt, args, kwargs)
        return found

    @cached_property
    def _lanes(self) -> dict[tuple[Any, ...], Lane | RowLane | None]:
        """Kind of call -> its short way, if it has one."""
        return {}

    def _lane(
        self, call: Any, values: bool, output: str | None, wrt: tuple[str, ...], args: tuple[Any, ...], kwargs: Any
    ) -> Lane | RowLane | None:
        from symrlhf.compile.lane import Lane
        from symrlhf.compile.program import Call
        from symrlhf.compile.row_lane import RowLane

        given = {**dict(zip(self._defaults, args, strict=False)), **kwargs}
        copied = any(other in given and name not in given for name, other in self._same.items())
        if copied or not isinstance(call, Call) or any(type(a) is str for a in args):
            return None
        plan, options = call.plan(values, output, wrt), {n for n, d in self.defaults.items() if not d}
        if call.program.has_rows:
            return RowLane.of(call, plan, given, options, self._least, self._check_rows)
        return Lane.of(call, plan, given, options)

    @cached_property
    def _several(self) -> bool:
        """Whether there are several results, with names."""
        return self.result_names != ("",)

    @cached_property
    def _count(self) -> int:
        return len(self.result_names)

    def hess(self, *args: Any, of: str | None = None, **kwargs: Any) -> Any:
        """The second derivatives: for each entry an n × n block over the n differentiable arguments.

        Those between different entries are zero. Of a mean over N entries the blocks carry its factor 1/N.
        """
        call = self._call(args, kwargs)
        output = self._scalar_output(call.program, of)
        if call.program.has_rows:
            raise NotSupported(f"{self.name}.hess: the K × K second derivatives of a row of K responses")
        return call.hessian(output, self.differentiable)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | ForeignCall | DaskCall | MaskedCall:
        threads = kwargs.pop("threads", 1)
        if not isinstance(threads, int) or threads < 1:
            raise ValueError(f"{self.name}: threads must be a positive integer, not {threads!r}")
        values = self._bound(args, kwargs)
        for name, other in self._same.items():
            values[name] = values[other] if values[name] is None else values[name]
        for name, other in self._without.items():
            if values[name] is None:
                if self.memory.get(FRONT) is None:
                    self._keep_front()
                return other.prepared({n: v for n, v in values.items() if n != name}, self.name, threads)
        return self.prepared(values, self.name, threads)

    def prepared(self, values: dict[str, Any], name: str, threads: int) -> Call | ForeignCall | DaskCall | MaskedCall:
        """The call with these arguments, checked; `name` is how the function that was called is called."""
        from symrlhf.compile.arrays import Batch
        from symrlhf.compile.program import Call

        reduction = values.pop("reduction", "none")
        mask = values.pop("mask", None)
        if reduction not in REDUCTIONS:
            raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', not {reduction!r}")
        program = self.program(frozenset(n for n in self.options if _is_absent(values[n])))
        if mask is not None:
            from symrlhf.compile.masked import MaskedCall

            batch = Batch.of(name, program.arguments, values, self._check_rows)
            return MaskedCall.of(name, program, batch, reduction, mask, threads)
        if any(type(v).__module__ not in _OURS for v in values.values()):
            from symrlhf.compile.foreign import DaskCall, ForeignCall, library_of_all

            library = library_of_all(name, values)
            values = {n: v for n, v in values.items() if v is not None}
            if library == "dask":
                return DaskCall(self, program, values, reduction)
            if library:
                given = {a.name: values[a.name] for a in program.arguments}
                return ForeignCall(name, program, library, given, reduction)
        batch = Batch.of(name, program.arguments, values, self._check_rows)
        if batch.size is not None and batch.size < self._least:
            raise ValueError(f"{name}: there must be at least {self._least} responses, not {batch.size}")
        if reduction == "mean" and batch.entries == 0:
            raise ValueError(f"{name}: there is no mean of no entries; their sum is 0")
        return Call(name, program, batch, reduction, threads)

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Parameter -> value."""
        defaults = self._defaults
        values = {**defaults, **dict(zip(defaults, args, strict=False)), **kwargs}
        missing = any(v is inspect.Parameter.empty for v in values.values())
        twice = any(n in kwargs for n in list(defaults)[: len(args)])
        if missing or twice or len(args) > len(defaults) or len(values) > len(defaults):
            try:
                self.__signature__.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"{self.name}: {error}") from None
        return values

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        positional = (p for p in self.__signature__.parameters.values() if p.name != "out")
        return {p.name: p.default for p in positional}

    @cached_property
    def options(self) -> tuple[str, ...]:
        """Arguments that are 0 by default: the code of a call without them does not contain them."""
        taken = {*self.differentiable, *self._same, *self._without}
        return tuple(n for n, d in self.defaults.items() if not d and n in self.argument_terms and n not in taken)

    def _scalar_output(self, program: Program, of: str | None) -> str:
        names = list(program.outputs)
        if of is None:
            if len(names) > 1:
                raise NotSupported(f"{self.name} has several results: say of={' or of='.join(map(repr, names))}")
            of = names[0]
        if of not in names:
            raise unknown_name(f"result of {self.name}", of, names)
        if program.outputs[of].row:
            what = f"{self.name}'s {of}" if of else self.name
            raise NotSupported(f"{what} is a row of K numbers: its derivative is a K × K matrix")
        return of

    @cached_property
    def Result(self) -> type[Any]:
        """The named tuple of several results."""
        return namedtuple(f"{camel(self.name)}Result", self.result_names)

    @cached_property
    def Gradient(self) -> type[Any]:
        """The named tuple that `grad` returns."""
        return namedtuple(f"{camel(self.name)}Gradient", self.differentiable)

    # ---- what it says of itself

    @property
    def source(self) -> str:
        """The generated code of a call with defaults.

        First one line for each operation, value and gradient of a scalar result; then the block of entries that
        computes both in one pass, where there is such code. Names that NumPy has not are those of
        `symrlhf.compile.kernels`.
        """
        from symrlhf.compile.document import formulas

        program = self.program(frozenset(self.options))
        relation = self.theorem.statement.relation
        parts = [
            "\n".join(('"""', *formulas(self), f"Theorem: {self.declaration.derivation.title}: {relation}", '"""'))
        ]
        scalar = [name for name, tree in program.outputs.items() if not tree.row]
        parts.append(program.source(program.value(), "_value"))
        for name in scalar:
            suffix = f"_{name}_grad" if name else "_grad"
            parts.append(program.source(program.gradient(name, self.differentiable), suffix))
        block = program.example_block(scalar[0], self.differentiable, self.declaration.mean_over) if scalar else None
        return "\n".join([*parts, *([] if block is None else [block.source])])

    @property
    def accuracy(self) -> Accuracy:
        """The stated bound, and what it rests on."""
        from symrlhf.compile.rounding import is_safe

        program = self.program(frozenset(self.options))
        if self.lowered.responses:
            bound = "within 450 ε · Σ|terms| of the form evaluated, on the normalised rows"
        elif all(map(is_safe, program.value())):
            bound = (
                "value within 4 ulp, gradient within 8, of the truth at the arguments, or at computed differences of "
                "them whose rounding moves a result by less than 2e-13; of a sum, relative to its largest term"
            )
        else:
            bound = (
                "within 1e-13 of the truth: the rounding of each entry is estimated, and an entry that it may have "
                "taken further is computed again with more digits"
            )
        tests = "tests/test_accuracy.py, tests/accuracy.py and tests/test_losses.py"
        return Accuracy("sampled", bound, f"against mpmath, by {tests}{_certified(program.value())}")

    if not TYPE_CHECKING:  # for a type checker a documentation is no property

        @property
        def __doc__(self) -> str:
            from symrlhf.compile.document import docstring

            return docstring(self)


def _certified(trees: Sequence[Node]) -> str:
    """What is certified of the native kernel, where it is σ or softplus of an argument alone."""
    from symrlhf.compile.native import CERTIFIED

    inner = [t.args[0] if t.op == "neg" else t for t in trees]
    found = [CERTIFIED[t.op] for t in inner if t.op in CERTIFIED and _is_plain(t.args[0])]
    if len(found) < len(trees):
        return ""
    said = f"within {max(found):g} · 2⁻⁵³ of the truth"
    return f"; values of the native kernel in float64, |z| ≤ 700, are certified {said} by tests/test_native.py"


def _is_plain(node: Node) -> bool:
    return node.op == "input" or (node.op == "neg" and node.args[0].op == "input")


FRONT = "front"


def _program_key(absent: frozenset[str]) -> str:
    return f"program without {', '.join(sorted(absent))}"


def _plain(p: inspect.Parameter) -> Default:
    return None if p.default is p.empty else p.default


class Recalled(NumericFunction):
    # As an earlier process left it; the declaration is imported when it is asked for, as by its documentation.

    def __init__(self, name: str, memory: Memory, declared: Callable[[], NumericFunction]):
        self.name, self.memory, self.declared = name, memory, declared
        front = memory.get(FRONT)
        self.differentiable, self.result_names = tuple(front["differentiable"]), tuple(front["results"])
        self.defaults, self.options = front["defaults"], tuple(front["options"])
        self._same, self.others = front["same"], front["without"]
        self._least, self._check_rows = front["least"], front["check_rows"]
        self.takes_distributions = front["distributions"]
        self.__signature__ = inspect.Signature(
            [
                inspect.Parameter(
                    n, inspect._ParameterKind[kind], default=inspect.Parameter.empty if needed else default
                )
                for n, kind, needed, default in front["parameters"]
            ]
        )

    @cached_property
    def declaration(self) -> Declaration:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.declared().declaration

    @cached_property
    def from_logits(self) -> NumericFunction:
        name = f"{self.name}_from_logits"
        return _recalled(name, Memory(name), lambda: self.declared().from_logits)

    @cached_property
    def _without(self) -> Mapping[str, NumericFunction]:
        return {n: self._other(n, called) for n, called in self.others.items()}

    def _other(self, argument: str, called: str) -> NumericFunction:
        memory = Memory(_without_key(self.name, argument))
        return _recalled(called, memory, lambda: self.declared().declaration.without[argument])

    def __reduce__(self) -> Any:
        return self.declared().__reduce__()

    if not TYPE_CHECKING:

        @property
        def __doc__(self) -> str:
            return self.declared().__doc__


def _recalled(name: str, memory: Memory, declared: Callable[[], NumericFunction]) -> NumericFunction:
    """The function as an earlier process left it, or as it is declared, to be kept for the next."""
    if memory.get(FRONT) is not None:
        return Recalled(name, memory, declared)
    function = declared()
    function.memory = memory
    return function


def _without_key(name: str, argument: str) -> str:
    """Under what the function is kept that another one is without an argument."""
    return f"{name}_without_{argument}"


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and value == 0)


def _found(module: str, *path: str) -> NumericFunction:
    """What is bound to a name in a module, for pickles."""
    return reduce(getattr, path, import_module(module))  # type: ignore[return-value]


def _places(function: str, out: Any, count: int) -> Sequence[Any]:
    """`out` as one array or None for each of `count` results."""
    if out is None:
        return (None,) * count
    if not isinstance(out, (tuple, list)) or len(out) != count:
        raise TypeError(f"{function}: out must be a tuple of {count}, an array or None for each result")
    return out


def _handle_of(name: str, value: Lam) -> Handle | Family:
    """How `returns` writes a name that the derivation defines: Z, or pi_star[y]."""
    return Family(name) if value.parameters else Sym(name)


def camel(name: str) -> str:
    """rm_loss -> RmLoss."""
    return "".join(part.capitalize() for part in name.split("_"))


def numeric(
    derivation: Derived,
    *,
    args: Callable[..., Mapping[str, Term]] | Mapping[str, str],
    returns: Callable[..., Mapping[str, Term] | Term] | None = None,
    side: Side = "rhs",
    mean_over: str | None = None,
    defaults: Mapping[str, Default] | None = None,
    wrt: Sequence[str] | None = None,
    doc: str = "",
    at: Callable[..., Mapping[str, Term]] | None = None,
    domain: Mapping[str, str] | None = None,
    masked: bool = False,
    same: Mapping[str, str] | None = None,
    without: Mapping[str, NumericFunction] | None = None,
    least: int = 1,
) -> NumericFunction:
    """Declare the numeric function of a derivation's theorem: beside the derivation, `name = numeric(...)`.

    args: a function of the derivation's parameters (and of indices, by their letters) that returns
        {argument: atom of the theorem, or log, exp or − of one}; dict order is argument order. Where each is just
        a parameter, {argument: its name}.
    returns: the same for the results, as one term or as {name: term}; names that the derivation defines may be
        parameters too, and the theorem's left side, if an atom, means its right side. By default the result is
        one side of the theorem (`side`).
    mean_over: the set whose mean the theorem takes ("D"), or "batch" to average a theorem about one example
        over all leading axes; the function then takes reduction="mean", "sum" or "none".
    defaults: argument -> default; None and 0 mean absent.
    wrt: the arguments to differentiate by; by default those that carry an index and have no default, or, where
        none carries an index, all without a default.
    at: a function of new names that returns {parameter of the theorem: what is put for it}, as the margin h of four
        log-probabilities. The parameter must be any real number; the new names may be parameters of `args`.
    domain: argument -> where it must lie: "[0, 1)", "(0, inf)", "{0, 1}" (then booleans are taken too).
    masked: whether the entries are tokens of padded sequences: the function then takes mask=None.
    same: argument that is None -> the argument whose value it then takes.
    without: argument that is None -> the function of the theorem without it.
    least: how many responses a row needs.
    doc: the first line of the function's documentation, and what a caller must know beyond it.

    Nothing is proven, and neither SymPy nor NumPy is imported, before the first call.
    """
    chosen = None if wrt is None else tuple(wrt)
    return NumericFunction(
        Declaration(
            derivation,
            args,
            returns,
            side,
            mean_over,
            dict(defaults or {}),
            chosen,
            doc,
            at=at,
            domain=dict(domain or {}),
            masked=masked,
            same=dict(same or {}),
            without=dict(without or {}),
            least=least,
            module=sys._getframe(1).f_globals,
        )
    )

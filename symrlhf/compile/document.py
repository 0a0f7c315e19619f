"""What a numeric function says of itself: formula, shapes, units, domain, edges, gradient, accuracy, source."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from symrlhf.compile.driving import DrivenFunction
from symrlhf.compile.function import NumericFunction
from symrlhf.compile.tree import in_order
from symrlhf.page import Formula, FunctionPage
from symrlhf.term import App, Rel, Sym, Term
from symrlhf.write.unicode import unicode

EDGES: dict[str, str] = {
    "logit": "The logit of 0 is −inf, of 1 inf, of anything outside [0, 1] nan.",
    "log": "The logarithm of 0 is −inf, of a negative number nan.",
    "mean_term": "A response of probability 0 (log-probability −inf) contributes 0.",
    "bregman": "The divergence is inf where the second row gives probability 0 and the first does not; "
    "where both do, the response contributes 0.",
    "logsumexp": "A response with log-probability −inf keeps probability 0; a reward of inf gives nan.",
}
"""Operation -> what happens at the edge of its domain."""

LOGARITHMIC = frozenset({"log", "logit", "softplus", "log_softmax", "logsumexp", "bregman", "mean_term", "logaddexp"})


def formulas(function: NumericFunction) -> Iterator[str]:
    """`name(arguments) = formula` for each result, and the definitions of the names in it."""
    for call, term in _results(function):
        yield f"{call} = {unicode(term)}"
    yield from map(unicode, _definitions(function))


def _results(function: NumericFunction) -> Iterator[tuple[str, Term]]:
    arguments = ", ".join(function.argument_terms)
    for name, term in function.output_terms.items():
        yield f"{name or function.name}({arguments})", term


def _definitions(function: NumericFunction) -> list[Rel]:
    """`Z = Σ_y ...` for each defined name that the results contain, also through other definitions."""
    used = frozenset[str]().union(*(t.names for t in function.output_terms.values()))
    found: list[Rel] = []
    for name, value in reversed(function.theorem.setting.definitions):
        if name in used:
            used |= value.body.names
            head = App(name, value.parameters) if value.parameters else Sym(name)
            found.append(Rel("=", head, value.body))
    return found[::-1]


def meanings(function: NumericFunction) -> Iterator[tuple[str, Term]]:
    """What each argument stands for, where that is not a symbol of the same name."""
    for name, term in function.argument_terms.items():
        if unicode(term) != name:
            yield name, term


def notebook_html(function: NumericFunction | DrivenFunction) -> str:
    """A function for the output of a notebook: signature, formula, theorem and accuracy."""
    from symrlhf.render import function_html

    return function_html(_page(function))


def _page(function: NumericFunction | DrivenFunction) -> FunctionPage:
    """A driven function computes several formulas in turn: its theorem is shown alone."""
    ident, accuracy = f"{function.name}{_without_types(function.__signature__)}", str(function.accuracy)
    theorem = Formula(function.theorem.statement.relation)
    if isinstance(function, DrivenFunction):
        return FunctionPage(ident, function.doc, (), (), (), function.derivation.title, theorem, accuracy)
    results = ((call, Formula(Rel("=", term, term), "tail")) for call, term in _results(function))
    definitions = (Formula(d, defines=True) for d in _definitions(function))
    declaration, said = function.declaration, tuple(meanings(function))
    title = declaration.derivation.title
    # A paragraph on a page; what stands between paragraphs of a docstring is a space here.
    return FunctionPage(
        ident, " ".join(declaration.doc.split()), tuple(results), said, tuple(definitions), title, theorem, accuracy
    )


def _without_types(signature: inspect.Signature) -> inspect.Signature:
    return signature.replace(
        parameters=[p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()],
        return_annotation=inspect.Signature.empty,
    )


def docstring(function: NumericFunction) -> str:
    """The documentation of a function, from its declaration, its theorem and its generated code."""
    return "\n\n".join(_paragraphs(function))


def _paragraphs(function: NumericFunction) -> Iterator[str]:
    theorem, title = function.theorem, function.declaration.derivation.title
    yield function.declaration.doc or f"{title}."
    yield "\n".join(f"    {line}" for line in formulas(function))
    stated = list(meanings(function))
    if stated:
        yield "with " + ", ".join(f"{name} = {unicode(term)}" for name, term in stated) + "."
    yield f"Theorem: {title}: {unicode(theorem.statement.relation)}."
    sources: tuple[str, ...] = getattr(function.declaration.derivation, "references", ())
    if sources:
        yield f"Source: {'; '.join(sources)}."
    yield _shapes(function)
    yield "\n".join(_domain(function))
    yield _gradient(function)
    yield f"Accuracy: {function.accuracy}."
    yield (
        "TypeError for what is no number and no ndarray of float32, float64 or integers; ValueError for shapes "
        "that do not broadcast; each names the argument."
    )


def driven_docstring(function: DrivenFunction) -> str:
    """The documentation of a driven function: what is declared, what the driver says of itself, the theorem."""
    theorem, title = function.theorem, function.derivation.title
    said = inspect.getdoc(function.driver_function) or ""
    sources: tuple[str, ...] = getattr(function.derivation, "references", ())
    parts = [
        function.doc,
        said,
        f"Theorem: {title}: {unicode(theorem.statement.relation)}.",
        f"Source: {'; '.join(sources)}." if sources else "",
        "Logarithms are natural (nats). A nan that the formula uses gives nan.",
        f"Accuracy: {function.accuracy}.",
        "TypeError for what is no number and no ndarray of float32, float64 or integers; ValueError for shapes and "
        "values that do not fit; each names the argument.",
    ]
    return "\n\n".join(part for part in parts if part)


def _shapes(function: NumericFunction) -> str:
    rows = [a.name for a in function.lowered.arguments if a.row]
    others = [a.name for a in function.lowered.arguments if not a.row]
    said = [f"{', '.join(rows)}: (..., K), the last axis holds the K responses"] if rows else []
    said += [f"{', '.join(others)}: (...)"] if others else []
    program = function.program(frozenset(function.options))
    for name, tree in program.outputs.items():
        kind = "(..., K)" if tree.row else "(...)"
        if function.declaration.mean_over:
            kind = 'a number, the mean over all (...); reduction="sum" their sum, "none" all of them'
        said.append(f"{name or 'returns'}: {kind}")
    return "Shapes: " + "; ".join(said) + ". Leading axes broadcast; numbers in, a number out."


def _domain(function: NumericFunction) -> Iterator[str]:
    program = function.program(frozenset(function.options))
    ops = {n.op for n in in_order(program.outputs.values())}
    if ops & LOGARITHMIC:
        yield "Logarithms are natural (nats)."
    positive = [a.name for a in function.lowered.arguments if a.positive]
    if positive:
        yield f"Domain: {', '.join(f'{name} > 0' for name in positive)} (ValueError otherwise)."
    rows = [a.name for a in function.lowered.arguments if a.distribution]
    if rows:
        said = "are log-probabilities" if len(rows) > 1 else "holds log-probabilities"
        check = " A row whose sum is off by more than 1e-6 is a ValueError that gives the sum."
        yield (
            f"{', '.join(rows)} {said}, normalised exactly inside; derivatives are those of the logits."
            + (check if function.declaration.check_rows else "")
        )
    yield from (text for op, text in EDGES.items() if op in ops)
    yield "A nan that the formula uses gives nan."
    conditions = function.theorem.conditions
    if conditions:
        yield f"The theorem holds where {'; '.join(map(str, conditions))}."


def _gradient(function: NumericFunction) -> str:
    by = ", ".join(function.differentiable)
    hessian = "" if function.lowered.responses else " .hess gives their second derivatives, a block for each entry."
    return f"Derivatives: .grad and .value_and_grad, by {by}, each of that argument's shape.{hessian}"

"""The derivatives that are compiled are those of the theorem: the kernel proves each equal to the derivative."""

import pytest
from practice import LOSSES
from test_accuracy import SETTING, compiled
from test_compile import as_written_out

from symrlhf.kernel.decide import Proved, decide
from symrlhf.term import Eq, Fun, Sym, Term, diff

KINKED = {"min", "max", "clip", "abs", "sqrt"}


def is_smooth(term: Term) -> bool:
    return not any(isinstance(t, Fun) and t.name in KINKED for t in term.subterms())


@pytest.mark.parametrize("name", [n for n, t in LOSSES.items() if is_smooth(t)])
def test_a_compiled_derivative_is_proven_by_the_kernel(name: str) -> None:
    f = compiled(LOSSES[name])
    slopes = f.program(frozenset()).gradient("", f.differentiable)
    assert slopes
    for argument, tree in zip(f.differentiable, slopes, strict=True):
        verdict = decide(Eq(diff(LOSSES[name], Sym(argument)), as_written_out(tree)), SETTING)
        assert isinstance(verdict, Proved), argument

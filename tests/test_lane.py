"""The short way of a call that came before: the same results, the same errors, in microseconds."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symrlhf import functions
from symrlhf.compile import NumericFunction, native
from symrlhf.compile.lane import Lane
from symrlhf.compile.row_lane import RowLane

RNG = np.random.default_rng(8)


def _elementwise() -> Iterator[str]:
    for name in functions.names():
        f = functions.named(name)
        if isinstance(f, NumericFunction) and not f.lowered.responses and not f.declaration.masked:
            yield name


NAMES = tuple(_elementwise())


def _fresh(name: str) -> NumericFunction:
    return NumericFunction(replace(functions.named(name).declaration, name=name))


def _arguments(f: NumericFunction, vectors: bool) -> dict[str, Any]:
    """Log-probabilities for what has no default; labels and probabilities where those are meant."""
    given: dict[str, Any] = {}
    for name in f.argument_terms:
        if name not in f.defaults:
            x = -RNG.uniform(0.1, 3, 5)
            x = (np.arange(5) % 2).astype(float) if name == "labels" else -x / 4 if name in ("p", "eta", "nu") else x
            given[name] = x if vectors else float(x[0])
    return given


def _flat(result: Any) -> list[Any]:
    return [y for x in result for y in _flat(x)] if isinstance(result, tuple) else [result]


@pytest.mark.parametrize("vectors", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_second_call_gives_what_the_first_gave(name: str, vectors: bool) -> None:
    f = _fresh(name)
    given = _arguments(f, vectors)
    of = {"of": next(iter(f.output_terms))} if len(f.output_terms) > 1 else {}
    for call in (f, lambda **x: f.grad(**x, **of), lambda **x: f.value_and_grad(**x, **of)):
        first, second = _flat(call(**given)), _flat(call(**given))
        for a, b in zip(first, second, strict=True):
            assert type(a) is type(b)
            assert np.shape(a) == np.shape(b)
            assert np.array_equal(a, b)


def _lanes(f: NumericFunction) -> list[Lane | RowLane]:
    return [lane for lane in f._lanes.values() if lane is not None]


@pytest.mark.parametrize("name", ["rm_loss", "dpo_loss", "bco_pair_loss", "simpo_loss"])
def test_losses_have_a_short_way(name: str) -> None:
    f = _fresh(name)
    f.value_and_grad(**_arguments(f, True))
    f.value_and_grad(**_arguments(f, False))
    assert len(_lanes(f)) == 2


def test_what_is_not_ordinary_goes_the_general_way() -> None:
    f = _fresh("dpo_loss")
    pair = (-1.0, -2.0, -1.5, -1.0)
    value = f(*pair, beta=0.5)
    assert f(*pair, beta=0.5) == value and len(_lanes(f)) == 1
    with pytest.raises(ValueError, match=r"dpo_loss: beta must be positive, not -0\.5"):
        f(*pair, beta=-0.5)
    assert np.isnan(f(*pair, beta=np.nan))
    assert np.isnan(f(np.nan, *pair[1:], beta=0.5))
    assert f(-1e4, *pair[1:], beta=0.5) == 4998.75
    with pytest.raises(TypeError, match="missing a required argument: 'ref_l'"):
        f(*pair[:3], beta=0.5)
    with pytest.raises(ValueError, match="reduction must be 'mean', 'sum' or 'none'"):
        f(*pair, beta=0.5, reduction="avg")
    for _ in range(2):
        with pytest.raises(ValueError, match="reduction must be 'mean', 'sum' or 'none'"):
            f(*pair, 0.5, 0.0, ["mean"])


def test_vectors_that_do_not_fit_are_refused_or_broadcast() -> None:
    f = _fresh("rm_loss")
    w, l = RNG.normal(size=(2, 6))  # noqa: E741
    first = f(w, l)
    assert f(w, l) == first and len(_lanes(f)) == 1
    with pytest.raises(ValueError, match="rm_loss: the shapes do not broadcast: r_w has shape \\(6,\\), r_l has shape"):
        f(w, l[:4])
    assert f(w, l[:1]) == f(w, np.full(6, l[0]))
    assert f(w.astype(np.float32), l.astype(np.float32)).dtype == np.float32
    assert f(w[::2], l[::2]) == f(w[::2].copy(), l[::2].copy())
    assert f(w[None], l[None]) == first
    with pytest.raises(ValueError, match="rm_loss: there is no mean of no entries"):
        f(w[:0], l[:0])


def test_an_option_of_0_is_left_out_and_another_is_not() -> None:
    f = _fresh("rm_loss")
    smoothed = f(2.0, -1.0, label_smoothing=0.1)
    assert f(2.0, -1.0, label_smoothing=0.1) == smoothed
    assert f(2.0, -1.0, label_smoothing=0.0) == f(2.0, -1.0)
    with pytest.raises(ValueError, match="rm_loss: label_smoothing must lie in"):
        f(2.0, -1.0, label_smoothing=1.0)


def test_a_result_is_an_array_of_its_own() -> None:
    f = _fresh("rm_loss")
    w, l = RNG.normal(size=(2, 6))  # noqa: E741
    slopes = [f.grad(w, l, reduction="none") for _ in range(3)]
    assert not any(np.may_share_memory(slopes[1].r_w, x) for x in (slopes[1].r_l, slopes[2].r_w, w, l))
    assert slopes[1].r_w.base is None


# ------------------------------------------------------------------ functions of rows


def _of_rows() -> Iterator[str]:
    for name in functions.names():
        f = functions.named(name)
        if isinstance(f, NumericFunction) and f.lowered.responses and not f.declaration.masked:
            yield name


def _rows(f: NumericFunction) -> dict[str, Any]:
    """A row for each argument that is one, normalised; numbers for the rest."""
    given: dict[str, Any] = {}
    for a in f.lowered.arguments:
        if a.name not in f.defaults:
            x = RNG.normal(size=5)
            given[a.name] = x - np.log(np.exp(x).sum()) if a.row else 0.7
    return given


COMPILED = ("kl_from_logits", "kl_objective", "kl_optimal_policy_from_logits")


@pytest.mark.parametrize(("name", "backend"), [*((n, "numpy") for n in _of_rows()), *((n, "native") for n in COMPILED)])
def test_the_second_call_of_a_row_gives_what_the_first_gave(
    name: str, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "native" and not native.available():
        pytest.skip("numba is not installed")
    monkeypatch.setenv(native.BACKEND, backend)
    f = _fresh(name)
    given = _rows(f)
    numbers = [n for n, t in f.program(frozenset(f.options)).outputs.items() if not t.row]
    of = {"of": numbers[0]} if len(f.output_terms) > 1 and numbers else {}
    calls = [f, lambda **x: f.grad(**x, **of), lambda **x: f.value_and_grad(**x, **of)]
    for call in calls if numbers else calls[:1]:
        first, second = _flat(call(**given)), _flat(call(**given))
        for a, b in zip(first, second, strict=True):
            assert type(a) is type(b) and np.shape(a) == np.shape(b)
            assert np.array_equal(a, b)
            assert not any(np.may_share_memory(b, x) for x in given.values())
    assert len(_lanes(f)) == (3 if numbers else 1)


def test_a_row_that_is_not_ordinary_goes_the_general_way() -> None:
    f = _fresh("kl")
    p, q = (np.log(np.array(x)) for x in ([0.2, 0.3, 0.5], [0.4, 0.4, 0.2]))
    first = f(p, q)
    assert f(p, q) == first and len(_lanes(f)) == 1
    with pytest.raises(ValueError, match=r"kl: the probabilities exp of log_q sum to 1\.10517, not to 1"):
        f(p, q + 0.1)
    with pytest.raises(ValueError, match="the last axes must hold the same responses, but log_p has 3, log_q has 2"):
        f(p, np.log([0.5, 0.5]))
    assert f(p.astype(np.float32), q.astype(np.float32)).dtype == np.float32
    assert f(np.array([p, p]), q).shape == (2,)
    assert f(np.repeat(p, 2)[::2], q) == first
    assert np.isnan(f(np.array([np.nan, 0.0, 0.0]), q))
    assert f(np.array([-np.inf, np.log(0.5), np.log(0.5)]), q) == pytest.approx(np.log(1.25 * 2.5) / 2)
    g = _fresh("kl_gap")
    g(p, np.ones(3), q, 0.5)
    with pytest.raises(ValueError, match=r"kl_gap: beta must be positive, not -0\.5"):
        g(p, np.ones(3), q, -0.5)

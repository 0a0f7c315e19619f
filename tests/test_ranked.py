"""Ties, rankings and tournaments against mpmath, extreme scores included."""

import itertools
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from symrlhf import functions as f

Exact = Any


def _sig(z: Exact) -> Exact:
    return 1 / (1 + mpmath.exp(-z))


def _near(got: Any, exact: list[Exact], scale: Exact = None) -> None:
    """Within 1e-12 of each, or of the largest where `scale` is given."""
    values = np.ravel(got)
    assert len(values) == len(exact)
    for value, true in zip(values, exact, strict=True):
        assert abs(mpf(float(value)) - true) <= 1e-12 * (scale or abs(true)) + 5e-324, (value, true)


MARGINS = [0.0, 1e-10, -0.3, 2.0, -7.0, 40.0, -720.0, 1e4]


@pytest.mark.parametrize("eta", [1e-8, 0.1, 3.0, 800.0])
def test_rao_kupper(eta: float) -> None:
    """A9: with θ = e^η."""
    wins, ties, losses = map(np.ravel, f.rk_probs(MARGINS, eta))
    by_margin = np.ravel(f.rk_probs.grad(MARGINS, eta, of="tie").delta)
    with mp.workdps(400):
        e = mpf(eta)
        for i, z in enumerate(map(mpf, MARGINS)):
            tie = (1 - mpmath.exp(-2 * e)) * _sig(e - z) * _sig(e + z)
            _near([wins[i], ties[i], losses[i]], [_sig(z - e), tie, _sig(-z - e)])
            _near([by_margin[i]], [tie * (_sig(-z - e) - _sig(z - e))])


@pytest.mark.parametrize("nu", [1e-300, 1e-8, 0.5, 1.0, 1e8, 1e300])
def test_davidson(nu: float) -> None:
    """A10."""
    each = np.full(len(MARGINS), nu)
    wins, ties, losses = map(np.ravel, f.davidson_probs(MARGINS, each))
    by_margin, by_nu = map(np.ravel, f.davidson_probs.grad(MARGINS, each, of="tie"))
    with mp.workdps(400):
        for i, z in enumerate(map(mpf, MARGINS)):
            total = mpmath.exp(z) + 1 + mpf(nu) * mpmath.exp(z / 2)
            win, tie, lose = mpmath.exp(z) / total, mpf(nu) * mpmath.exp(z / 2) / total, 1 / total
            _near([wins[i], ties[i], losses[i]], [win, tie, lose])
            _near([by_margin[i], by_nu[i]], [-tie * (win - lose) / 2, tie * (1 - tie) / mpf(nu)])


SCORES = [[0.0, 0.0, 0.0], [1.0, -2.0, 0.5, 3.0], [1e4, -1e4, 0.0], [1e-9, 0.0, -1e-9, 1e-9], [700.0, 0.0, -40.0]]


@pytest.mark.parametrize("scores", SCORES, ids=str)
def test_plackett_luce(scores: list[float]) -> None:
    """A7, A8: every order of the first two, and whole orders; value, gradient, second derivatives."""
    size = len(scores)
    for order in [*itertools.islice(itertools.permutations(range(size)), 6), *itertools.permutations(range(size), 2)]:
        value, gradient = f.pl_logprob.value_and_grad(scores, list(order))
        bends = f.pl_logprob.hess(scores, list(order))
        with mp.workdps(400):
            s = [mpf(x) for x in scores]
            exact, slopes, curvature = mpf(0), [mpf(0)] * size, [[mpf(0)] * size for _ in s]
            left = set(range(size))
            for chosen in order:
                total = mpmath.fsum(mpmath.exp(s[j]) for j in left)
                p = {j: mpmath.exp(s[j]) / total for j in left}
                exact += s[chosen] - mpmath.log(total)
                for i in left:
                    slopes[i] += (i == chosen) - p[i]
                    for j in left:
                        curvature[i][j] -= (p[i] if i == j else 0) - p[i] * p[j]
                left.remove(chosen)
            _near(value, [exact])
            _near(gradient.scores, slopes, max(map(abs, slopes)))
            _near(bends, [x for row in curvature for x in row], max(abs(x) for row in curvature for x in row))


def test_a_ranking_of_two_is_bradley_terry_and_the_orders_are_all_there_is() -> None:
    assert f.pl_logprob([0.3, -1.2], [0, 1]) == pytest.approx(f.bt_logprob(0.3, -1.2), rel=1e-15)
    orders = [list(o) for o in itertools.permutations(range(4))]
    assert np.exp(f.pl_logprob(np.array([1.0, -2.0, 0.5, 3.0]), orders)).sum() == pytest.approx(1, rel=1e-14)


@pytest.mark.parametrize("scores", SCORES, ids=str)
def test_the_ranking_loss_is_the_mean_over_pairs(scores: list[float]) -> None:
    """B10."""
    order = list(reversed(range(len(scores))))
    value, gradient = f.rm_loss_ranking.value_and_grad([scores, scores], [order, order])
    pairs = list(itertools.combinations(order, 2))
    with mp.workdps(400):
        s = [mpf(x) for x in scores]
        exact = mpmath.fsum(mpmath.log1p(mpmath.exp(s[b] - s[a])) for a, b in pairs) / len(pairs)
        slopes = [mpf(0)] * len(s)
        for a, b in pairs:
            slopes[a] -= _sig(s[b] - s[a]) / len(pairs) / 2
            slopes[b] += _sig(s[b] - s[a]) / len(pairs) / 2
        _near(value, [exact])
        _near(gradient.scores, slopes * 2, max(map(abs, slopes)))


def test_the_loss_of_a_linear_reward() -> None:
    """B5: value, gradient and Hessian in the weights."""
    rng = np.random.default_rng(5)
    phi, feats = rng.normal(size=3), rng.normal(size=(7, 3)) * 10 ** rng.uniform(-6, 2, (7, 1))
    value, gradient = f.rm_loss_features.value_and_grad(phi, feats)
    bends = f.rm_loss_features.hess(phi, feats)
    with mp.workdps(60):
        z = [mpmath.fsum(mpf(a) * mpf(b) for a, b in zip(phi.tolist(), row, strict=True)) for row in feats.tolist()]
        _near(value, [mpmath.fsum(mpmath.log1p(mpmath.exp(-x)) for x in z) / 7])
        d = [[mpf(x) for x in row] for row in feats.tolist()]
        slopes = [-mpmath.fsum(_sig(-x) * row[i] for x, row in zip(z, d, strict=True)) / 7 for i in range(3)]
        _near(gradient.phi, slopes, max(map(abs, slopes)))
        exact = [
            mpmath.fsum(_sig(x) * _sig(-x) * row[i] * row[j] for x, row in zip(z, d, strict=True)) / 7
            for i in range(3)
            for j in range(3)
        ]
        _near(bends, exact, max(map(abs, exact)))


WINS: list[list[list[float]]] = [
    [[0, 3], [1, 0]],
    [[7, 1e9], [1e-9, 7]],
    [[0, 3, 0], [0, 0, 1e6], [1e-3, 0, 0]],
    [[0, 5, 1, 8], [2, 0, 4, 0], [3, 3, 0, 1], [0, 1, 6, 0]],
]


@pytest.mark.parametrize("wins", WINS, ids=str)
def test_the_likeliest_scores(wins: list[list[float]]) -> None:
    """A11: one step of Newton's method with 60 digits moves them by less than 1e-12."""
    found = f.bt_mle(wins)
    assert found.converged and found.strongly_connected
    size = len(wins)
    with mp.workdps(60):
        s = [mpf(float(x)) for x in found.scores]
        w = [[mpf(x) for x in row] for row in wins]
        pulls, bends = mpmath.matrix(size, 1), mpmath.ones(size)  # a matrix of ones fixes the mean
        for i, j in itertools.permutations(range(size), 2):
            pulls[i] += w[i][j] * _sig(s[j] - s[i]) - w[j][i] * _sig(s[i] - s[j])
            bend = (w[i][j] + w[j][i]) * _sig(s[i] - s[j]) * _sig(s[j] - s[i])
            bends[i, i] += bend
            bends[i, j] -= bend
        step = mpmath.lu_solve(bends, pulls)
        assert max(map(abs, step)) <= 1e-12 * max(map(abs, s))
        assert abs(mpmath.fsum(s)) <= 1e-12


def test_two_contestants_have_the_log_odds_of_their_wins() -> None:
    found = f.bt_mle([[[0, 3], [1, 0]], [[0, 3], [0, 0]]])
    assert found.scores[0] == pytest.approx([np.log(3) / 2, -np.log(3) / 2], rel=1e-15)
    assert np.isnan(found.scores[1]).all()
    assert found.strongly_connected.tolist() == found.converged.tolist() == [True, False]


REFUSED = [
    (lambda: f.pl_logprob([1.0, 2.0], [0, 0]), "pl_logprob: order names a response twice"),
    (lambda: f.pl_logprob([1.0, 2.0], [0, 2]), "pl_logprob: order must lie in [0, 2), not 2"),
    (lambda: f.rm_loss_ranking([1.0, 2.0, 3.0], [0, 1]),
     "rm_loss_ranking: order must rank all responses, at least 2, not 2 of 3"),
    (lambda: f.rm_loss_features([1.0], [[1.0, 2.0]]),
     "rm_loss_features: phi has shape (1,) and delta_feats (1, 2); they must be (d,) and (..., d)"),
    (lambda: f.bt_mle([[0.0, -1.0], [1.0, 0.0]]), "bt_mle: wins must lie in [0, inf), not -1.0"),
    (lambda: f.bt_mle([1.0]), "bt_mle: wins has shape (1,); its last two axes must be K and K"),
    (lambda: f.rm_loss(1.0, 2.0, label_smoothing=1.0), "rm_loss: label_smoothing must lie in [0, 1), not 1.0"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_a_mistake_is_said_in_one_sentence(call: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message

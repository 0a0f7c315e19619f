"""Functions over sequences, groups and vocabularies, against mpmath at 50 digits and the catalogue's figures."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from symrlhf import functions as f
from symrlhf.errors import NotSupported

Exact = Any
INF = float("inf")
HALVES = np.log([0.5, 0.5])


def _rows(*rows: list[float]) -> list[list[Exact]]:
    return [[mpf(x) for x in row] for row in rows]


def _log_softmax(row: list[Exact]) -> list[Exact]:
    total = mpmath.log(mpmath.fsum(mpmath.exp(x) for x in row))
    return [x - total for x in row]


def _near(got: Any, exact: list[Exact] | Exact, bound: float = 1e-12) -> None:
    """Each entry within `bound` of its truth, relative to it or to the largest."""
    flat = [exact] if not isinstance(exact, list) else exact
    values = np.ravel(got)
    assert len(values) == len(flat)
    for value, true in zip(values, flat, strict=True):
        assert abs(mpf(float(value)) - true) <= bound * abs(true) + 1e-15 * max(map(abs, flat)) + 5e-324, (value, true)


# ------------------------------------------------------------------ advantages


def _gae(rewards: list[float], values: list[float], gamma: float, lam: float) -> list[Exact]:
    r, v = _rows(rewards, values)
    v = [*v, mpf(0)]
    delta = [r[t] + mpf(gamma) * v[t + 1] - v[t] for t in range(len(r))]
    return [mpmath.fsum((mpf(gamma) * mpf(lam)) ** (s - t) * delta[s] for s in range(t, len(r))) for t in range(len(r))]


@pytest.mark.parametrize(("gamma", "lam"), [(1.0, 0.95), (0.99, 1.0), (0.9, 0.0), (0.0, 0.5), (1, 1)])
def test_gae_is_the_sum_of_discounted_residuals(gamma: float, lam: float) -> None:
    rng = np.random.default_rng(1)
    rewards, values = rng.normal(size=(2, 40)) * 10, rng.normal(size=(2, 40))
    found = f.gae(rewards, values, gamma=gamma, lam=lam)
    with mp.workdps(50):
        for row in range(2):
            exact = _gae(rewards[row].tolist(), values[row].tolist(), gamma, lam)
            _near(found.advantages[row], exact)
            _near(found.returns[row], [a + mpf(float(v)) for a, v in zip(exact, values[row], strict=True)])


def test_padding_on_either_side_changes_no_advantage() -> None:
    r, v = [1.0, -2.0, 3.0], [0.5, 0.25, -1.0]
    plain = f.gae(r, v).advantages
    for padded in (lambda x: [*x, np.nan, 7.0], lambda x: [np.nan, 7.0, *x]):
        mask = np.isin(padded([1.0, 1.0, 1.0]), [1.0])
        got = f.gae(padded(r), padded(v), mask=mask).advantages
        assert got[mask] == pytest.approx(plain, rel=1e-15)
        assert not got[~mask].any()


GROUPS = [[1.0, 2.0, 3.0, 4.0], [0.1, 0.1, 0.1], [1.0, 0.0, 0.0, 0.0, 1.0], [1e8, 1e8 + 1, 1e8 + 2], [-5.0, 5.0]]
FAR_GROUPS = [[1e200, -1e200, 5e199], [1e308, -7e307, 1e300], [1e-200, -3e-200, 0.0], [5e-324, 0.0, 0.0, 1e-323]]
"""Groups whose squares are beyond the doubles."""


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_group_advantages(group: list[float]) -> None:
    """D7, H1, H3."""
    with mp.workdps(50):
        (r,) = _rows(group)
        n = len(r)
        mean = mpmath.fsum(r) / n
        _near(f.rloo_advantages(group), [x - (mpmath.fsum(r) - x) / (n - 1) for x in r])
        _near(f.grpo_advantages(group, scale="none"), [x - mean for x in r])
        for ddof, eps in ((1, 1e-4), (0, 0.0)):
            std = mpmath.sqrt(mpmath.fsum((x - mean) ** 2 for x in r) / (n - ddof))
            exact = [(x - mean) / (std + mpf(eps)) if std else mpf(0) for x in r]
            _near(f.grpo_advantages(group, ddof=ddof, eps=eps), exact)


@pytest.mark.parametrize("group", FAR_GROUPS, ids=str)
def test_deviations_scale_with_rewards_of_every_size(group: list[float]) -> None:
    """D7: neither an overflow nor an underflow of the squares is seen."""
    with mp.workdps(50):
        (r,) = _rows(group)
        n = len(r)
        above = [x - mpmath.fsum(r) / n for x in r]
        for ddof, eps in ((1, 1e-4), (0, 0.0)):
            std = mpmath.sqrt(mpmath.fsum(x**2 for x in above) / (n - ddof))
            got = f.grpo_advantages(group, ddof=ddof, eps=eps)
            for a, b in zip(got, above, strict=True):
                assert abs(mpf(float(a)) - b / (std + mpf(eps))) <= abs(b / (std + mpf(eps))) * mpf("1e-14") + 5e-324
        std = mpmath.sqrt(mpmath.fsum(x**2 for x in above) / (n - 1))
        for a, b in zip(f.masked_whiten(group, eps=0.0), above, strict=True):
            assert abs(mpf(float(a)) - b / std) <= abs(b / std) * mpf("1e-14")
        least = mpmath.sqrt(std**2 + mpf(1e-8))
        for a, b in zip(f.masked_whiten(group), above, strict=True):
            assert abs(mpf(float(a)) - b / least) <= abs(b / least) * mpf("1e-14") + 5e-324


def test_binary_rewards_have_the_advantages_of_their_share() -> None:
    """H1: +√((1−p)/p) and −√(p/(1−p)) for population deviations."""
    got = f.grpo_advantages([1.0, 0.0, 0.0, 0.0], ddof=0, eps=0)
    assert got == pytest.approx([np.sqrt(3), *[-np.sqrt(1 / 3)] * 3], rel=1e-14)


def test_the_batch_scale_is_the_deviation_of_all_rewards() -> None:
    rewards = np.array([[1.0, 2.0], [4.0, 8.0]])
    got = f.grpo_advantages(rewards, scale="batch", eps=0)
    assert got == pytest.approx((rewards - rewards.mean(axis=1, keepdims=True)) / rewards.std(ddof=1), rel=1e-14)


# ------------------------------------------------------------------ the path of β

REWARDS, REFERENCE = [1.0, 3.0, -2.0, 0.5], [-0.3, 0.4, 1.1, -2.0]
BETAS = [1e-3, 0.05, 0.5, 1.0, 10.0, 1e3, 1e6]


def _tilted(beta: Exact, rewards: list[float], reference: list[float]) -> tuple[list[Exact], list[Exact], list[Exact]]:
    r, z = _rows(rewards, reference)
    log_ref = _log_softmax(z)
    return r, log_ref, _log_softmax([a + x / mpf(beta) for a, x in zip(log_ref, r, strict=True)])


def _moments(beta: Exact, rewards: list[float] = REWARDS, reference: list[float] = REFERENCE) -> list[Exact]:
    r, log_ref, log_p = _tilted(beta, rewards, reference)
    p = [mpmath.exp(x) for x in log_p]
    mean = mpmath.fsum(a * b for a, b in zip(p, r, strict=True))
    kl = mpmath.fsum(a * (b - c) for a, b, c in zip(p, log_p, log_ref, strict=True))
    variance = mpmath.fsum(a * (b - mean) ** 2 for a, b in zip(p, r, strict=True))
    return [mean, kl, mean - mpf(beta) * kl, variance]


def _log_ref() -> np.ndarray:
    with mp.workdps(50):
        return np.array([float(x) for x in _log_softmax(_rows(REFERENCE)[0])])


def test_the_path_of_beta() -> None:
    found = f.kl_path(REWARDS, _log_ref(), BETAS)
    with mp.workdps(80):
        for i, beta in enumerate(BETAS):
            for got, exact in zip(found, _moments(beta), strict=True):
                # The rounded reference row is another reference by some 1e-16.
                assert abs(mpf(float(got[i])) - exact) <= 1e-12 * abs(exact) + 1e-300, beta


def test_worked_example_3_along_the_path() -> None:
    """W3: E r, KL and β log Z to 12 digits."""
    found = f.kl_path([1, 3], HALVES, [0.5, 10])
    assert [f"{x:.12g}" for x in found.mean_reward] == ["2.96402758008", "2.09966799462"]
    assert [f"{x:.12g}" for x in found.kl] == ["0.603052412794", "0.00497511064085"]
    assert [f"{x:.12g}" for x in found.value] == ["2.66250137368", "2.04991688822"]


@pytest.mark.parametrize("share", [1e-12, 1e-6, 0.01, 0.3, 0.9, 0.999])
def test_beta_for_kl_inverts_the_path(share: float) -> None:
    """C21: KL(β) = κ has one solution below log 1/π_ref(best)."""
    limit = -_log_ref()[1]
    kappa = share * limit
    beta = f.beta_for_kl(REWARDS, _log_ref(), kappa)
    with mp.workdps(60):
        assert abs(_moments(float(beta))[1] / mpf(kappa) - 1) <= 1e-12
        slope = -(mpf(float(beta)) ** 3) / _moments(float(beta))[3]
    assert f.beta_for_kl.grad(REWARDS, _log_ref(), kappa).kappa == pytest.approx(float(slope), rel=1e-9)


HARD_PATHS = [
    ([1000.0000000039878, 999.9999999965797, 1000.0000000039878], [-10.323455666098425, -11.6841156808092,
      -4.128085330101783e-05], 1.8741091220343473e-08),
    ([0.0007010973944536724, -2.038999362734183e-06, 0.0007010973944536724], [-1.0927830212495175,
      -1.7664727553639112, -0.7056590337156615], 1.2004677172389695e-06),
    ([0.03968681791471699, -0.020971248166202532], [-0.6547869499884127, -0.7330378204134604], 0.0065),
    ([-2.07, 0.254, 1.18, 1.945], [-452.27, -364.93, -684.8, 0.0], 5.0),
    ([3.0004494034782105, 2.9998934752096886], [0.0, -167.05675279113], 1.5e-4),
]  # fmt: skip
"""Rewards, reference and β: nearly certain optima, whose variance and whose bound of κ − KL cancel."""


@pytest.mark.parametrize(("r", "log_ref", "beta"), HARD_PATHS)
def test_the_path_keeps_its_digits_where_one_response_is_nearly_certain(
    r: list[float], log_ref: list[float], beta: float
) -> None:
    with mp.workdps(400):
        found, exact = f.kl_path(r, log_ref, beta), _moments(beta, r, log_ref)
        for got, true in zip(found, exact, strict=True):
            assert abs(mpf(float(got)) - true) <= 1e-12 * abs(true), (got, float(true))
        kappa, x = float(exact[1]), mpf(beta)
        if exact[3] < kappa * beta**2 * 1e-6:
            return  # κ as a double tells β only so far
        for _ in range(60):
            moments = _moments(x, r, log_ref)
            x += (moments[1] - mpf(kappa)) * x**3 / moments[3]
        value, gradient = f.beta_for_kl.value_and_grad(r, log_ref, kappa)
        assert abs(mpf(float(value)) - x) <= 1e-12 * x
        slope = -(x**3) / _moments(x, r, log_ref)[3]
        assert abs(mpf(float(gradient.kappa)) - slope) <= 1e-12 * abs(slope)


@pytest.mark.parametrize("kappa", [0.0, -1.0, 0.7, 5.0])
def test_beta_for_kl_refuses_what_no_tilting_reaches(kappa: float) -> None:
    with pytest.raises(ValueError, match=r"beta_for_kl: kappa must lie in \(0, 0.693147\), which tilting reaches"):
        f.beta_for_kl([1, 3], HALVES, kappa)


@pytest.mark.parametrize("beta", [0.05, 0.5, 10.0])
def test_the_jacobian_of_the_policy(beta: float) -> None:
    """C16, also where a probability is near 1."""
    got = f.policy_jacobian(REWARDS, _log_ref(), beta)
    with mp.workdps(80):
        p = [mpmath.exp(x) for x in _tilted(beta, REWARDS, REFERENCE)[2]]
        for i in range(4):
            for j in range(4):
                own = mpmath.fsum(x for k, x in enumerate(p) if k != i) if i == j else -p[j]
                exact = p[i] * own / mpf(beta)
                assert abs(mpf(float(got[i, j])) - exact) <= 1e-12 * abs(exact)


# ------------------------------------------------------------------ vocabularies

LOGITS = [[0.3, -1.2, 2.0], [50.0, 0.0, -700.0], [0.0, 0.0, 0.0], [1e4, 0.0, -1e4]]


def test_cross_entropy_and_its_gradient() -> None:
    """J1: p − e_k; near certainty −(1 − p_k) keeps its digits."""
    for ids in ([2, 0, 1, 0], [1, 1, 1, 1]):
        value, gradient = f.ce_loss.value_and_grad(LOGITS, ids, reduction="none")
        with mp.workdps(9000):
            for row, k, got, slopes in zip(LOGITS, ids, value, gradient.logits, strict=True):
                logs = _log_softmax(_rows(row)[0])
                _near(got, -logs[k])
                p = [mpmath.exp(x) for x in logs]
                exact = [x - (i == k) for i, x in enumerate(p)]
                for a, b in zip(slopes, exact, strict=True):
                    assert abs(mpf(float(a)) - b) <= 1e-12 * abs(b) + 1e-300


def test_smoothing_temperature_masks_and_soft_targets_of_the_cross_entropy() -> None:
    logits, ids, eps, tau = np.array(LOGITS[:1] * 2), np.array([2, 99]), 0.1, 2.0
    q = np.array([[eps / 3, eps / 3, 1 - eps + eps / 3]] * 2)
    mask = [1, 0]
    with mp.workdps(50):
        logs = _log_softmax([mpf(x) / 2 for x in LOGITS[0]])
        exact = -mpmath.fsum(mpf(float(a)) * b for a, b in zip(q[0], logs, strict=True))
    options = {"tau": tau, "mask": mask}
    assert f.ce_loss(logits, ids, label_smoothing=eps, **options) == pytest.approx(float(exact), rel=1e-14)
    assert f.ce_loss(logits, q, **options) == pytest.approx(float(exact), rel=1e-14)
    hard = f.ce_loss.grad(logits, ids, label_smoothing=eps, **options).logits
    soft = f.ce_loss.grad(logits, q, **options).logits
    assert hard == pytest.approx(soft, rel=1e-12)
    assert not hard[1].any()


@pytest.mark.parametrize("tau", [0.07, 0.3, 3.0])
def test_a_temperature_costs_no_digits_of_far_logits(tau: float) -> None:
    logits = [9999.9, 9999.7, 9998.1, -3.0]
    value, gradient = f.ce_loss.value_and_grad(logits, 0, tau=tau)
    with mp.workdps(400):
        logs = _log_softmax([mpf(x) / mpf(tau) for x in logits])
        assert abs(mpf(float(value)) + logs[0]) <= 1e-12 * abs(logs[0])
        exact = [(mpmath.exp(x) - (i == 0)) / mpf(tau) for i, x in enumerate(logs)]
        for got, true in zip(gradient.logits, exact, strict=True):
            assert abs(mpf(float(got)) - true) <= 1e-12 * abs(true) + 1e-322


def test_sequence_log_probabilities() -> None:
    """C19: the sum over the tokens that count."""
    ids, mask = [2, 0, 1, 0], [1, 1, 0, 1]
    value, gradient = f.seq_logprob.value_and_grad(LOGITS, ids, mask)
    with mp.workdps(50):
        exact = mpmath.fsum(_log_softmax(_rows(row)[0])[k] for row, k, m in zip(LOGITS, ids, mask, strict=True) if m)
    assert value == pytest.approx(float(exact), rel=1e-15)
    assert gradient.logits == pytest.approx(-f.ce_loss.grad(LOGITS, ids, mask=mask, reduction="sum").logits)


def test_token_divergences() -> None:
    other = [[0.1, 0.2, 0.3], [0.0, 1.0, 2.0], [0.0, 0.0, 1e-9], [0.0, 0.0, 0.0]]
    value, gradient = f.token_kl.value_and_grad(LOGITS, other, [1, 1, 1, 0])
    with mp.workdps(400):
        for t in range(3):
            p, q = (_log_softmax(_rows(row)[0]) for row in (LOGITS[t], other[t]))
            kl = mpmath.fsum(mpmath.exp(a) * (a - b) for a, b in zip(p, q, strict=True))
            assert abs(mpf(float(value[t])) - kl) <= 1e-12 * kl
    assert value[3] == 0 and not gradient.logits[3].any()
    for kind, name in (("reverse", "logits"), ("k2", "logits")):
        assert f.kl_grad_softmax(LOGITS[:3], other[:3], kind) == pytest.approx(getattr(gradient, name)[:3])
    p, q = (np.exp(f.kl_optimal_policy_from_logits(np.zeros(3), row, 1.0).log_probs) for row in (LOGITS[0], other[0]))
    assert f.kl_grad_softmax(LOGITS[0], other[0], "k3") == pytest.approx(p - q, rel=1e-12)
    assert not f.kl_grad_softmax(LOGITS[0], other[0], "k1").any()


def test_the_policy_gradient_of_a_softmax() -> None:
    got = f.reinforce_grad_softmax(LOGITS[0], [1.0, 2.0, 4.0])
    with mp.workdps(50):
        p = [mpmath.exp(x) for x in _log_softmax(_rows(LOGITS[0])[0])]
        mean = p[0] + 2 * p[1] + 4 * p[2]
        _near(got, [a * (b - mean) for a, b in zip(p, (1, 2, 4), strict=True)])


# ------------------------------------------------------------------ tokens


def test_the_rewards_of_tokens() -> None:
    """D16: a penalty for each, the reward at the last token that counts."""
    got = f.kl_shaped_rewards([[0.1, 0.2, np.nan]], [2.0], beta=0.5, mask=[[1, 1, 0]])
    assert got == pytest.approx(np.array([[-0.05, 1.9, 0]]))


def test_whitening_leaves_mean_0_and_variance_1() -> None:
    x, mask = np.array([[1.0, 2.0, np.nan], [4.0, 8.0, 16.0]]), np.array([[1, 1, 0], [1, 1, 1]])
    got = f.masked_whiten(x, mask, eps=0.0)
    counted = got[mask == 1]
    assert (counted.mean(), counted.var(ddof=1)) == (pytest.approx(0, abs=1e-15), pytest.approx(1, rel=1e-14))
    assert got[0, 2] == 0
    assert not f.masked_whiten([0.1, 0.1, 0.1]).any()


MODES = [("token-mean", 10 / 4), ("sequence-mean", (2 + 4) / 2), ("sequence-sum", 10 / 2), ("constant", 10 / 16)]


@pytest.mark.parametrize(("mode", "expected"), MODES)
def test_aggregation(mode: str, expected: float) -> None:
    """H4."""
    loss, mask = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 5.0]]), np.array([[1, 1, 1], [1, 0, 0]])
    value, gradient = f.aggregate_loss.value_and_grad(loss, mask, mode, 8)
    assert value == pytest.approx(expected)
    assert np.sum(gradient.loss * np.where(mask, loss, 0)) == pytest.approx(expected)


# ------------------------------------------------------------------ best of n


@pytest.mark.parametrize("n", [1, 2, 4, 1000])
def test_the_best_of_n(n: int) -> None:
    """I1–I3, by F(y)ⁿ − F(y−)ⁿ."""
    probs, reward = [0.2, 0.3, 0.1, 0.4], [3.0, 1.0, 1.0, 2.0]
    order = [1, 2, 3, 0]  # equal rewards: by their index
    with mp.workdps(200):
        below = mpf(0)
        exact, win, kl = [mpf(0)] * 4, mpf(0), mpf(0)
        total = mpmath.fsum(map(mpf, probs))
        for i in order:
            p = mpf(probs[i]) / total
            exact[i] = (below + p) ** n - below**n
            win += exact[i] * (below + p / 2)
            kl += exact[i] * mpmath.log(exact[i] / p)
            below += p
        _near(f.bon_pmf(probs, reward, n), exact)
        _near(f.bon_winrate(probs, reward, n), win)
        assert abs(mpf(float(f.bon_kl(probs, reward, n))) - kl) <= 1e-12
    assert f.bon_kl(probs, reward, n) <= np.log(n) - (n - 1) / n + 1e-12


def test_a_term_of_an_entropy() -> None:
    x, y = [0.0, 0.0, 2.0, -1.0, 0.5, 0.0, np.nan], [0.0, 3.0, 0.0, 5e-324, 1 + 2**-52, np.nan, 1.0]
    got, slopes = f.xlogy.value_and_grad(x, y)
    assert got[:3].tolist() == [0, 0, -np.inf] and np.isnan(got[5:]).all()
    with mp.workdps(60):
        for i in (3, 4):
            exact = mpf(x[i]) * mpmath.log(mpf(y[i]))
            assert abs(mpf(float(got[i])) - exact) <= 1e-15 * abs(exact)
    assert slopes.x[1] == pytest.approx(np.log(3)) and slopes.y[4] == pytest.approx(0.5)
    assert f.xlogy(0, 0) == 0 and np.ndim(f.xlogy(2.0, 3.0)) == 0
    with pytest.raises(ValueError, match="xlogy: y must lie in"):
        f.xlogy(1, -1)


def test_what_is_not_known_of_one_response_is_not_known_of_the_best() -> None:
    for probs, reward in (([0.5, np.nan], [1.0, 2.0]), ([0.5, 0.5], [np.nan, 2.0])):
        for function in (f.bon_pmf, f.bon_kl, f.bon_winrate):
            assert np.isnan(function(probs, reward, 4)).all()
    assert np.isnan(f.gmpo_ratio([0.1, 0.2], np.nan))


def test_the_best_of_a_million_asks_for_what_lies_above() -> None:
    """F(y)ⁿ with F = 1 − 1e-6 and n = 10⁶: rounded to a double, F would cost six digits."""
    probs, n = [0.3, 0.7 - 1e-6, 1e-6], 10**6
    with mp.workdps(60):
        p = [mpf(x) for x in probs]
        total = mpmath.fsum(p)
        below = (1 - p[2] / total) ** n
        _near(f.bon_pmf(probs, [1.0, 2.0, 3.0], n)[1:], [below, 1 - below])


def test_the_best_of_one_is_a_sample() -> None:
    probs = [0.3, 0.0, 0.45, 0.25]
    assert f.bon_pmf(probs, [2.0, 3.0, 1.0, 4.0], 1).tolist() == probs
    assert f.bon_kl(probs, [2.0, 3.0, 1.0, 4.0], 1) == 0


def test_beta_for_kl_of_nan_is_nan() -> None:
    rewards = np.array([[1.0, np.nan], [1.0, 2.0]])
    got = f.beta_for_kl(rewards, np.log([0.5, 0.5]), 0.1)
    assert np.isnan(got[0])
    assert got[1] == pytest.approx(f.beta_for_kl(rewards[1], np.log([0.5, 0.5]), 0.1), rel=1e-14)


# ------------------------------------------------------------------ what is refused

REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: f.gae([1.0, 2.0], [1.0]), ValueError,
     "gae: the shapes must be the same, but rewards has shape (2,), values has shape (1,)"),
    (lambda: f.gae([1.0], [1.0], gamma=1.5), ValueError, "gae: gamma must lie in [0, 1], not 1.5"),
    (lambda: f.gae([1.0], [1.0], mask=[2]), ValueError, "gae: mask must lie in {0, 1}, not 2.0"),
    (lambda: f.named("gae")([1.0]), TypeError, "gae: missing a required argument: 'values'"),
    (lambda: f.rloo_advantages([1.0]), ValueError, "rloo_advantages: there must be at least 2 responses, not 1"),
    (lambda: f.grpo_advantages([1.0]), ValueError, "grpo_advantages: ddof=1 needs more than 1 responses, not 1"),
    (lambda: f.grpo_advantages([1.0, 2.0], scale="std"), ValueError,
     "grpo_advantages: scale must be 'group', 'batch' or 'none', not 'std'"),
    (lambda: f.kl_path(REWARDS, [0.0] * 4, [1.0, 0.0]), ValueError, "kl_path: betas must lie in (0, inf], not 0.0"),
    (lambda: f.js_divergence([0.0], [0.0], beta=2), ValueError, "js_divergence: beta must lie in (0, 1), not 2.0"),
    (lambda: f.ce_loss([[1.0, 2.0]], [2]), ValueError, "ce_loss: target must lie in [0, 2), not 2"),
    (lambda: f.ce_loss([[1.0, 2.0]], [[0.5, 0.4]]), ValueError,
     "ce_loss: the probabilities of target sum to 0.9, not to 1"),
    (lambda: f.seq_logprob([[1.0, 2.0]], [0.5]), TypeError, "seq_logprob: ids must hold integers, not float64"),
    (lambda: f.named("bon_pmf")([0.5, 0.5], [1.0, 2.0], 1.5), ValueError, "bon_pmf: n must be an integer, not 1.5"),
    (lambda: f.aggregate_loss([[1.0]], mode="constant"), ValueError,
     "aggregate_loss: mode 'constant' needs max_length"),
    (lambda: f.gae.grad([1.0], [1.0]), NotSupported, "gae has no gradient: it is not differentiated through"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), REFUSED, ids=[r[-1][:50] for r in REFUSED])
def test_a_mistake_is_said_in_one_sentence(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == message


DRIVEN = [n for n in f.names() if type(f.named(n)).__name__ == "DrivenFunction"]


@pytest.mark.parametrize("name", DRIVEN)
def test_a_driven_function_documents_itself(name: str) -> None:
    doc = f.named(name).__doc__
    for part in ("Theorem: ", "Source: ", "Accuracy: sampled", "(..."):
        assert part in doc
    assert f.named(name).source

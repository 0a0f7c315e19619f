"""Every true claim of the measured set is proven, every false one refuted at a point that mpmath confirms."""

from __future__ import annotations

import pytest
from claims import CLAIMS, SETTING, Claim
from random_claims import fails_at

from symrlhf.kernel.cross import cross_check
from symrlhf.kernel.decide import Proved, Refuted
from symrlhf.kernel.statement import Statement


def _id(claim: Claim) -> str:
    return f"{claim.group}: {claim.name}"


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.true], ids=_id)
def test_a_true_claim_is_proven(claim: Claim) -> None:
    verdict = cross_check(claim.relation, SETTING)
    assert isinstance(verdict, Proved), verdict


@pytest.mark.parametrize("claim", [c for c in CLAIMS if not c.true], ids=_id)
def test_a_false_claim_is_refuted_at_a_point_where_it_fails(claim: Claim) -> None:
    verdict = cross_check(claim.relation, SETTING)
    assert isinstance(verdict, Refuted), verdict
    assert fails_at(Statement.of(claim.relation), verdict.point), verdict.point


def test_the_set_is_whole() -> None:
    assert (sum(c.true for c in CLAIMS), sum(not c.true for c in CLAIMS)) == (105, 83)
    assert len({c.name for c in CLAIMS}) == len(CLAIMS)

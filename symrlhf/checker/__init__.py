"""Hand algebra, step by step: each one proven, refuted with a counterexample and the likely slip, or undecided."""

from symrlhf.checker.documents import check as check
from symrlhf.checker.report import Report as Report
from symrlhf.checker.report import Step as Step

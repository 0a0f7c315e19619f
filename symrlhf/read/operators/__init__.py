"""What operators and named functions apply to: Σ, Π, E, D_KL, H, max, lim, ∂, ∇, log, and how each is written.

One row per notation in `table`: the name it is called by, and the function that reads what stands around it.
"""

from symrlhf.read.operators.big import integers_of, parts_of
from symrlhf.read.operators.means import law_of, meet_draws
from symrlhf.read.operators.table import operator_at

__all__ = ["integers_of", "law_of", "meet_draws", "operator_at", "parts_of"]

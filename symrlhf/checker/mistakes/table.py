"""The mistakes in the order in which they are tried.

What says most about the mistake comes first, what can mend nearly anything last.
"""

from __future__ import annotations

from symrlhf.checker.mistakes import bounds, counts, derivatives, factors, logarithms, names, signs, terms
from symrlhf.checker.mistakes.line import Mistake, at_places, if_about

MISTAKES: tuple[Mistake, ...] = (
    Mistake("jensen", bounds.jensen),
    Mistake("inequality-direction", bounds.direction),
    Mistake("clip-bound", if_about("clip", "min", "max")(bounds.clip_bounds)),
    Mistake("min-max", at_places(bounds.min_max)),
    Mistake("min-max", bounds.dropped_extremum),
    Mistake("loss-claim", bounds.on_one_side),
    Mistake("swapped-responses", names.swapped_responses),
    Mistake("swapped-policies", names.swapped_policies),
    Mistake("sigma-arg", at_places(signs.sigmoid_argument)),
    Mistake("loss-claim", names.other_objective),
    Mistake("ratio-inverted", signs.inverted_in_log),
    Mistake("sign", signs.whole_sign),
    Mistake("wrong-limit", counts.limit),
    Mistake("sign", at_places(signs.term_sign)),
    Mistake("ratio-inverted", at_places(signs.inverted)),
    Mistake("ratio-inverted", signs.reciprocal),
    Mistake("lost-one", derivatives.lost_one),
    Mistake("swapped-responses", names.swapped_scores),
    Mistake("log-split", at_places(logarithms.log_split)),
    Mistake("wrong-normaliser", logarithms.normalisers),
    Mistake("lost-beta", factors.lost(factors.temperatures, (1, -1, 2, -2))),
    Mistake("lost-beta", factors.lost_exponent),
    Mistake("off-by-one", counts.off_by_one),
    Mistake("detached", if_about("diff")(derivatives.detached)),
    Mistake("missing-term", derivatives.lost_slopes),
    Mistake("missing-term", at_places(terms.complements)),
    Mistake("chain-rule", derivatives.chain_rule),
    Mistake("factor", factors.lost(factors.small_numbers, (1, -1))),
    Mistake("factor", counts.coefficients),
    Mistake("chain-rule", at_places(derivatives.scores)),
    Mistake("chain-rule", derivatives.lost_bodies),
    Mistake("factor", factors.lost(factors.symbols_of, (1, -1))),
    Mistake("factor", factors.lost(factors.small_sums, (1, -1))),
    Mistake("sign", at_places(signs.absolute)),
    Mistake("sign", signs.left_sign),
    Mistake("missing-term", terms.one),
    Mistake("missing-term", at_places(terms.dropped)),
    Mistake("biased-estimator", names.other_law),
    Mistake("wrong-variable", names.wrong_variable),
    Mistake("missing-term", terms.added),
)
"""Tried in this order: a new mistake is a new row."""

"""The lab: RLHF from demonstrations to PPO and DPO in a world small enough to enumerate.

Every loss, gradient, advantage and optimum comes from `symrlhf.functions`; what is written here moves them about: a
world, an optimiser, loops, and charts. A batch is a table of weights over everything that can happen: the law itself
(exact mode), or the counts of a sample (sampled mode); nothing else tells the modes apart.
"""

from symrlhf.lab.experiment import Experiment, run
from symrlhf.lab.pictures import charts
from symrlhf.lab.report import as_dict, text
from symrlhf.lab.settings import Settings
from symrlhf.lab.write_svg import svg
from symrlhf.lab.write_text import terminal

__all__ = ["Experiment", "Settings", "as_dict", "charts", "run", "svg", "terminal", "text"]

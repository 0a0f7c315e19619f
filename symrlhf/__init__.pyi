# Written by pytest --update-golden from the table in __init__.py.
# ruff: noqa: I001

from symrlhf import functions as functions
from symrlhf import steps as steps
from symrlhf.errors import IllFormed as IllFormed
from symrlhf.errors import InconsistentHypotheses as InconsistentHypotheses
from symrlhf.errors import NotSupported as NotSupported
from symrlhf.errors import RuleViolation as RuleViolation
from symrlhf.errors import StepError as StepError
from symrlhf.errors import StepNotByMove as StepNotByMove
from symrlhf.errors import StepRefuted as StepRefuted
from symrlhf.errors import StepUndecided as StepUndecided
from symrlhf.errors import SymrlhfError as SymrlhfError
from symrlhf.term import Abs as Abs
from symrlhf.term import Approx as Approx
from symrlhf.term import Eq as Eq
from symrlhf.term import Ge as Ge
from symrlhf.term import Gt as Gt
from symrlhf.term import Iff as Iff
from symrlhf.term import Implies as Implies
from symrlhf.term import Le as Le
from symrlhf.term import Lt as Lt
from symrlhf.term import Max as Max
from symrlhf.term import MaxOver as MaxOver
from symrlhf.term import Min as Min
from symrlhf.term import MinOver as MinOver
from symrlhf.term import Order as Order
from symrlhf.term import Prod as Prod
from symrlhf.term import Rational as Rational
from symrlhf.term import Sum as Sum
from symrlhf.term import Sym as Sym
from symrlhf.term import Term as Term
from symrlhf.term import argmax as argmax
from symrlhf.term import clip as clip
from symrlhf.term import delta as delta
from symrlhf.term import diff as diff
from symrlhf.term import exp as exp
from symrlhf.term import expansion as expansion
from symrlhf.term import integral as integral
from symrlhf.term import limit as limit
from symrlhf.term import log as log
from symrlhf.term import log_gap as log_gap
from symrlhf.term import oo as oo
from symrlhf.term import sigmoid as sigmoid
from symrlhf.term import sign as sign
from symrlhf.term import softplus as softplus
from symrlhf.term import sqrt as sqrt
from symrlhf.term import stop_gradient as stop_gradient
from symrlhf.term import tanh as tanh
from symrlhf.setting import Data as Data
from symrlhf.setting import DependsOn as DependsOn
from symrlhf.setting import E as E
from symrlhf.setting import Group as Group
from symrlhf.setting import H as H
from symrlhf.setting import Integer as Integer
from symrlhf.setting import KL as KL
from symrlhf.setting import Parameter as Parameter
from symrlhf.setting import Policy as Policy
from symrlhf.setting import Positive as Positive
from symrlhf.setting import PositiveInteger as PositiveInteger
from symrlhf.setting import Prompt as Prompt
from symrlhf.setting import Real as Real
from symrlhf.setting import Response as Response
from symrlhf.setting import Reward as Reward
from symrlhf.setting import Setting as Setting
from symrlhf.setting import cross_entropy as cross_entropy
from symrlhf.kernel.theorem import Theorem as Theorem
from symrlhf.authoring import Derivation as Derivation
from symrlhf.authoring import Lines as Lines
from symrlhf.authoring import by as by
from symrlhf.authoring import derivation as derivation
from symrlhf.authoring import given as given
from symrlhf.authoring import let as let
from symrlhf.authoring import nonnegative as nonnegative
from symrlhf.authoring import start as start
from symrlhf.library import catalogue as catalogue
from symrlhf.library import load as load
from symrlhf.read.sympy import from_sympy as from_sympy
from symrlhf.checker import check as check
from symrlhf.compile import choice as choice
from symrlhf.compile import driven as driven
from symrlhf.compile import numeric as numeric

__version__: str
__all__: list[str]
PUBLIC: dict[str, list[str]]
PUBLIC_MODULES: list[str]

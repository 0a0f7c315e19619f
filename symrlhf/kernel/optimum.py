"""argmax f = argmax g: objectives that order all values of a variable alike have the same maximisers."""

from __future__ import annotations

from dataclasses import replace

from symrlhf.errors import NotSupported, RuleViolation, StepUndecided
from symrlhf.kernel import poly
from symrlhf.kernel.derive import resolve
from symrlhf.kernel.field import Nowhere, Quotient
from symrlhf.kernel.instance import unused
from symrlhf.kernel.normal import NormalForm
from symrlhf.kernel.obligations import obligations
from symrlhf.kernel.signs import Signs
from symrlhf.kernel.statement import Statement
from symrlhf.kernel.theorem import Conclusion, Parts, rule
from symrlhf.setting import Setting
from symrlhf.term import App, Argmax, Lam, Rel, Sym, Term, exp


@rule
def same_argmax(setting: Setting, relation: Rel) -> Conclusion:
    """argmax f = argmax g, because g(v) − g(v') is f(v) − f(v') times something positive, for all values v and v'.

    f or g may stand in an exponent: e^f grows with f.
    """
    f, g = relation.children
    if relation.op != "=" or not isinstance(f, Argmax) or not isinstance(g, Argmax) or f.var != g.var:
        raise RuleViolation(f"{relation} does not compare the maximisers of two objectives over one variable")
    two = _Copies(setting, f.var, relation)
    pairs = ((f.body, g.body), (exp(f.body), g.body), (f.body, exp(g.body)))
    if not any(two.ordered_alike(a, b) for a, b in pairs):
        raise StepUndecided("the objectives are not known to order all values of the variable alike")
    return Conclusion(Parts(setting), Statement.of(relation))


class _Copies:
    """A variable v and another value v' of it, everything else held."""

    def __init__(self, setting: Setting, var: Sym, relation: Rel):
        if setting.definition(var.name) is not None:
            raise RuleViolation(f"{var.name} is defined: it has one value")
        if setting.declaration(var.name).values:
            raise RuleViolation(f"{var.name} is declared to have few values: it is not maximised over")
        self.name, self.var = var.name, var
        self.other = unused(var.name + "'", setting.names | relation.names)
        self.setting = setting.declare(replace(setting.declaration(var.name), name=self.other))

    def ordered_alike(self, f: Term, g: Term) -> bool:
        nf = NormalForm(self.setting)
        try:
            df, dg = self._change(nf, f), self._change(nf, g)
            if df.is_zero or dg.is_zero:
                return df.is_zero and dg.is_zero
            return _is_positive_everywhere(nf, nf.mul(dg, nf.inverse(df)))
        except (Nowhere, NotSupported, poly.OutOfFuel):
            return False

    def _change(self, nf: NormalForm, f: Term) -> Quotient:
        """f(v) − f(v')."""
        term = resolve(self.setting.expand(f), self.setting)
        self._insist_on_free_choice(term)
        return nf.of(term - self._moved(term))

    def _insist_on_free_choice(self, term: Term) -> None:
        """Everything has a meaning for every value, and nothing else varies with the variable."""
        if varying := sorted(n for n in term.names - {self.name} if self.name in self.setting.depends(n)):
            raise RuleViolation(f"{varying[0]} varies with {self.name}")
        signs = Signs(self.setting)
        if open_ones := [o for o in obligations(term, self.setting) if not signs.holds(o)]:
            raise RuleViolation(f"{open_ones[0]} is not known for every value of {self.name}")

    def _moved(self, term: Term) -> Term:
        term = term.substitute({self.var: Sym(self.other, self.var.sort)})
        entry = next((t for t in term.subterms() if isinstance(t, App) and t.name == self.name), None)
        if entry is None:
            return term
        parameters = tuple(Sym(f"\2{i}", a.sort) for i, a in enumerate(entry.args))
        moved = App(self.other, parameters, entry.given, entry.sort)
        return term.substitute_functions({self.name: Lam(parameters, moved)})


def _is_positive_everywhere(nf: NormalForm, q: Quotient) -> bool:
    """Whether q is defined and positive at every point: 1/c² is positive where c ≠ 0 only."""
    factors = (p for part in q for p, _ in poly.factor(part)[1])
    return nf.sign(q) == (1, True) and all((sign := nf.poly_sign(p)) is not None and sign[1] for p in factors)

"""Python-like text as Terms: `ast.parse` reads it, one row per kind of node translates it, nothing is evaluated.

An expression is written with + − * / **, the functions of the notation table, and the operators of RLHF:
`Sum(y, f)`, `E(pi, r)`, `KL(pi, pi_ref)`, `H(pi)`, `diff(f, z)`, `limit(f, z, oo)`, `integral(f, u, 0, 1)`, `pi(y)`,
`pi(y | x)`, `r(x, y)`.
What its names stand for is a `Vocabulary`; a name it does not know is a real number, a function it does not know is
an error.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable

from symrlhf.errors import Unreadable, unknown_name
from symrlhf.notation import FUNCTIONS, SIGNS
from symrlhf.read.numbers import MAX_DERIVATIVES, MAX_DIGITS, MAX_EXPONENT, decimal, magnitude
from symrlhf.read.vocabulary import Vocabulary
from symrlhf.setting import (
    KL,
    E,
    Family,
    H,
    Policy,
    Reward,
    cross_entropy,
)
from symrlhf.term import (
    PROMPTS,
    RESPONSES,
    App,
    Fun,
    IndexSet,
    Lam,
    MaxOver,
    MinOver,
    Pow,
    Prod,
    Side,
    Sum,
    Sym,
    Term,
    as_term,
    diff,
    integral,
    limit,
    oo,
)

MAX_LENGTH = 10_000
MAX_DEPTH = 60


# ------------------------------------------------------------------ entry


def read_expression(text: str, words: Vocabulary | None = None) -> Term:
    """The term that Python-like text stands for; raises `Unreadable` with the place."""
    if len(text) > MAX_LENGTH:
        raise Unreadable(f"a formula of {len(text)} characters; the longest that is read has {MAX_LENGTH}", 1, 1)
    return _Reader(text, words or Vocabulary.built_in()).read()


SAME: dict[str, str] = {"−": "-", "·": "*", "×": "*"}
"""Signs of print that stand for a Python operator, character by character."""

_PRINTED = str.maketrans(SAME)

SLIPS: tuple[tuple[str, str], ...] = (
    (r"\blambda\b(?!\s*\w+\s*:)", "lambda is a word of Python: write lam"),
    (r"\d\s*[A-Za-z(]|\)\s*[\w(]", "a product needs its sign: 2*x, not 2x"),
    (r"\|", "write abs(x) for the absolute value, and | only in pi(y | x)"),
    (r"\\|\$|[{}]", "this is LaTeX, not Python-like text"),
    (r"!", "the factorial has no reading here"),
    (r"[^\x00-\x7f]", "write Python's own signs, such as * and **, and spell out letters: beta, pi_ref"),
)
"""What stands in text that Python cannot parse -> what to do about it; the first that fits is said."""


class _Reader:
    """One expression being read."""

    def __init__(self, text: str, words: Vocabulary):
        self.source, self.text, self.words = text, text.translate(_PRINTED), words
        self.lines = self.text.splitlines() or [""]
        self.scope: dict[str, Sym] = {}
        """The letters bound around the place being read."""

    def read(self) -> Term:
        stripped = self.text.strip()
        if not stripped:
            raise Unreadable("expected an expression", 1, 1, self.source)
        try:
            with warnings.catch_warnings():
                # Python's remarks on style (`1if`, an odd escape) are not the reader's business.
                warnings.simplefilter("ignore")
                tree = ast.parse(self.text.lstrip(" \t"), mode="eval")
        except SyntaxError as error:
            raise self._syntax(error) from None
        except (RecursionError, MemoryError, ValueError):
            raise Unreadable("nested too deeply, or too long", 1, 1) from None
        self.indent = len(self.text) - len(self.text.lstrip(" \t"))
        return self.term(tree.body, 0)

    # ---- places

    def _syntax(self, error: SyntaxError) -> Unreadable:
        line = min(max(error.lineno or 1, 1), len(self.lines))
        indent = len(self.text) - len(self.text.lstrip(" \t")) if line == 1 else 0
        column = min(max(error.offset or 1, 1) + indent, len(self.lines[line - 1]) + 1)
        # A tab or a bracket that never closes is seen at the end; what Python marks is the best place there is.
        if "digits" in (error.msg or ""):
            return self._at(line, column, f"a number of more than {MAX_DIGITS} digits")
        if "nested" in (error.msg or ""):
            return self._at(line, column, f"nested more than {MAX_DEPTH} deep")
        said = next((say for pattern, say in SLIPS if re.search(pattern, self.text)), "")
        said = said or "an operator or a bracket is missing or too many"
        return self._at(line, column, f"expected an expression; {said}")

    def _at(self, line: int, column: int, message: str) -> Unreadable:
        shown = self.source.splitlines()[line - 1]
        return Unreadable(message, line, column, shown if len(shown) < 200 else "")

    def error(self, node: ast.AST, message: str) -> Unreadable:
        line: int = getattr(node, "lineno", 1)
        offset: int = getattr(node, "col_offset", 0)
        start = self.indent if line == 1 else 0
        # Python counts bytes.
        column = len(self.lines[line - 1][start:].encode()[:offset].decode(errors="ignore"))
        return self._at(line, start + column + 1, message)

    # ---- nodes

    def term(self, node: ast.expr, depth: int) -> Term:
        if depth > MAX_DEPTH:
            raise self.error(node, f"nested more than {MAX_DEPTH} deep")
        row = _NODES.get(type(node))
        if row is None:
            raise self.error(node, f"{_describe(node)} is not mathematics as it is read here")
        return row(self, node, depth + 1)

    def index(self, node: ast.expr) -> Sym:
        """A name in the place of a response or prompt."""
        if not isinstance(node, ast.Name):
            raise self.error(node, "expected a response or a prompt, such as y, y_w or x")
        name = ascii_name(node.id)
        if name in self.scope:
            return self.scope[name]
        meant = self.words.handles.get(name)
        if isinstance(meant, Sym) and isinstance(meant.sort, IndexSet):
            return meant
        if meant is None and name == "x":
            return Sym("x", PROMPTS, fixed=True)
        raise self.error(node, f"{name} is not a response: declare it, # symrlhf: index {name}, or element {name}")

    def bound(self, node: ast.expr) -> Sym:
        """The letter that an operator binds: a declared index, or any letter, then an index of the responses."""
        if not isinstance(node, ast.Name):
            raise self.error(node, "expected the index to sum over, such as y")
        name = ascii_name(node.id)
        meant = self.words.handles.get(name)
        if isinstance(meant, Sym) and isinstance(meant.sort, IndexSet) and not meant.fixed:
            return meant
        if meant is not None:
            raise self.error(node, f"{name} has a fixed meaning here: sum over an index such as y")
        return Sym(name, RESPONSES)

    def under(self, index: Sym, node: ast.expr, depth: int) -> Term:
        """A term in which a letter is bound."""
        outer = self.scope
        self.scope = {**outer, index.name: index}
        try:
            return self.of_response(node, depth)
        finally:
            self.scope = outer

    def of_response(self, node: ast.expr, depth: int) -> Term:
        """A term that may vary with a response: there, a reward that stands alone is a slip, not a number."""
        body = self.term(node, depth)
        for name in sorted(s.name for s in body.symbols):
            if isinstance(self.words.handles.get(name), Reward):
                raise self.error(node, f"{name} is a reward: write {name}(y), or declare # symrlhf: real {name}")
        return body


Reading = Callable[["_Reader", ast.expr, int], Term]


def ascii_name(name: str) -> str:
    """A name with its Greek letters spelled out: π_ref is pi_ref, Δ is Delta."""
    return "".join(SIGNS[c].name or c if c in SIGNS else c for c in name)


def _describe(node: ast.AST) -> str:
    return DESCRIPTIONS.get(type(node), f"this ({type(node).__name__})")


DESCRIPTIONS: dict[type, str] = {
    ast.Attribute: "an attribute (a.b)",
    ast.Lambda: "a lambda outside E, KL and H",
    ast.Tuple: "a tuple",
    ast.List: "a list",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.Compare: "a relation inside a formula",
    ast.BoolOp: "and/or",
    ast.IfExp: "if/else",
    ast.JoinedStr: "a string",
    ast.Starred: "a starred argument",
    ast.NamedExpr: "an assignment",
    ast.GeneratorExp: "a generator (write Sum(y, f))",
    ast.ListComp: "a comprehension (write Sum(y, f))",
    ast.Await: "await",
}


# ------------------------------------------------------------------ numbers, names, operators


def _constant(r: _Reader, node: ast.Constant, depth: int) -> Term:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise r.error(node, f"{str(value)[:20]!r} is not a number")
    if isinstance(value, int):
        if value.bit_length() > MAX_DIGITS * 3.33:
            raise r.error(node, f"a number of more than {MAX_DIGITS} digits")
        return as_term(value)
    text = (ast.get_source_segment(r.text.lstrip(" \t"), node) or "").replace("_", "").lower()
    number = decimal(text)
    if number is None:
        raise r.error(node, f"a number of more than {MAX_DIGITS} digits")
    return number


def _name(r: _Reader, node: ast.Name, depth: int) -> Term:
    name = ascii_name(node.id)
    if not name.isascii():
        raise r.error(node, f"{name!r} is not a name as it is read here: spell it out in letters a to z")
    meant = r.scope.get(name) or r.words.handles.get(name)
    if isinstance(meant, Sym) and isinstance(meant.sort, IndexSet):
        raise r.error(
            node, f"{name} is a response or prompt, not a number: declare it, # symrlhf: real {name}, if it is one"
        )
    if isinstance(meant, Policy):
        raise r.error(node, f"{name} is a policy: write {name}(y), or {name} inside E, KL and H")
    if isinstance(meant, Sym):
        return meant
    value = r.words.definition(name)
    if value is not None and value.parameters:
        raise r.error(node, f"{name} is a function: write {name}({', '.join(p.name for p in value.parameters)})")
    if name in FUNCTION_NAMES and value is None and meant is None and name not in LETTERS_TOO:
        raise r.error(node, f"{name} is a function: write {name}(...)")
    if name == "e" and value is None and meant is None:
        return Fun("exp", (as_term(1),))
    if name == "oo" and value is None and meant is None:
        return oo
    return Sym(name)


def _unary(r: _Reader, node: ast.UnaryOp, depth: int) -> Term:
    if not isinstance(node.op, (ast.USub, ast.UAdd)):
        raise r.error(node, "expected + or − as a sign")
    inner = r.term(node.operand, depth)
    return -inner if isinstance(node.op, ast.USub) else inner


def _binary(r: _Reader, node: ast.BinOp, depth: int) -> Term:
    """Long sums and products are read from the left without descending."""
    spine = [node]
    family = SPINES.get(type(node.op), ())
    while isinstance(spine[-1].left, ast.BinOp) and isinstance(spine[-1].left.op, family):
        spine.append(spine[-1].left)
    value = _power_of_e(r, spine[-1], depth) if isinstance(node.op, ast.Pow) else None
    if value is not None:
        return value
    value = r.term(spine[-1].left, depth)
    for n in reversed(spine):
        operation = OPERATIONS.get(type(n.op))
        if operation is None:
            raise r.error(n.right, NOT_OPERATIONS.get(type(n.op), "expected + − * / or **"))
        right = r.term(n.right, depth)
        if operation is Pow and magnitude(right) > MAX_EXPONENT:
            raise r.error(n.right, f"an exponent above {MAX_EXPONENT}")
        value = operation(value, right)
    return value


def _power_of_e(r: _Reader, node: ast.BinOp, depth: int) -> Term | None:
    """e**z is exp(z), unless e was given a meaning."""
    if isinstance(node.left, ast.Name) and node.left.id == "e" and "e" not in r.words.known() | r.scope.keys():
        return Fun("exp", (r.term(node.right, depth),))
    return None


OPERATIONS: dict[type, Callable[[Term, Term], Term]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: Pow,
}

SPINES: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Add, ast.Sub),
    ast.Sub: (ast.Add, ast.Sub),
    ast.Mult: (ast.Mult,),
}

NOT_OPERATIONS: dict[type, str] = {
    ast.BitXor: "^ is not a power in Python-like text: write **",
    ast.BitOr: "| stands only between response and prompt: pi(y | x)",
    ast.MatMult: "@ has no reading here: write * or Sum(y, ...)",
    ast.FloorDiv: "// has no reading here: write /",
    ast.Mod: "% has no reading here",
}


# ------------------------------------------------------------------ applications


def _call(r: _Reader, node: ast.Call, depth: int) -> Term:
    if not isinstance(node.func, ast.Name):
        raise r.error(node.func, f"{_describe(node.func)} cannot be applied: expected a name such as exp")
    name = ascii_name(node.func.id)
    given = [k.value for k in node.keywords if k.arg == "given"]
    if len(given) < len(node.keywords):
        raise r.error(node, "only given= is read as a named argument: pi(y, given=x)")
    if r.words.definition(name) is not None or name in r.words.handles:
        return _applied(r, node, name, node.args, given, depth)
    if given:
        raise r.error(node, f"{name} takes no given=")
    if name in OPERATORS:
        return OPERATORS[name](r, node, depth)
    if name in FUNCTION_NAMES:
        return _function(r, node, FUNCTION_NAMES[name], depth)
    known = {n for n, h in r.words.handles.items() if isinstance(h, (Policy, Family))}
    raise r.error(node.func, str(unknown_name("function", name, known | OPERATORS.keys() | FUNCTION_NAMES.keys())))


def _subscript(r: _Reader, node: ast.Subscript, depth: int) -> Term:
    if not isinstance(node.value, ast.Name):
        raise r.error(node.value, "expected a policy or reward before [")
    name = ascii_name(node.value.id)
    if r.words.definition(name) is None and not isinstance(r.words.handles.get(name), (Policy, Family)):
        raise r.error(node.value, f"{name} is not declared: # symrlhf: policy {name}, reward {name} or function {name}")
    args = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return _applied(r, node, name, args, [], depth)


def _applied(r: _Reader, node: ast.expr, name: str, args: list[ast.expr], given: list[ast.expr], depth: int) -> Term:
    """A policy, reward, function or defined name at its arguments; `y | x` and given= stand for the bar."""
    if len(args) == 1 and isinstance(args[0], ast.BinOp) and isinstance(args[0].op, ast.BitOr):
        args, given = [args[0].left], [args[0].right, *given]
    meant = r.words.handles.get(name)
    value = r.words.definition(name)
    if value is not None:
        return _defined(r, node, name, value, [*args, *given], depth)
    if isinstance(meant, Policy):
        places = [r.index(a) for a in (*args, *given)]
        outcomes = [p for p in places if p.sort == meant.over]
        if len(outcomes) != 1:
            raise r.error(node, f"{name} takes one response, and prompts if any: {name}(y) or {name}(y | x)")
        before = tuple(p for p in places if p.sort != meant.over)
        return meant[(*before, outcomes[0])]
    if given:
        raise r.error(node, f"{name} is not a policy: it takes no prompt after a bar")
    if not args:
        raise r.error(node, f"{name}() has no argument")
    if isinstance(meant, Reward):
        return meant[tuple(r.index(a) for a in args)]
    if isinstance(meant, Family):
        return meant[tuple(_argument(r, a, depth) for a in args)]
    raise r.error(node, f"{name} is a number, not a function: a product is written {name}*(...)")


def _argument(r: _Reader, node: ast.expr, depth: int) -> Term:
    """An argument of an unknown function: a number, or a response or prompt where one is named."""
    if isinstance(node, ast.Name):
        name = ascii_name(node.id)
        meant = r.scope.get(name) or r.words.handles.get(name)
        if isinstance(meant, Sym) and isinstance(meant.sort, IndexSet):
            return meant
    return r.term(node, depth)


def _defined(r: _Reader, node: ast.expr, name: str, value: Lam, args: list[ast.expr], depth: int) -> Term:
    if len(args) != len(value.parameters):
        wanted = ", ".join(p.name for p in value.parameters)
        raise r.error(node, f"{name} was defined as {name}({wanted})" if wanted else f"{name} was defined as a number")
    places = zip(args, value.parameters, strict=True)
    return App(name, tuple(r.index(a) if isinstance(p.sort, IndexSet) else r.term(a, depth) for a, p in places))


def _function(r: _Reader, node: ast.Call, name: str, depth: int) -> Term:
    low, high = FUNCTIONS[name].arity
    if not low <= len(node.args) <= high:
        wanted = f"{low}" if low == high else f"at least {low}"
        raise r.error(node, f"{name} takes {wanted} argument{'s' * (low != 1)}, not {len(node.args)}")
    if name == "delta":
        return Fun(name, tuple(r.index(a) for a in node.args))
    return Fun(name, tuple(r.term(a, depth) for a in node.args))


def _over_index(build: Callable[[Term, Term], Term]) -> Reading:
    def read(r: _Reader, node: ast.expr, depth: int) -> Term:
        index_node, body = _arguments(r, node, 2, "an index and a summand: Sum(y, f)")
        index = r.bound(index_node)
        return build(index, r.under(index, body, depth))

    return read


def _of_laws(build: Callable[..., Term], low: int, high: int, form: str) -> Reading:
    def read(r: _Reader, node: ast.expr, depth: int) -> Term:
        args = _arguments(r, node, range(low, high + 1), form)
        return build(*(_of_response(r, a, depth) for a in args))

    return read


def _of_response(r: _Reader, node: ast.expr, depth: int) -> Callable[[Term], Term]:
    """A function of the response: π, r, `lambda y: f`, or an expression in y."""
    if isinstance(node, ast.Lambda):
        if len(node.args.args) != 1:
            raise r.error(node, "expected a function of one response: lambda y: ...")
        index = Sym(ascii_name(node.args.args[0].arg), RESPONSES)
        return _at(index, r.under(index, node.body, depth))
    if isinstance(node, ast.Name):
        name = ascii_name(node.id)
        meant, value = r.words.handles.get(name), r.words.definition(name)
        if value is not None and len(value.parameters) == 1 and value.parameters[0].sort == RESPONSES:
            return lambda y: App(name, (y,))
        if isinstance(meant, (Policy, Reward)) and name not in r.scope:
            return lambda y: meant[y]
    body = r.of_response(node, depth)
    free = [i for i in body.free_indices if i.sort == RESPONSES]
    if len(free) > 1 or any(i.name in r.scope for i in free):
        letters = " and ".join(sorted(i.name for i in free))
        raise r.error(node, f"is this a function of {letters}, or is {letters} fixed around it? write lambda y: ...")
    return _at(free[0], body) if free else lambda y: body


def _at(index: Sym, body: Term) -> Callable[[Term], Term]:
    return lambda y: body.substitute({index: y})


def _derivative(r: _Reader, node: ast.expr, depth: int) -> Term:
    body_node, *rest = _arguments(r, node, range(2, 4), "an expression and a variable: diff(f, z)")
    body, var = r.term(body_node, depth), r.term(rest[0], depth)
    if not isinstance(var, (Sym, App)) or isinstance(var.sort, IndexSet):
        raise r.error(rest[0], "differentiate by a symbol such as z, or by pi(y)")
    for _ in range(_times(r, rest[1]) if len(rest) > 1 else 1):
        body = diff(body, var)
    return body


def _limit(r: _Reader, node: ast.expr, depth: int) -> Term:
    form = 'an expression, a variable and a point: limit(f, beta, 0, "+") or limit(f, z, oo)'
    body_node, var_node, to_node, *side_node = _arguments(r, node, range(3, 5), form)
    body, var, to = (r.term(n, depth) for n in (body_node, var_node, to_node))
    side = _side(r, side_node[0]) if side_node else ""
    setting = r.words.setting
    if any(var.names & setting.depends(n) for n in body.names if setting.definition(n) is not None):
        body = setting.expand(body)
    try:
        return limit(body, var, to, side)
    except TypeError as reason:
        raise r.error(node, str(reason)) from None


def _integral(r: _Reader, node: ast.expr, depth: int) -> Term:
    form = "an integrand, a variable and two ends: integral(f, u, 0, 1)"
    body, var, low, high = (r.term(n, depth) for n in _arguments(r, node, 4, form))
    try:
        return integral(body, var, low, high)
    except TypeError as reason:
        raise r.error(node, str(reason)) from None


def _side(r: _Reader, node: ast.expr) -> Side:
    match node:
        case ast.Constant(value="+" | "-" as side):
            return side
        case _:
            raise r.error(node, 'a limit is from above, "+", or from below, "-"')


def _times(r: _Reader, node: ast.expr) -> int:
    value = node.value if isinstance(node, ast.Constant) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_DERIVATIVES:
        raise r.error(node, f"expected how often to differentiate, 1 to {MAX_DERIVATIVES}")
    return value


def _arguments(r: _Reader, node: ast.expr, wanted: int | range, form: str) -> list[ast.expr]:
    assert isinstance(node, ast.Call)
    if len(node.args) not in ((wanted,) if isinstance(wanted, int) else wanted):
        raise r.error(node, f"expected {form}")
    return node.args


OPERATORS: dict[str, Reading] = {
    "Sum": _over_index(Sum),
    "Prod": _over_index(Prod),
    "MaxOver": _over_index(MaxOver),
    "MinOver": _over_index(MinOver),
    "E": _of_laws(E, 2, 2, "a policy and what is averaged: E(pi, r)"),
    "KL": _of_laws(KL, 2, 2, "two policies: KL(pi, pi_ref)"),
    "D_KL": _of_laws(KL, 2, 2, "two policies: D_KL(pi, pi_ref)"),
    "H": _of_laws(lambda *laws: H(*laws) if len(laws) == 1 else cross_entropy(*laws), 1, 2, "a policy: H(pi)"),
    "cross_entropy": _of_laws(cross_entropy, 2, 2, "two policies: cross_entropy(pi, pi_ref)"),
    "diff": _derivative,
    "limit": _limit,
    "integral": _integral,
}

FUNCTION_NAMES: dict[str, str] = {
    **{name: name for name in FUNCTIONS},
    **{row.python: name for name, row in FUNCTIONS.items() if row.python},
    "sigma": "sigmoid",
    "ln": "log",
    "sg": "stop_gradient",
}

LETTERS_TOO = {"sigma", "delta", "sign"}
"""Functions whose names are also used for numbers."""

_NODES: dict[type, Callable[..., Term]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Call: _call,
    ast.Subscript: _subscript,
}

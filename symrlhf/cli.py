"""The command line: `symrlhf list | show | print | check | run | lab | trust`.

Data goes to stdout, everything else to stderr. A command imports what it needs when it runs, so that `--help` and
`list` load no engine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from symrlhf import __version__
from symrlhf.errors import StepError, SymrlhfError, Unreadable

if TYPE_CHECKING:
    from symrlhf.authoring import Derivation
    from symrlhf.compile.report import Report as RunReport

OK, USAGE = 0, 2
INTERRUPTED, PIPE_CLOSED = 130, 141
"""128 + the signal, as shells have it."""

PATIENCE = 1.0
"""Seconds before a progress bar appears."""

FIRST_TIER = 1
"""What a sheet of everything holds: what a course begins with, as much as one page has room for."""

WIDEST = 100
"""Columns of text that are still easy to read."""

AUTHORS_FAULTS = (
    SyntaxError,
    NameError,
    AttributeError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    ImportError,
    SymrlhfError,
)
"""What a user's own file may raise; said with its line, without a traceback."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    try:
        args = _parser().parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    _print_all_of_unicode()
    try:
        status: int = args.run(args)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python would complain once more when it flushes stdout at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except SymrlhfError as error:
        return _fail(error)


def _fail(error: object) -> int:
    print(f"symrlhf: {error}", file=sys.stderr)
    return USAGE


def _print_all_of_unicode() -> None:
    """A terminal that lacks a sign shows its code rather than nothing at all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


# ------------------------------------------------------------------ list


def _list(args: argparse.Namespace) -> int:
    from symrlhf import library

    if args.json:
        entries = library.catalogue()
        with _progress("proving") as progress:
            rows: list[dict[str, Any]] = []
            for i, entry in enumerate(entries):
                progress(i, len(entries), entry.name)
                rows.append(_counted(library.load(entry.name)))
        return _json(rows)
    for chapter in library.chapters():
        if chapter.entries:
            print(chapter.title)
        for entry in chapter.entries:
            print(f"  {entry.name:<32} {entry.title}")
    return OK


def _counted(derivation: Derivation) -> dict[str, Any]:
    """A derivation's row: `computed` lines carry a move that SymPy executed, `given` ones are where it starts from."""
    lines = derivation.lines
    return {
        "name": derivation.name,
        "title": derivation.title,
        "chapter": derivation.chapter,
        "catalog": list(derivation.catalog),
        "tier": derivation.tier,
        "lines": len(lines),
        "computed": sum(bool(line.computed) for line in lines),
        "given": sum(line.kind == "start" or line.status in ("given", "definition") for line in lines),
    }


# ------------------------------------------------------------------ show, print


def _show(args: argparse.Namespace) -> int:
    from symrlhf import render

    color = _color(sys.stdout)
    width = min(shutil.get_terminal_size().columns, WIDEST)
    with _authors_line(args.names):
        texts = [render.text(d, width, color) for d in _derivations(args.names)]
    print("\n\n".join(text.rstrip("\n") for text in texts))
    return OK


def _print(args: argparse.Namespace) -> int:
    from symrlhf import store
    from symrlhf.files import publish

    if bool(args.names) == args.all:
        raise SymrlhfError("name derivations or files to print, or give --all; symrlhf list shows the names")
    formats = [f for f in args.to.replace(",", " ").split() if f]
    if not formats:
        raise SymrlhfError("--to names no format: pdf, tex, html, md or typ")
    # What comes from a reader's own files, or from pdflatex, may change without our seeing it.
    ours = args.engine == "typst" and not args.templates and not any(".py" in name for name in args.names)
    asked = {k: getattr(args, k) for k in ("names", "all", "fragment", "hide_steps", "handout", "rename")}
    asked["formats"] = sorted(formats)
    files = store.kept(asked) if ours and not args.fresh else None
    if files is None:
        files = _proven_and_set(args, formats)
        paths = publish(files, args.output)
        if ours:
            store.keep(asked, files)
    else:
        paths = publish(files, args.output)
    return _printed(paths, formats, args.engine)


def _proven_and_set(args: argparse.Namespace, formats: Sequence[str]) -> dict[str, bytes]:
    """The files of `print`; all derivations are proven before the first is set."""
    from symrlhf import render
    from symrlhf.book import bound
    from symrlhf.figures import figures
    from symrlhf.kernel import trust
    from symrlhf.render.handouts import handout

    options: dict[str, Any] = {
        "rename": _renaming(args.rename),
        "templates": args.templates,
        "engine": args.engine,
    }
    with _authors_line(args.names):
        chosen = list(_everything() if args.all else _derivations(args.names))
        if args.all and args.handout == "sheet":
            chosen = [d for d in chosen if d.tier == FIRST_TIER]
        with _progress("proving") as progress:
            for i, derivation in enumerate(chosen):
                progress(i, len(chosen), derivation.name)
                _ = derivation.lines
        with _progress("printing") as progress:
            options["progress"] = progress
            if args.handout:
                return handout(args.handout, chosen, formats, **options)
            options["figures"] = figures(chosen)
            in_book = args.all and not args.fragment and not args.hide_steps
            files = render.printed(
                chosen,
                formats,
                fragment=args.fragment,
                hide_steps=args.hide_steps,
                contents="book.html" if in_book and "html" in formats else "",
                **options,
            )
            if in_book:
                files |= bound(chosen, formats, trust=trust.rows(), **options)
            return files


def _printed(paths: Sequence[Path], formats: Sequence[str], engine: Literal["typst", "latex"]) -> int:
    for path in paths:
        print(path)
    if "pdf" in formats and not any(path.suffix == ".pdf" for path in paths):
        from symrlhf.render.engines import advice

        print(f"symrlhf: {advice(engine)}", file=sys.stderr)
    return OK


def _derivations(names: Sequence[str]) -> Iterator[Derivation]:
    """By name, by FILE.py (all it holds), or by FILE.py:name."""
    from symrlhf import library

    for name in names:
        if name.endswith(".py"):
            yield from library.load_file(name)
        else:
            yield library.load(name)


def _everything() -> Iterator[Derivation]:
    from symrlhf import library

    return library.load_all()


def _renaming(pairs: str) -> dict[str, str]:
    renamed: dict[str, str] = {}
    for pair in filter(None, pairs.split(",")):
        old, sign, new = (part.strip() for part in pair.partition("="))
        if not (old and sign and new):
            raise SymrlhfError(f"--rename takes old=new pairs such as pi=p,beta=tau, not {pair!r}")
        renamed[old] = new
    return renamed


@contextmanager
def _authors_line(names: Sequence[str]) -> Iterator[None]:
    """An error that comes from the user's own file is told with the line it comes from."""
    files = {str(Path(n.partition(":")[0]).resolve()) for n in names if ".py" in n}
    try:
        yield
    except AUTHORS_FAULTS as error:
        place = _place(error, files)
        if place is None:
            raise
        file, line, source = place
        kind = "" if isinstance(error, SymrlhfError) else f"{type(error).__name__}: "
        said = error.msg if isinstance(error, SyntaxError) else error
        raise StepError(f"{file}:{line}: {kind}{said}" + (f"\n  {source}" if source else "")) from error


def _place(error: BaseException, files: set[str]) -> tuple[str, int, str] | None:
    """The innermost line of the user's files that an error passed through."""
    if isinstance(error, SyntaxError) and error.filename in files:
        return _relative(error.filename or ""), error.lineno or 1, (error.text or "").strip()
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in files]
    return (_relative(frames[-1].filename), frames[-1].lineno or 1, frames[-1].line or "") if frames else None


def _relative(file: str) -> str:
    here = Path.cwd()
    path = Path(file)
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


# ------------------------------------------------------------------ check


def _check(args: argparse.Namespace) -> int:
    from symrlhf.checker.process import start_ahead

    start_ahead()  # the kernel is loaded in there while the readers are loaded here
    from symrlhf.checker.batch import check_files
    from symrlhf.checker.documents import TIMEOUT
    from symrlhf.checker.exchange import junit, sarif

    timeout = args.timeout or TIMEOUT
    with _progress("checking") as progress:
        report = check_files(args.files, args.syntax, timeout=timeout, jobs=args.jobs, progress=progress)
    formats: dict[str, Callable[[], str]] = {
        "text": lambda: report.text(_color(sys.stdout), args.explain),
        "json": lambda: report.to_json(indent=1) + "\n",
        "github": report.github,
        "sarif": lambda: sarif(report, __version__),
        "junit": lambda: junit(report),
    }
    print(formats[args.format](), end="")
    return report.status


# ------------------------------------------------------------------ run


def _run(args: argparse.Namespace) -> int:
    from symrlhf.functions import run_report

    assignments: dict[str, str] = {}
    files = [word for word in args.values if word == "-" or (word.endswith((".csv", ".npy")) and "=" not in word)]
    if len(files) > 1:
        raise SymrlhfError(f"one file at a time, not {' and '.join(files)}")
    for word in args.values:
        if word in files:
            continue
        name, sign, value = word.partition("=")
        if not sign:
            said = "; a file of arguments ends in .csv or .npy" if Path(word).exists() else ""
            raise SymrlhfError(f"write {word!r} as name=value, such as r_w=2{said}")
        if name in assignments:
            raise SymrlhfError(f"{name} is given twice")
        assignments[name] = value
    if files == ["-"]:
        return _run_input(args, assignments)
    if files:
        return _run_file(args, files[0], Path(files[0]), assignments)
    if args.output:
        raise SymrlhfError("-o writes the results of a file: run NAME data.csv -o out.csv")
    try:
        report = run_report(args.name, assignments)
    except Unreadable as error:
        return _fail(f"{error.source}: {error.message}")
    except (TypeError, ValueError) as error:
        # Missing arguments, shapes that do not broadcast: the function names the argument.
        return _fail(error)
    if args.json:
        return _json(report.as_dict())
    print("\n".join(_run_lines(report)))
    return OK


def _run_input(args: argparse.Namespace, assignments: Mapping[str, str]) -> int:
    """Standard input, as CSV: its rows are counted before they are computed, so it is kept in a file meanwhile."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "standard input")
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        try:
            return _run_file(args, "standard input", path, assignments)
        except SymrlhfError as error:
            raise SymrlhfError(str(error).replace(str(path), "standard input")) from None


def _run_file(args: argparse.Namespace, file: str, path: Path, assignments: Mapping[str, str]) -> int:
    from rich.console import Console
    from rich.progress import Progress

    from symrlhf.functions import run_table

    output = Path(args.output) if args.output else None
    console = Console(stderr=True)
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(f"{args.name} {file}", total=None)

            def shown(rows: int, of: int) -> None:
                bar.update(task, advance=rows, total=of)

            done = run_table(args.name, path, assignments, output, shown, args.nan)
    except Unreadable as error:
        return _fail(f"{error.source}: {error.message}")
    except (TypeError, ValueError) as error:
        return _fail(error)
    if args.json:
        return _json(asdict(done))
    print(f"{done.function} over {done.rows} rows of {file}")
    said = assignments.get("reduction", "mean")
    for name, value in done.mean.items():
        print(f"  {said} {name}  {value}" if len(done.mean) > 1 else f"  {said}  {value}")
    if done.written:
        print(f"  written  {done.written}")
    return OK


def _run_lines(report: RunReport) -> Iterator[str]:
    given = ", ".join(f"{name}={_number(value)}" for name, value in report.arguments.items())
    yield f"{report.function}({given})"
    rows: list[tuple[str, str]] = []
    for result, value in report.value.items():
        rows.append(("value" if len(report.value) == 1 else result, _number(value)))
        rows += [(f"d/d{name}", _number(slope)) for name, slope in report.gradient.get(result, {}).items()]
    rows += [("formula", formula) for formula in report.formula]
    meant = [f"{name} is {term}" for name, term in report.meaning.items() if name != term]
    rows += [("where", ", ".join(meant))] if meant else []
    rows.append(("theorem", f"{report.theorem}: {report.title}"))
    wide = max(len(name) for name, _ in rows)
    yield from (f"  {name:<{wide}}  {text}" for name, text in rows)


def _number(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_number, value))}]"
    return f"{value:g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e6 else str(value)


# ------------------------------------------------------------------ lab


def _lab(args: argparse.Namespace) -> int:
    from symrlhf import lab

    settings = lab.Settings(seed=args.seed, beta=args.beta, sampled=args.sampled, batches=args.batches)
    with _progress("lab") as progress:
        experiment = lab.run(settings, progress)
    if args.json:
        return _json(lab.as_dict(experiment))
    print(lab.text(experiment))
    drawn = lab.charts(experiment)
    if args.output:
        args.output.mkdir(parents=True, exist_ok=True)
        print()
        for chart in drawn:
            path = args.output / f"{chart.name}.svg"
            path.write_text(lab.svg(chart), encoding="utf-8")
            print(path)
    else:
        width = min(shutil.get_terminal_size().columns, WIDEST)
        print("", *(lab.terminal(chart, width) for chart in drawn), sep="\n\n")
    return OK


# ------------------------------------------------------------------ trust


def _trust(args: argparse.Namespace) -> int:
    from symrlhf.kernel import trust

    if args.json:
        return _json(
            {
                "rules": [{"name": name, "says": says} for name, says in trust.rules()],
                "laws": [row._asdict() for row in trust.LAWS],
                "limits": [row._asdict() for row in trust.LIMIT_LAWS],
                "axioms": [row._asdict() for row in trust.AXIOMS],
                "below": list(trust.BELIEVED_BELOW),
            }
        )
    print("Rules: each makes a theorem from others")
    for name, says in trust.rules():
        print(f"  {name:<18} {says}")
    tables = {
        "Laws of the normal form": trust.LAWS,
        "Laws of limits, for t → 0+": trust.LIMIT_LAWS,
        "Axioms of inequality": trust.AXIOMS,
    }
    for title, rows in tables.items():
        print(f"\n{title}")
        for row in rows:
            print(f"  {row.name:<18} {row.law}")
            if row.condition:
                print(f"  {'':<18}   if {row.condition}")
            if row.fails:
                print(f"  {'':<18}   without it: {row.fails}")
    print("\nBelow all that")
    for line in trust.BELIEVED_BELOW:
        print(f"  {line}")
    return OK


# ------------------------------------------------------------------ what commands share


def _json(data: Any) -> int:
    print(json.dumps(_finite(data), ensure_ascii=False, indent=1))
    return OK


def _finite(data: Any) -> Any:
    """JSON has no inf and no nan: they become words."""
    if isinstance(data, dict):
        return {k: _finite(v) for k, v in data.items()}
    if isinstance(data, (list, tuple)):
        return [_finite(v) for v in data]
    return str(data) if isinstance(data, float) and not abs(data) < float("inf") else data


def _color(stream: Any) -> bool:
    return bool(stream.isatty()) and "NO_COLOR" not in os.environ


class _Progress:
    """A bar on a terminal, once the work takes over a second."""

    def __init__(self, what: str):
        self.what, self.began, self.shown = what, monotonic(), sys.stderr.isatty()
        self.bar: Any = None

    def __call__(self, done: int, total: int, name: str) -> None:
        if not self.shown or (self.bar is None and monotonic() - self.began < PATIENCE):
            return
        if self.bar is None:
            from rich.console import Console
            from rich.progress import Progress

            self.bar = Progress(console=Console(stderr=True), transient=True)
            self.bar.start()
            self.task = self.bar.add_task(self.what, total=total)
        self.bar.update(self.task, completed=done, total=total, description=f"{self.what} {name}".rstrip())


@contextmanager
def _progress(what: str) -> Iterator[_Progress]:
    progress = _Progress(what)
    try:
        yield progress
    finally:
        if progress.bar is not None:
            progress.bar.stop()


# ------------------------------------------------------------------ the parser

STATUS = "exit status: 0 done, 2 misuse or bad input (one sentence on stderr says which)"

CHECK_STATUS = """exit status:
  0  every step is proven or assumed
  1  a step is refuted
  2  misuse, or a document that cannot be read at all
  3  nothing is refuted, but a step is undecided or unreadable
  of several files: the worst, in the order 1, 2, 3, 0"""


def _epilog(examples: str, status: str = STATUS) -> str:
    lines = "\n".join(f"  symrlhf {line}" for line in examples.splitlines())
    return f"examples:\n{lines}\n\n{status}"


Run = Callable[[argparse.Namespace], int]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="symrlhf",
        description="RLHF mathematics you can print, check and run.",
        epilog=_epilog("list\nshow optimal-policy\nprint --all -o book\ncheck notes.txt\nrun rm_loss r_w=2 r_l=-1"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"symrlhf {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Run, about: str, epilog: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=about,
            description=about[0].upper() + about[1:] + ".",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(run=run)
        return made

    listing = command("list", _list, "list the derivations by chapter", _epilog("list\nlist --json"))
    listing.add_argument("--json", action="store_true", help="as JSON, each proven, with its lines counted")

    show = command("show", _show, "show derivations in the terminal", _epilog("show optimal-policy\nshow ./mine.py"))
    show.add_argument("names", nargs="+", metavar="NAME|FILE.py", help="a derivation, or a file of your own")

    _print_options(
        command(
            "print",
            _print,
            "print derivations as PDF, LaTeX, HTML, Markdown, Typst",
            _epilog(
                "print optimal-policy\n"
                "print --all -o book\n"
                "print ./mine.py --to tex --fragment -o paper\n"
                "print optimal-policy --hide-steps -o exercises\n"
                "print gibbs-identity optimal-value --sheet\n"
                "print optimal-policy --rename 'beta=tau' --engine latex"
            ),
        )
    )
    _check_options(
        command(
            "check",
            _check,
            "check hand algebra step by step",
            _epilog(
                "check notes.tex\ncheck --format json --jobs 4 paper.tex lectures/\ncheck - < notes.txt",
                CHECK_STATUS,
            ),
        )
    )
    run = command(
        "run",
        _run,
        "run a numeric function: value, gradient, formula, theorem",
        _epilog(
            "run rm_loss r_w=2 r_l=-1\nrun kl_optimal_policy_from_logits r=1,3 log_ref=0,0 beta=0.5 --json\n"
            "run dpo_loss pairs.csv beta=0.1 -o losses.csv"
        ),
    )
    run.add_argument("name", metavar="NAME", help="a function of symrlhf.functions")
    run.add_argument(
        "values",
        nargs="*",
        metavar="ARG=VALUE | FILE",
        help="numbers (2, -1e-3, 1/3) or rows (1,2,3); a .csv or .npy file, or - for CSV on standard input, gives "
        "columns by the arguments' names",
    )
    run.add_argument("-o", "--output", metavar="FILE", help="write each row's value and derivatives as .csv or .npy")
    run.add_argument("--nan", action="store_true", help="rows with a nan give nan: else they are an error")
    run.add_argument("--json", action="store_true", help="as JSON")

    _lab_options(
        command(
            "lab",
            _lab,
            "run RLHF from demonstrations to PPO and DPO in a small world, with the proven functions alone",
            _epilog("lab\nlab --sampled --seed 1\nlab --beta 0.2 -o plots"),
        )
    )

    trust = command("trust", _trust, "print everything that must be believed", _epilog("trust\ntrust --json"))
    trust.add_argument("--json", action="store_true", help="as JSON")
    return parser


def _print_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME|FILE.py", help="derivations, or files of your own")
    parser.add_argument("--all", action="store_true", help="every derivation, and the book")
    parser.add_argument(
        "--to", default="pdf,tex,html,md", metavar="FORMATS", help="of pdf,tex,html,md,typ (default: all but typ)"
    )
    parser.add_argument("-o", "--output", type=Path, default=Path(), metavar="DIR", help="folder (default: this one)")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--fragment", action="store_true", help="tex: a theorem with its proof, to \\input")
    ways.add_argument("--hide-steps", action="store_true", help="leave the steps blank; they are in NAME-solution")
    for kind, about in (
        ("sheet", "the results on one page (--all: of the first tier): pdf, tex, html"),
        ("slides", "a step on each slide: pdf, tex"),
    ):
        ways.add_argument(f"--{kind}", dest="handout", action="store_const", const=kind, help=about)
    parser.add_argument(
        "--fresh", action="store_true", help="prove and set anew what an earlier command left in the user's cache"
    )
    parser.add_argument("--rename", default="", metavar="A=B,...", help="other letters: pi=p,beta=tau")
    parser.add_argument("--templates", type=Path, metavar="DIR", help="your Jinja templates, before ours")
    engines: tuple[Literal["typst", "latex"], ...] = ("typst", "latex")
    parser.add_argument("--engine", choices=engines, default="typst", help="what sets the PDF (default: typst)")


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="LaTeX, Markdown, notebooks, lecture notes; folders; - is stdin"
    )
    formats = ("text", "json", "github", "sarif", "junit")
    parser.add_argument("--format", choices=formats, default="text", help="(default: text)")
    parser.add_argument("--explain", action="store_true", help="show how every line was read")
    syntaxes = ("auto", "latex", "markdown", "notebook", "text", "python")
    parser.add_argument("--syntax", choices=syntaxes, default="auto", help="(default: auto, by name and content)")
    parser.add_argument(
        "--jobs", type=_count, default=None, metavar="N", help="documents at a time (default: one a CPU)"
    )
    parser.add_argument("--timeout", type=_seconds, default=None, metavar="S", help="seconds for a step (default: 4)")


def _lab_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sampled", action="store_true", help="expectations from samples (default: enumerated)")
    parser.add_argument("--beta", type=_beta, default=0.5, help="weight of the divergence (default: 0.5)")
    parser.add_argument("--seed", type=_seed, default=0, help="of the world and its samples (default: 0)")
    parser.add_argument("--batches", type=_batches, default=400, metavar="N", help="of PPO (default: 400)")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="write the plots as SVG instead of showing them"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, the points of the plots included")


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 256:
        raise argparse.ArgumentTypeError("expected a number of processes, from 1 to 256")
    return value


def _batches(text: str) -> int:
    value = int(text)
    if not 10 <= value <= 100_000:
        raise argparse.ArgumentTypeError("expected a number of batches, from 10 to 100000")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("expected a whole number, 0 or more")
    return value


def _beta(text: str) -> float:
    value = float(text)
    if not 0.01 <= value <= 100:
        raise argparse.ArgumentTypeError("expected β, from 0.01 to 100")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError("expected seconds, more than 0 and at most 3600")
    return value

"""List the derivations and templates that the installed symrlhf finds, by every way that reaches them."""

import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import iter_modules

from jinja2 import PackageLoader

import symrlhf


def main() -> None:
    derivations = import_module("symrlhf.derivations")
    chapters = sorted(module.name for module in iter_modules(derivations.__path__))
    for chapter in chapters:
        import_module(f"symrlhf.derivations.{chapter}")

    templates = sorted(PackageLoader("symrlhf.templates", "").list_templates())
    tops = {entry.name for entry in files("symrlhf.templates").iterdir()}
    if not {template.split("/")[0] for template in templates} <= tops:
        raise SystemExit("Jinja and importlib.resources see different templates")
    if not chapters or not templates:
        raise SystemExit(f"found {len(chapters)} derivations and {len(templates)} templates")

    print("\n".join([*chapters, *templates]))
    folder = Path(symrlhf.__file__).parent
    print(f"{len(chapters)} derivations, {len(templates)} templates by {folder}", file=sys.stderr)


if __name__ == "__main__":
    main()

"""Make the fonts that HTML pages carry, templates/fonts/*.woff2: python docs/make_fonts.py

Needs fonttools and brotli, and Latin Modern as OpenType (Debian's fonts-lmodern). The results are kept in the
repository, so that nobody needs these to print.
"""

from __future__ import annotations

import string
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fontTools import subset  # pyright: ignore[reportMissingImports]
from fontTools.ttLib import TTFont  # pyright: ignore[reportMissingImports]

from symrlhf import notation
from symrlhf.notation import styled

SOURCE = Path("/usr/share/texmf/fonts/opentype/public")
TARGET = Path(__file__).parent.parent / "templates" / "fonts"

LATIN = string.ascii_letters + string.digits
GREEK = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ"


def mathematics() -> Iterator[str]:
    """Every sign of the notation table, the letters of names, and their alphabets."""
    yield from string.printable.strip() + "\u00a0{}()[]|‖⌊⌋√"
    yield from (c for row in notation.written() for c in row.content)
    for c in (*string.ascii_letters, *GREEK):
        yield c
        yield _italic(c)
    for style in ("BOLD", "DOUBLE-STRUCK", "SCRIPT"):
        yield from styled(string.ascii_uppercase, style)
    yield from styled(LATIN, "BOLD")


def _italic(letter: str) -> str:
    """The letter that browsers show for a single one in <mi>."""
    found = [c for c in map(chr, range(0x1D434, 0x1D71C)) if unicodedata.normalize("NFKC", c) == letter]
    named = [c for c in found if " ITALIC " in unicodedata.name(c) and "BOLD" not in unicodedata.name(c)]
    return "ℎ" if letter == "h" else (named or [letter])[0]


def words() -> Iterator[str]:
    """Prose: what every format sets as it is, and the punctuation of the notation table."""
    yield from (chr(c) for c in range(0x20, 0x180) if chr(c).isprintable())
    yield from notation.TEXT


def smaller(source: str, name: str, characters: Iterable[str]) -> set[str]:
    """Write the font with only these characters, under a name of its own; returns those it has."""
    font: Any = TTFont(SOURCE / source)
    mathematical = "MATH" in font
    if mathematical:
        _lay_down_the_prime(font)
    features = [] if mathematical else ["kern", "liga"]
    options = subset.Options(layout_features=features, name_IDs=[0, 1, 2, 3, 4, 6], hinting=False, desubroutinize=True)
    made = subset.Subsetter(options)
    made.populate(unicodes=set(map(ord, characters)))
    made.subset(font)
    # The licence asks that what is derived from the font has another name.
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6):
            record.string = f"symrlhf-{name}"
    for top in font["CFF "].cff.topDictIndex:
        top.FullName = top.FamilyName = f"symrlhf-{name}"
    font["CFF "].cff.fontNames = [f"symrlhf-{name}"]
    font.flavor = "woff2"
    font.save(TARGET / f"{name}.woff2")
    return set(map(chr, font.getBestCmap()))


def _lay_down_the_prime(font: Any) -> None:
    """The prime as a script wants it: large and low. Browsers do not ask the font for it."""
    for table in font["cmap"].tables:
        if 0x2032 in table.cmap:
            table.cmap[0x2032] = "minute.st"


def main() -> None:
    found = smaller("lm-math/latinmodern-math.otf", "math", mathematics())
    (TARGET / "characters.txt").write_text("".join(sorted(found - {" ", "\u00a0"})) + "\n", encoding="utf-8")
    smaller("lm/lmroman10-regular.otf", "roman", words())
    smaller("lm/lmroman10-bold.otf", "bold", words())
    for path in sorted(TARGET.glob("*.woff2")):
        print(path.name, path.stat().st_size, file=sys.stderr)


if __name__ == "__main__":
    main()

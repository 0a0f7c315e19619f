"""Lay out printed pages in chromium, as wide as said, and list what has no room: .ci/overflow.py DIR PX...

What is too wide and does not scroll is cut: no page may have any. Scrolling is the last resort, of few formulas.
"""

import re
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path

STYLE = re.compile(r"<style>.*</style>", re.DOTALL)
BODY = re.compile(r"<body>(.*)</body>", re.DOTALL)

# No window is narrower than 500 px in chromium: the page is. Its style sheet asks the width of its container.
SCRIPT = """
<pre id="found"></pre>
<script>
document.fonts.ready.then(() => {
  const shown = [...document.querySelectorAll('.formula, p, dd, td, li, .reason')].filter(e => e.offsetParent);
  const wide = shown.filter(e => e.scrollWidth > e.clientWidth + 1);
  const scrolls = e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) ? ' SCROLLS' : '';
  const place = e => (e.closest('[id]') || {}).id;
  const names = wide.map(e => `${place(e)}: ${e.scrollWidth} px in ${e.clientWidth}${scrolls(e)}`);
  document.getElementById('found').textContent = `${shown.length} laid out\\n${names.join('\\n')}\\nend`;
});
</script>
"""


SCROLLS = " SCROLLS"
FEW = 0.001
"""The share of what is laid out that may scroll."""


def overflowing(folder: Path, width: int) -> tuple[int, list[str]]:
    """How many formulas and paragraphs all pages of the folder have, and those that are wider than their place."""
    pages = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))]
    bodies = [found.group(1) for page in pages if (found := BODY.search(page))]
    style = STYLE.search(pages[0])
    assert style
    narrow = f"<style>html {{ width: {width}px }} body {{ padding: 1.2rem .9rem }}</style>" if width < 640 else ""
    with tempfile.TemporaryDirectory() as work:
        whole = Path(work, "all.html")
        text = "".join(["<!DOCTYPE html><meta charset='utf-8'>", style.group(), narrow, *bodies, SCRIPT])
        whole.write_text(text, encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        command += [f"--user-data-dir={work}/profile", f"--window-size={width},1000", "--virtual-time-budget=20000"]
        run = subprocess.run([*command, "--dump-dom", whole.as_uri()], capture_output=True, text=True, timeout=120)
    found = re.search(r'<pre id="found">(\d+) laid out\n(.*)end</pre>', run.stdout, re.DOTALL)
    if not found:
        raise SystemExit(f"chromium gave no answer: {run.stderr[-500:]}")
    return int(found.group(1)), [unescape(line) for line in found.group(2).splitlines() if line]


def main(folder: str, *widths: str) -> None:
    broken = False
    for width in map(int, widths):
        count, wide = overflowing(Path(folder), width)
        cut = [line for line in wide if not line.endswith(SCROLLS)]
        print(f"{width} px: {count} laid out, {len(wide) - len(cut)} scroll, {len(cut)} are cut", *wide, sep="\n  ")
        broken = broken or bool(cut) or len(wide) > count * FEW
    if broken:
        raise SystemExit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])

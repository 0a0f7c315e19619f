"""Look at printed pages in chromium with axe-core, light and dark: .ci/accessible.py AXE.js PAGE.html...

Fails on a violation of axe's rules, and on anything that a page writes to the console: that is an error of its own,
or something that it asked for elsewhere, which its policy refuses.
"""

import json
import re
import subprocess
import sys
import tempfile
from html import escape, unescape
from pathlib import Path

POLICY = "default-src 'none'; "
DARK = "(prefers-color-scheme: dark)"
CONSOLE = re.compile(r"CONSOLE[^\n]*")

# Each page stands in a frame of its own, with axe inside: chromium starts once for all.
INSIDE = """
<script>
document.fonts.ready.then(() => axe.run(document, { resultTypes: ['violations'] })).then(result => {
  const told = result.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target} ${n.html.slice(0, 120)}`));
  parent.postMessage({ page: name, rules: result.passes.length, told }, '*');
});
</script>
"""
OUTSIDE = """
<pre id="found"></pre>
<script>
const found = [];
onmessage = event => {
  found.push(event.data);
  document.getElementById('found').textContent = JSON.stringify(found);
};
</script>
"""


def framed(axe: str, page: Path, dark: bool) -> str:
    text = page.read_text(encoding="utf-8")
    assert POLICY in text and DARK in text
    text = text.replace(POLICY, f"{POLICY}script-src 'unsafe-inline'; ")
    text = text.replace(DARK, "(min-width: 0)" if dark else "(max-width: 0)")
    text = text.replace("</body>", f"<script>{axe}</script>{INSIDE}</body>")
    name = f"{page.name}, {'dark' if dark else 'light'}"
    return f'<iframe name="{name}" width="1000" height="800" srcdoc="{escape(text)}"></iframe>'


def looked_at(axe: str, pages: list[Path]) -> tuple[dict[str, list[str]], list[str]]:
    """Page -> its violations; and what was logged to the console."""
    frames = [framed(axe, page, dark) for page in pages for dark in (False, True)]
    with tempfile.TemporaryDirectory() as work:
        whole = Path(work, "frames.html")
        whole.write_text("".join(["<!DOCTYPE html><meta charset='utf-8'>", OUTSIDE, *frames]), encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
        command += ["--disable-background-networking", "--disable-component-update", "--enable-logging=stderr"]
        command += [f"--user-data-dir={work}/profile", "--virtual-time-budget=60000", "--dump-dom", whole.as_uri()]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    answer = re.search(r'<pre id="found">(.+?)</pre>', run.stdout, re.DOTALL)
    results = json.loads(unescape(answer.group(1))) if answer else []
    if len(results) != len(frames) or not all(result["rules"] for result in results):
        raise SystemExit(f"axe answered for {len(results)} of {len(frames)}: {run.stderr[-500:]}")
    return {result["page"]: result["told"] for result in results}, CONSOLE.findall(run.stderr)


def main(axe: str, *pages: str) -> None:
    found, logged = looked_at(Path(axe).read_text(encoding="utf-8"), [Path(page) for page in pages])
    for page, told in found.items():
        print(f"{page}: {len(told)} violations", *told, sep="\n  ")
    print(f"{len(logged)} lines on the console", *logged, sep="\n  ")
    if not pages or logged or any(found.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Print the README's command under the comment <!-- command: NAME -->, exactly as a reader copies it."""

import re
import sys
from pathlib import Path


def main(name: str) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    found = re.findall(rf"<!-- command: {re.escape(name)} -->\n+```bash\n(.*?)\n```", readme, re.DOTALL)
    if len(found) != 1:
        raise SystemExit(f"README.md has {len(found)} commands marked {name!r}, expected one")
    print(found[0])


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Open every page of a folder in one chromium, and list what is wrong: .ci/opened.py DIR

A page must load, parse, keep its body, and have nothing to say on the console. Its policy refuses whatever it asks for
elsewhere, and that is said there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FLAGS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-extensions --remote-debugging-pipe
"""
PARSED = "document.readyState + ' ' + !!document.body + ' ' + document.getElementsByTagName('parsererror').length"


class Browser:
    """Chromium, told what to do through its debugging pipe."""

    def __init__(self, profile: str):
        theirs_in, self.to = os.pipe()
        self.source, theirs_out = os.pipe()

        def plumb() -> None:
            # The pipe's ends have these numbers by convention.
            os.dup2(theirs_in, 103)
            os.dup2(theirs_out, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        command = ["chromium", *FLAGS.split(), f"--user-data-dir={profile}", "about:blank"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=quiet, stderr=quiet, preexec_fn=plumb, pass_fds=(3, 4))
        os.close(theirs_in)
        os.close(theirs_out)
        self.sent = 0
        self.messages = self._messages()
        self.events: list[dict[str, Any]] = []

    def _messages(self) -> Iterator[dict[str, Any]]:
        pending = b""
        while chunk := os.read(self.source, 1 << 16):
            *whole, pending = (pending + chunk).split(b"\0")
            yield from map(json.loads, whole)

    def ask(self, method: str, session: str | None = None, **params: object) -> dict[str, Any]:
        self.sent += 1
        message: dict[str, object] = {"id": self.sent, "method": method, "params": params}
        os.write(self.to, json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        for answer in self.messages:
            if answer.get("id") == self.sent:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)
        raise SystemExit(f"chromium ended at {method}")

    def wait(self, method: str) -> None:
        if any(e.get("method") == method for e in self.events):
            return
        for event in self.messages:
            self.events.append(event)
            if event.get("method") == method:
                return
        raise SystemExit(f"chromium ended before {method}")


def complaints(browser: Browser, session: str, page: Path) -> list[str]:
    """What chromium says of a page."""
    browser.events.clear()
    loaded = browser.ask("Page.navigate", session, url=page.resolve().as_uri())
    if "errorText" in loaded:
        return [loaded["errorText"]]
    browser.wait("Page.loadEventFired")
    state = browser.ask("Runtime.evaluate", session, expression=PARSED)["result"]["value"]
    found = [f"parsed as {state}"] if state != "complete true 0" else []
    for event in browser.events:
        match event.get("method"):
            case "Log.entryAdded":
                found.append(event["params"]["entry"]["text"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                found.append(json.dumps(event["params"])[:300])
            case _:
                pass
    return found


def main(folder: str) -> None:
    pages = sorted(Path(folder).rglob("*.html"))
    broken = False
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        try:
            target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
            session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log"):
                browser.ask(f"{domain}.enable", session)
            for page in pages:
                for line in complaints(browser, session, page):
                    broken = True
                    print(f"{page}: {line}")
        finally:
            browser.process.kill()
            browser.process.wait()
    print(f"{len(pages)} pages opened")
    sys.exit(broken or not pages)


main(*sys.argv[1:])

"""A page in a real Chromium, driven by its DevTools protocol over a local socket: what the tests of pages and notebooks need, no more."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
WAIT = 90.0


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(probe: Callable[[], object], *, what: str, seconds: float = WAIT, every: float = 0.2) -> object:
    """What ``probe`` gives as soon as it gives anything; the test fails where it never does."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := probe():
            return found
        time.sleep(every)
    pytest.fail(f"after {seconds:g} s still not: {what}")


class Tab:
    """One page."""

    def __init__(self, address: str) -> None:
        import websocket

        self.socket = websocket.create_connection(address, timeout=WAIT, suppress_origin=True)
        self.numbers = itertools.count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        for domain in ("Network", "Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict:
        """A command of the protocol and its result; addresses that the page asks for are kept."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            self.note(message.get("method", ""), message.get("params", {}))
            if message.get("id") == number:
                if "error" in message:
                    pytest.fail(f"{method}: {message['error']}")
                return message["result"]

    def note(self, event: str, said: dict) -> None:
        """Keep what the page asks for, and what it or the browser complains of."""
        if event == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif event == "Log.entryAdded" and said["entry"]["level"] in {"warning", "error"}:
            self.complaints.append(said["entry"]["text"])
        elif event == "Runtime.consoleAPICalled" and said["type"] in {"warning", "error", "assert"}:
            self.complaints.append(str([each.get("value") for each in said["args"]]))
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(said["exceptionDetails"]["text"])

    def show(self, url: str) -> None:
        """Open a page and wait until it is there; what was asked and complained before is forgotten."""
        self.call("Page.navigate", url="about:blank")
        self.requests.clear()
        self.complaints.clear()
        self.call("Page.navigate", url=url)
        until(lambda: self.ask("document.readyState === 'complete' && location.href !== 'about:blank'"), what=f"{url} is there", every=0.02)

    def ask(self, script: str) -> object:
        """The value of a JavaScript expression, a promise's once it is there."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            pytest.fail(f"{script}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def drag(self, start: tuple[float, float], end: tuple[float, float], *, steps: int = 8) -> None:
        """Press the mouse at ``start``, move it to ``end``, let go."""
        (x, y), (to_x, to_y) = start, end
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
        for step in range(1, steps + 1):
            here = {"x": x + (to_x - x) * step / steps, "y": y + (to_y - y) * step / steps}
            self.call("Input.dispatchMouseEvent", type="mouseMoved", button="left", **here)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", x=to_x, y=to_y, button="left", clickCount=1)


@contextlib.contextmanager
def opened(folder: Path, url: str) -> Iterator[Tab]:
    """A tab with ``url``; the test is skipped where there is no Chromium."""
    program = next((found for found in map(shutil.which, NAMES) if found), None)
    if program is None:
        pytest.skip("Chromium is not installed here")
    port = free_port()
    words = [
        *(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1500,1200"),
        *(f"--remote-debugging-port={port}", "--remote-allow-origins=*", f"--user-data-dir={folder}", "about:blank"),
    ]
    browser = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = until(lambda: _address(port), what="Chromium answers")
        tab = Tab(str(address))
        tab.call("Page.navigate", url=url)
        yield tab
    finally:
        stop(browser)


def _address(port: int) -> str:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
        pages = [each for each in json.load(answer) if each["type"] == "page"]
        return pages[0]["webSocketDebuggerUrl"] if pages else ""
    return ""


def stop(process: subprocess.Popen) -> None:
    """End a program that we started, the hard way if it must be."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

"""What Lighthouse says of the pages that phones open most: home, statement, readings and sign-in, with its usual slow phone and network.

``python -m benchmarks.lighthouse``. Needs node, npm (which installs Lighthouse into a temporary folder) and a Chromium. Serves the suite's small supplier from
SQLite, signs in as its resident, and asks for each page as a phone does that has been here before and as a stranger. Scores are of 100; what
took points off is named.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models import database
from tests.journeys.conftest import ACCOUNT, PASSWORD, SLUG, people

VERSION = "13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices")
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def main() -> None:
    chrome = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if chrome is None:
        sys.exit("A Chromium is needed.")
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name, served(Path(name)) as base:
        subprocess.run(["npm", "install", "--silent", "--no-package-lock", f"lighthouse@{VERSION}"], cwd=name, check=True)
        cookie, account = signed_in(base)
        pages = {
            "sign-in": ("/sign-in", ""), "home": ("/", cookie), "statement": (f"{account}/statement", cookie), "readings": (f"{account}/readings", cookie),
        }  # fmt: skip
        for page, (path, known) in pages.items():
            tell(page, asked(Path(name), chrome, base + path, known))


def tell(page: str, report: dict) -> None:
    scores = ", ".join(f"{name} {report['categories'][name]['score'] * 100:.0f}" for name in CATEGORIES)
    audits = report["audits"]
    figures = ", ".join(f"{audits[name]['title'].lower()} {audits[name]['displayValue']}" for name in ("first-contentful-paint", "largest-contentful-paint"))
    print(f"{page:10} {scores}; {figures}; layout shift {audits['cumulative-layout-shift']['displayValue']}")
    for name in CATEGORIES:
        for part in report["categories"][name]["auditRefs"]:
            audit = audits[part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1 and report["categories"][name]["score"] < 1:
                print(f"           {name}: {audit['title']} {audit.get('displayValue', '')}")


def asked(folder: Path, chrome: str, address: str, cookie: str) -> dict:
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"cookie": cookie} if cookie else {}), encoding="utf-8")
    command = ["node_modules/.bin/lighthouse", address, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
               f"--chrome-flags={FLAGS}", f"--extra-headers={headers}"]  # fmt: skip
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, env={**os.environ, "CHROME_PATH": chrome})
    return json.loads(done.stdout)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    url = f"sqlite:///{folder / 'abonent.db'}"
    environment = {"ABONENT_DATABASE_URL": url, "ABONENT_DATA_DIR": str(folder / "data"), "ABONENT_MODE": "demo"}
    os.environ.update(environment)
    asyncio.run(filled(url))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "jobs.cli", "serve", "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/o/{SLUG}"
    finally:
        process.terminate()
        process.wait(15)


async def filled(url: str) -> None:
    await database.migrate(url)
    await people(url)


def signed_in(base: str) -> tuple[str, str]:
    """The session's cookie, and the path of the resident's account."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = browser.open(f"{base}/sign-in").read().decode()
    found = re.search(r'name="csrf" value="([^"]+)"', form)
    assert found is not None
    fields = {"csrf": found[1], "login": "aigul", "password": PASSWORD}
    home = browser.open(f"{base}/sign-in", urllib.parse.urlencode(fields).encode()).read().decode()
    account = re.search(r"/accounts/acc_[\w-]{22}", home)
    assert account is not None, f"{ACCOUNT} is not on the home page"
    return "; ".join(f"{one.name}={one.value}" for one in jar), account[0]


if __name__ == "__main__":
    main()

"""How a page is looked at: by axe, at every width, and for fingers."""

import re
from pathlib import Path

AXE = Path(__file__).parent / "axe" / "axe-4.14.1.min.js"
WRONG = {"resultTypes": ["violations"]}  # what passed is not described, element by element: that took twice as long as looking
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}, **WRONG}
BY_NIGHT = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **WRONG}  # colours are all that differs
PARTS = re.compile(r"lang=|\.pdf|\.csv|after=")
WIDTHS = (320, 360, 700, 740, 1024, 1152, 1160, 1280)
WIDER = """() => [document.documentElement, ...document.querySelectorAll('.card')].filter(one => one.scrollWidth > one.clientWidth)
  .map(one => `${location.pathname} at ${innerWidth}: ${one.textContent.trim().slice(0, 40)} ${one.scrollWidth} > ${one.clientWidth}`)"""
SMALL = """() => [...document.querySelectorAll('button:not(.unseen), input:not([type=hidden]):not([type=checkbox]):not(.tick > [type=radio]), .tick label, select, .btn, .tabs a, .langs a, .brand')]
  .filter(one => one.getBoundingClientRect().height < 43.5).map(one => `${location.pathname}: ${one.outerHTML.slice(0, 120)}`)"""


async def walk(page, base: str, look, language: str = "ru") -> list:
    """What ``look`` finds on each of this person's pages, reached by following links."""
    found, seen, waiting = [], set(), [f"{base}/"]
    while waiting and len(seen) < 8:
        address = waiting.pop(0)
        seen.add(address.partition("?")[0])
        await page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        found += await look(page)
        links = await page.eval_on_selector_all("a[href]", "links => links.map(link => link.href.split('#')[0])")
        pages = [link for link in dict.fromkeys(links) if link.startswith(base) and not {"lang=", ".pdf", ".csv", "after="} & set(PARTS.findall(link))]
        waiting += [link for link in pages if link.partition("?")[0] not in seen and link not in waiting]
    return found


async def findings(page, rules: dict = RULES) -> list[str]:
    """What axe finds on the page as it stands."""
    await page.wait_for_load_state()
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("rules => axe.run(document, rules).then(found => found.violations)", rules)
    return [f"{page.url} {each['id']} ({each['impact']}): {each['nodes'][0]['html'][:160]}" for each in found]


async def by_day_and_night(page) -> list[str]:
    """What axe finds on it in both schemes."""
    found = await findings(page)
    await page.emulate_media(color_scheme="dark")
    found += await findings(page, BY_NIGHT)
    await page.emulate_media(color_scheme="light")
    return found


async def too_wide(page) -> list[str]:
    """What runs off the screen at any width that matters."""
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        found += await page.evaluate(WIDER)
    return found

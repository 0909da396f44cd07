"""THE jinja environment: whole pages, single blocks of them, and letters are all rendered here.

A fragment is a named block of a page's own template, so the page and its refresh cannot differ. Macros live in one global, ``ui``, because
a block rendered alone does not see its template's imports; what belongs to the request reaches them as ``here``.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.ext import Extension
from jinja2.runtime import Context
from markupsafe import Markup

from adapters import bills, charts, formats, money_words, qr, reading_words, texts
from adapters.month_picker import month_options

_ENDS_IN_TAG = re.compile(r"^(?!\s*\{%[^%]*%\}$).*%\}$", re.MULTILINE)  # and is more than one tag
TEMPLATES = Path(__file__).parent.parent / "templates"
LAYOUT = "layout.html"  # of all pages

_frame: ContextVar[Any] = ContextVar("frame")


class _Here:
    """In templates, ``here.base`` and the like: what surrounds the page, set by :func:`surrounded`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_frame.get(), name)


@contextmanager
def surrounded(frame: Any) -> Iterator[None]:
    """Templates rendered inside see the attributes of ``frame`` as ``here`` and speak its ``language``."""
    token = _frame.set(frame)
    try:
        with texts.speaking(frame.language):
            yield
    finally:
        _frame.reset(token)


def render(template: str, *, block: str | None = None, **context: Any) -> str:
    """The whole template, or one of its blocks alone; KeyError where the template has no such block."""
    found = environment().get_template(template)
    if block is None:
        return found.render(context)
    return "".join(found.blocks[block](found.new_context(context)))


def has_block(template: str, block: str) -> bool:
    """Whether the template itself defines this block. Those that it fills for the layout do not count: they need what stands outside of them."""
    made = environment()
    return block in made.get_template(template).blocks and block not in made.get_template(LAYOUT).blocks


def settle(*, compiled: bool) -> None:
    """Templates do not change any more while this process lives; with `compiled` none of them waits for its first reader to be compiled."""
    made = environment()
    made.auto_reload = False
    for name in made.list_templates(extensions=("html", "txt")) if compiled else ():
        made.get_template(name)


class _LineEnds(Extension):
    """In plain text a line that says something ends where it ends: jinja would take away the line end behind ``{% endtrans %}``."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _ENDS_IN_TAG.sub(r"\g<0>\n", source) if (name or "").endswith(".txt") else source


@cache
def environment() -> Environment:
    """Made once: everything but a ``.txt`` of a letter is escaped, and an unknown name is an error, never an empty place."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", _LineEnds],
    )
    made.policies["ext.i18n.trimmed"] = True  # as the collector of texts takes them
    made.install_gettext_callables(_plain, _plural, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(gettext=_said, _=_said)
    made.filters.update(formats.FILTERS)
    made.filters.update(reading_words.FILTERS)
    made.filters.update(money_words.FILTERS)
    made.tests.update(_TESTS)
    made.filters.update(has_month_total=bills.has_month_total, month_total_of=bills.month_total_of, lacks_sums=bills.lacks_sums)
    made.filters.update(bill_columns=bills.columns, bill_lines=bills.lines, based=bills.based, qr_picture=qr.picture, month_options=month_options)
    made.globals.update(here=_Here(), bars=charts.bars, qr=qr.drawn, language_names=texts.LANGUAGES)
    made.globals["ui"] = made.get_template("ui.html").module
    made.globals["mail"], made.globals["plain"] = made.get_template("mail/parts.html").module, made.get_template("mail/parts.txt").module
    return made


@pass_context
def _said(context: Context, message: str, /, **values: Any) -> str:
    """As jinja's own does, but a text without a place for values is looked up and marked as safe once, not at each of a page's ninety texts."""
    text = _marked(texts.language(), message) if context.eval_ctx.autoescape else _plain(message)
    return text % values if "%" in text else text


@lru_cache(20_000)  # all our texts in three languages are some six thousand
def _marked(language: str, message: str) -> Markup:
    return Markup(texts.translations(language).gettext(message))  # noqa: S704 - our own catalogs


def _plain(message: str) -> str:
    return texts.translations(texts.language()).gettext(message)


def _plural(one: str, many: str, count: int) -> str:
    return texts.translations(texts.language()).ngettext(one, many, count)


def _is_nothing(sum_: Any) -> bool:
    return not sum_.amount.strip("-0.")


_TESTS: dict[str, Callable[[Any], bool]] = {
    "overpaid": lambda sum_: sum_.amount.startswith("-") and not _is_nothing(sum_),
    "owed": lambda sum_: not sum_.amount.startswith("-") and not _is_nothing(sum_),
    "nothing": _is_nothing,
}

"""The words that people read, in their language: gettext over ``templates/locale``, compiled in memory when first used.

The language of what is being written is a context variable, so that templates' global macros, formats and problem texts all agree.
"""

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"ru": "Русский", "kk": "Қазақша", "en": "English"}
DEFAULT = "ru"
LOCALE = Path(__file__).parent.parent / "templates" / "locale"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


def language() -> str:
    """The language of what is being written now: one of ``LANGUAGES``."""
    return _language.get()


def speak(chosen: str) -> None:
    """Go on in this language until the `speaking` around it ends."""
    _language.set(chosen if chosen in LANGUAGES else DEFAULT)


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Everything written inside is in this language; an unknown one means the default."""
    token = _language.set(chosen if chosen in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def translations(chosen: str) -> _gettext.NullTranslations:
    """The catalog of a language; message ids are English, so a language without catalog speaks English."""
    path = LOCALE / chosen / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return _gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=chosen))
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


def gettext(message: str, **values: object) -> str:
    """The message in the current language, its ``%(name)s`` filled in."""
    text = translations(language()).gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The form for ``count`` in the current language; ``%(num)s`` is the count."""
    return translations(language()).ngettext(one, many, count) % {"num": count, **values}

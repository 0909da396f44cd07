"""``make messages``: collect the texts of code and templates into the catalogs, and ``--check`` that nothing is left untranslated.

Message ids are English, so only the other languages have a catalog. Catalogs are compiled in memory by adapters.texts: no .mo files.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from adapters.texts import LANGUAGES, LOCALE

ROOT = Path(__file__).parent.parent
SOURCE = "en"
CYRILLIC = re.compile("[\u0400-\u04ff]")
ROOMS = ("models", "adapters", "resolvers", "schema", "web", "jobs")
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
# What Russian and Kazakh write alike: any other text that is the same in both was left in Russian.
SAME = {"Дебет", "Кредит", "Операция", "Код", "Файл", "Газ", "Импорт", "Логин", "Телефон", "Тариф", "Сайт", "Ресурс", "Профиль (TOML)", "комиссия %(sum)s"}
OPTIONS = {pattern: {"encoding": "utf-8", "newstyle_gettext": "true", "trimmed": "true", "silent": "false"} for pattern, _ in METHODS}


def main() -> None:
    """Write the catalogs, or with ``--check`` say what is missing and exit with 1."""
    collected = collect()
    if "--check" in sys.argv[1:]:
        found = [line for language in LANGUAGES if language != SOURCE for line in problems(language, collected)]
        sys.stderr.writelines(f"{line}\n" for line in found)
        sys.exit(1 if found else 0)
    for language in LANGUAGES:
        if language != SOURCE:
            _update(language, collected)


def collect() -> Catalog:
    """Every text that code and templates name."""
    catalog = Catalog(project="abonent", charset="utf-8")
    for room in (*ROOMS, "templates"):
        for name, _, message, comments, context in extract_from_dir(ROOT / room, METHODS, OPTIONS):
            catalog.add(message, None, [(f"{room}/{name}", 0)], auto_comments=comments, context=context)
    return catalog


def problems(language: str, collected: Catalog) -> Iterator[str]:
    """What keeps a language from being complete: texts without translation, fuzzy ones, wrong placeholders, and leftovers."""
    catalog = _catalog(language)
    for message in collected:
        if message.id:
            known = catalog.get(message.id, message.context)
            if known is None or not all(_texts(known)):
                yield f"{language}: not translated: {message.id!r}"
            elif known.fuzzy:
                yield f"{language}: fuzzy: {message.id!r}"
            else:
                yield from (f"{language}: {error}: {message.id!r}" for error in known.check(catalog))
    for message in catalog:
        if message.id and collected.get(message.id, message.context) is None:
            yield f"{language}: no longer used: {message.id!r}"
    if language == "kk":
        yield from (f"kk: in Russian: {message.id!r}" for message in alike(catalog, _catalog("ru")))


def alike(catalog: Catalog, other: Catalog) -> Iterator[Message]:
    """Messages with a text of Cyrillic words that is the same in both languages and is none that both write alike."""
    for message in catalog:
        known = other.get(message.id, message.context) if message.id else None
        texts = set(_texts(message)) & set(_texts(known)) - SAME if known else set()
        if any(CYRILLIC.search(text) for text in texts):
            yield message


def _update(language: str, collected: Catalog) -> None:
    catalog = _catalog(language)
    collected.creation_date = catalog.creation_date  # a file changes only where its texts do
    catalog.update(collected, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    _path(language).parent.mkdir(parents=True, exist_ok=True)
    with _path(language).open("wb") as file:
        write_po(file, catalog, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
    left = sum(1 for message in catalog if message.id and not all(_texts(message)))
    sys.stdout.write(f"{language}: {len(catalog)} texts, {left} to translate in {_path(language).relative_to(ROOT)}\n")


def _catalog(language: str) -> Catalog:
    if not _path(language).exists():
        return Catalog(locale=language, project="abonent", charset="utf-8", fuzzy=False)
    with _path(language).open("rb") as file:
        return read_po(file, locale=language)


def _path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "messages.po"


def _texts(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (str(message.string or ""),)


if __name__ == "__main__":
    main()

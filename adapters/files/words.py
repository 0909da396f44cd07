"""Words that registers use for the values of closed lists, in Russian, Kazakh and English; and when two spellings are the same word."""

from __future__ import annotations

import re
from functools import lru_cache

_DROPPED = re.compile(r"[\s._\-\u2013\u2014/№,:;()\"'«»*]+")
_CURRENCIES, _MEASURES = "тг|тенге|теңге|руб|рублей|р|kzt|rub|₸|₽", "куб\\.? ?м|кв\\.? ?м|[мm][23²³]|гкал|gcal|квт[·*.]?ч|kwh"
_UNIT = re.compile(rf"[\s,(\[]+(?:{_CURRENCIES}|{_MEASURES})\.?[)\]]?", re.IGNORECASE)
# Clerks write Kazakh with the letters that a Russian keyboard has: both spellings are one word.
_SAME_LETTERS = str.maketrans("ёәғқңөұүһі", "еагкноуухи")


def folded(text: str) -> str:
    """`НДС, %` and `ндс %` are the same word, `Қызмет` and `кызмет` too; dots, dashes, spaces and № do not count."""
    return _DROPPED.sub("", text.casefold().translate(_SAME_LETTERS))


def heading_key(heading: str) -> str:
    """What tells headings apart: `Сумма, тг` and `Сумма (руб.)` are the same one."""
    heading = heading.strip()
    unit = next((found for found in _UNIT.finditer(heading) if found.end() == len(heading)), None)
    return folded(heading[: unit.start()] if unit else heading)


@lru_cache(maxsize=1024)
def basis_of(label: str) -> str:
    """What a line was charged by, of ChargeBasis."""
    return _BASES.get(folded(label), "unknown")


@lru_cache(maxsize=1024)
def source_of(label: str) -> str:
    """Who took a reading, of ReadingSource."""
    return _SOURCES.get(folded(label), "other")


def _words(**values: tuple[str, ...]) -> dict[str, str]:
    return {folded(word): value for value, words in values.items() for word in words}


RESOURCES = _words(
    cold_water=("хол", "холодная", "холодная вода", "хвс", "вода", "холодное водоснабжение", "суық", "суық су", "су", "cold", "cold water", "water"),
    hot_water=("гор", "горячая", "горячая вода", "гвс", "горячее водоснабжение", "ыстық", "ыстық су", "hot", "hot water"),
    sewerage=("канализация", "водоотведение", "кәріз", "су бұру", "sewerage", "sewage"),
    heating=("отопление", "тепло", "теплосчётчик", "тепловая энергия", "жылу", "жылыту", "heat", "heating"),
    electricity=("электроэнергия", "электроснабжение", "электричество", "электр", "электр энергиясы", "электр қуаты", "electricity", "power"),
    gas=("газ", "газоснабжение", "gas"),
)
METER_STATES = _words(
    installed=("установлен", "установлено", "орнатылған", "орнатылды", "installed", "active"),
    removed=("снят", "снято", "алынған", "алынды", "removed"),
    faulty=("неисправен", "не работает", "ақаулы", "жұмыс істемейді", "faulty", "broken"),
)
ACCOUNT_KINDS = _words(
    individual=("физическое лицо", "физлицо", "фл", "физ. лицо", "жеке тұлға", "жт", "individual", "natural person", "person"),
    legal=("юридическое лицо", "юрлицо", "юл", "юр. лицо", "заңды тұлға", "зт", "legal", "legal entity", "company"),
)
ZONES = _words(
    day=("день", "дневная", "дневной", "полупик", "күндіз", "күндізгі", "day"),
    night=("ночь", "ночная", "ночной", "түн", "түнгі", "night"),
    peak=("пик", "пиковая", "пиковый", "қарбалас", "peak"),
)
OWNERSHIPS = _words(
    private=("частная", "частная собственность", "собственность", "приватизированная", "приватизировано", "жеке", "жеке меншік", "private"),
    municipal=("муниципальная", "муниципальная собственность", "государственная", "найм", "социальный найм", "коммуналдық", "мемлекеттік", "municipal"),
)
YES_OR_NO = _words(
    yes=("да", "есть", "установлен", "иә", "ия", "бар", "орнатылған", "yes", "y", "true", "1", "+"),
    no=("нет", "не установлен", "отсутствует", "жоқ", "орнатылмаған", "no", "n", "false", "0"),
)
_BASES = _words(
    reading=("показания", "показание", "по показаниям", "счётчик", "прибор учёта", "көрсеткіш", "көрсеткіштер", "есептегіш", "reading", "readings", "meter"),
    average=("среднее", "по среднему", "орташа", "average"),
    norm=("норматив", "по нормативу", "норма", "norm", "standard"),
    communal=("общедомовые нужды", "одн", "жалпы үй", "жалпы үй қажеттіліктері", "communal", "common needs"),
    fixed=("площадь", "по площади", "фиксированная сумма", "аудан", "алаң", "area", "fixed"),
)
_SOURCES = _words(
    cabinet=("личный кабинет", "жеке кабинет", "cabinet", "personal account"),
    site=("сайт", "website", "site"),
    phone=("телефон", "phone", "call"),
    inspector=("контролёр", "контролер", "бақылаушы", "inspector"),
    installation=("акт установки", "установка", "орнату актісі", "орнату", "installation"),
    removal=("акт снятия", "снятие", "алу актісі", "шешу актісі", "removal"),
)
# The first word of a row of sums.
TOTALS = frozenset(map(folded, ("итого", "всего", "итог", "барлығы", "жиыны", "жиынтығы", "total", "totals", "количество")))
MONTHS = {
    folded(word): number
    for number, words in enumerate(
        (
            "январь января янв қаңтар қаң january jan",
            "февраль февраля фев февр ақпан ақп february feb",
            "март марта мар наурыз нау march mar",
            "апрель апреля апр сәуір сәу april apr",
            "май мая мамыр мам may",
            "июнь июня июн маусым мау june jun",
            "июль июля июл шілде шіл july jul",
            "август августа авг тамыз там august aug",
            "сентябрь сентября сен сент қыркүйек қыр september sep sept",
            "октябрь октября окт қазан қаз october oct",
            "ноябрь ноября ноя нояб қараша қар november nov",
            "декабрь декабря дек желтоқсан жел december dec",
        ),
        1,
    )
    for word in words.split()
}

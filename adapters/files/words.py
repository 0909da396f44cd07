"""Words that registers use for the values of closed lists, in Russian, Kazakh and English; and when two spellings are the same word."""

from __future__ import annotations

import re

_DROPPED = re.compile(r"[\s._\-\u2013\u2014/№,:;()\"'«»*]+")
# Clerks write Kazakh with the letters that a Russian keyboard has: both spellings are one word.
_SAME_LETTERS = str.maketrans("ёәғқңөұүһі", "еагкноуухи")


def folded(text: str) -> str:
    """`НДС, %` and `ндс %` are the same word, `Қызмет` and `кызмет` too; dots, dashes, spaces and № do not count."""
    return _DROPPED.sub("", text.casefold().translate(_SAME_LETTERS))


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

"""The sentence for each code: what is wrong, with the numbers, in the words of those who make registers."""

from __future__ import annotations

from collections import defaultdict

from resolvers.imports.outcome import Line

SENTENCES = {
    # a row
    "account_number_missing": "Не указан лицевой счёт.",
    "missing": "Не заполнен столбец «{column}».",
    "too_few_columns": "В строке {cells} столбцов, а в заголовке {columns}.",
    "too_many_columns": "В строке {cells} столбцов, а в заголовке {columns}: вероятно, в тексте лишняя точка с запятой.",
    "quotes": "Кавычки в строке расставлены неверно.",
    "unreadable_letters": "В строке есть знаки, которых нет в кодировке файла.",
    "not_a_number": "«{value}» — не число (столбец «{column}»).",
    "too_large": "Число «{value}» слишком велико (столбец «{column}»).",
    "not_a_date": "«{value}» — не дата вида ДД.ММ.ГГГГ (столбец «{column}»).",
    "not_a_period": "«{value}» — не месяц вида ГГГГ-ММ (столбец «{column}»).",
    "unknown_word": "Значение «{value}» в столбце «{column}» неизвестно.",
    "too_long": "В столбце «{column}» больше {longest} знаков.",
    "negative": "Отрицательное число в столбце «{column}».",
    "zero": "Ноль в столбце «{column}».",
    "date_in_future": "Дата в столбце «{column}» ещё не наступила.",
    "unknown_account": "Лицевой счёт {account} не найден или не был принят.",
    "unknown_contract": "Договор {contract} не найден.",
    "unknown_meter": "Счётчик {serial} на эту дату не найден или не был принят.",
    "duplicate_row": "Ниже есть строка о том же: принята она.",
    "check_digit": "Контрольная цифра не сходится (столбец «{column}»); номер сохранён как есть.",
    "product": "Количество × тариф с НДС = {computed}, а в сумме {printed}.",
    "arithmetic": "Строка не сходится: остаток на конец по её числам {computed}, напечатано {printed}.",
    "chain": "Остаток на начало {printed}, а прошлый остаток на конец {computed}.",
    "detail": "Начислено, перерасчёт и оплата в итоге строки {printed}, а по принятым строкам реестров {computed}.",
    # a file
    "unreadable": "Файл не читается: {reason}.",
    "no_files": "В папке нет файлов .csv.",
    "empty_file": "Файл пуст.",
    "not_text": "Это не текстовый реестр (формат {format}).",
    "encoding": "Кодировка {encoding} не поддерживается: нужна Windows-1251 или UTF-8.",
    "unknown_headings": "По заголовкам не видно, что это за реестр: {headings}",
    "balances_by_service": "Остатки по услугам пока не принимаются.",
    "duplicate_heading": "Заголовок «{heading}» встречается дважды.",
    "unclosed_quote": "В этой строке открыта кавычка, которая не закрыта: остаток файла непонятен.",
    "line_too_long": "Строка длиннее {longest} знаков.",
    "truncated": "Последняя строка не окончена: файл, похоже, передан не полностью.",
}
_ALSO = {"detail": " Кроме того, детали расходятся с итогом."}


def sentence(line: Line) -> str:
    """What a person reads about the row or file."""
    text = SENTENCES[line.code].format_map(defaultdict(lambda: "—", {name: _shown(value) for name, value in line.params.items()}))
    return text + _ALSO.get(str(line.params.get("also")), "")


def _shown(value: object) -> str:
    return "—" if value in (None, "") else str(value).replace(".", ",") if _is_amount(str(value)) else str(value)


def _is_amount(text: str) -> bool:
    head, point, tail = text.removeprefix("-").partition(".")
    return bool(point) and head.isdigit() and tail.isdigit()

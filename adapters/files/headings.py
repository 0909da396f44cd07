"""What each kind of register holds: its columns, the headings that they go by, and how a kind is known by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from adapters.files import cells, words
from adapters.files.aliases import ALIASES, headings_of
from adapters.files.cells import Cell


@dataclass(frozen=True, slots=True)
class Column:
    """`headings` are the Russian names that the column goes by, the first is the usual one; others are in aliases.py.

    `missing` is the code that refuses a row whose cell is empty; None where empty means unknown. `empty` is what is stored then.
    """

    name: str
    cell: Cell
    headings: tuple[str, ...]
    missing: str | None = None
    empty: Any = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A file is of this kind where it has every column in `marks`, one of `either` at least, and none of `never`.

    Where it has several of `either`, a row may have any of them: what it is for is then to be judged row by row.
    """

    name: str
    columns: tuple[Column, ...]
    marks: frozenset[str]
    never: frozenset[str] = frozenset()
    either: tuple[str, ...] = ()  # the usual one first

    def headings(self, column: Column) -> tuple[str, ...]:
        """What the column goes by in any language, the usual heading first."""
        return headings_of(self.name, column.name, column.headings)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process has the same kinds, whose ways to read cells cannot be sent."""
        return _named, (self.name,)

    @property
    def needed(self) -> frozenset[str]:
        """What a usual file of this kind has."""
        return self.marks | set(self.either[:1])

    def lacking(self, named: Iterable[str]) -> frozenset[str]:
        """What is needed for a file with these columns to be of this kind."""
        present = frozenset(named)
        return (self.marks if not present.isdisjoint(self.either) else self.needed) - present

    def judged_by_row(self, named: Iterable[str]) -> frozenset[str]:
        """Columns of such a file whose empty cells are no fault by themselves."""
        several = frozenset(named) & frozenset(self.either)
        return several if len(several) > 1 else frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _named(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.name == name)


def _text(longest: int) -> Cell:
    return Cell(cells.text(longest), "text")


_MONEY, _DECIMAL, _DAY, _MONTH = Cell(cells.money, "bigint"), Cell(cells.decimal, "bigint"), Cell(cells.day, "date"), Cell(cells.month, "date")
_PERCENT, _SMALL, _COUNT = Cell(cells.percent, "int"), Cell(cells.whole(32_000), "int"), Cell(cells.whole(1_000_000), "int")
_DIGITS = Cell(cells.whole(18), "int")
_RESOURCE = Cell(cells.choice(words.RESOURCES), "text")
_STATE = Cell(cells.choice(words.METER_STATES), "text")
_ACCOUNT_KIND = Cell(cells.choice(words.ACCOUNT_KINDS), "text")
_ZONE = Cell(cells.choice(words.ZONES), "text")
_ZONES = Cell(cells.whole(3), "int")
_OWNERSHIP = Cell(cells.choice(words.OWNERSHIPS), "text")
_YES_OR_NO = Cell(cells.yes_or_no(words.YES_OR_NO), "boolean")
_NUMBER = Cell(cells.identifier(40), "text")

_ACCOUNT = Column("account", _NUMBER, ("Лицевой счёт", "Л/с", "Номер лицевого счёта"), "account_number_missing")
_PERIOD = Column("period", _MONTH, ("Период", "Расчётный период"), "missing")
_SERVICE = Column("service", _text(200), ("Услуга", "Наименование услуги"), "missing")

TARIFFS = Kind(
    "tariffs",
    (
        _SERVICE,
        Column("tariff_group", _text(32), ("Тарифная группа",), empty=""),
        Column("valid_from", _DAY, ("Действует с", "Дата начала действия"), "missing"),
        Column("price", _DECIMAL, ("Тариф без НДС", "Цена без НДС")),
        Column("price_with_tax", _DECIMAL, ("Тариф с НДС", "Тариф")),
        Column("tax_percent", _PERCENT, ("НДС, %", "Ставка НДС")),
        Column("unit", _text(32), ("Ед. изм.", "Единица измерения"), empty=""),
        Column("document", _text(300), ("Основание", "Документ", "Приказ"), empty=""),
    ),
    marks=frozenset({"service", "valid_from"}),
)
CONTRACTS = Kind(
    "contracts",
    (
        Column("number", _NUMBER, ("Номер договора", "Договор"), "missing"),
        Column("payer_name", _text(300), ("Наименование", "Наименование плательщика", "Плательщик"), empty=""),
        Column("tax_number", _text(40), ("БИН", "ИИН/БИН", "ИНН")),
        Column("email", _text(254), ("Email", "Электронная почта")),
    ),
    marks=frozenset({"number", "payer_name"}),
    never=frozenset({"Лицевой счёт"}),
)
ACCOUNTS = Kind(
    "accounts",
    (
        _ACCOUNT,
        Column("kind", _ACCOUNT_KIND, ("Тип", "Тип абонента"), empty="individual"),
        Column("surname", _text(200), ("Фамилия",), empty=""),
        Column("name", _text(120), ("Имя",), empty=""),
        Column("patronymic", _text(120), ("Отчество",), empty=""),
        Column("tax_number", _text(40), ("ИИН/БИН", "ИИН", "БИН", "ИНН")),
        Column("contract", _text(40), ("Номер договора", "Договор")),
        Column("branch", _text(120), ("Отделение", "Участок")),
        Column("locality", _text(120), ("Населённый пункт", "Город"), empty=""),
        Column("street", _text(160), ("Улица",), empty=""),
        Column("house", _text(32), ("Дом", "Номер дома"), empty=""),
        Column("flat", _text(32), ("Квартира",), empty=""),
        Column("flat_prefix", _text(16), ("Префикс",), empty=""),
        Column("area", _DECIMAL, ("Площадь", "Общая площадь")),
        Column("residents", _COUNT, ("Численность", "Проживает")),
        Column("irrigated_area", _DECIMAL, ("Поливная площадь",)),
        Column("tariff_group", _text(32), ("Тарифная группа",), empty=""),
        Column("ownership", _OWNERSHIP, ("Собственность", "Вид собственности", "Форма собственности")),
        Column("email", _text(254), ("Email", "Электронная почта")),
        Column("heat_meter", _YES_OR_NO, ("Теплосчётчик", "Установлен теплосчётчик", "Наличие теплосчётчика")),
    ),
    marks=frozenset({"account", "surname"}),
)
METERS = Kind(
    "meters",
    (
        _ACCOUNT,
        Column("inlet", _SMALL, ("Ввод",)),
        Column("place", _text(80), ("Место", "Место установки")),
        Column("resource", _RESOURCE, ("Вода", "Ресурс"), "missing"),
        Column("zones", _ZONES, ("Зоны", "Число зон", "Количество зон", "Тарифность")),
        Column("serial", _text(40), ("Номер счётчика", "Заводской номер")),
        Column("installed_on", _DAY, ("Дата установки",)),
        Column("verification_due_on", _DAY, ("Дата поверки", "Дата следующей поверки")),
        Column("state", _STATE, ("Состояние",), empty="installed"),
        Column("integer_digits", _DIGITS, ("Знаков до запятой",)),
        Column("fraction_digits", _DIGITS, ("Знаков после запятой",)),
    ),
    marks=frozenset({"account", "resource", "serial"}),
    never=frozenset({"Показание", "Дата", "Источник", "Период"}),  # readings that lost a column are no meters
)
READINGS = Kind(
    "readings",
    (
        _ACCOUNT,
        Column("inlet", _SMALL, ("Ввод",)),
        Column("resource", _RESOURCE, ("Вода", "Ресурс"), "missing"),
        Column("zone", _ZONE, ("Зона", "Тарифная зона")),
        Column("serial", _text(40), ("Номер счётчика", "Заводской номер")),
        Column("taken_on", _DAY, ("Дата", "Дата показания"), "missing"),
        Column("value", _DECIMAL, ("Показание", "Показания"), "missing"),
        Column("source_label", _text(80), ("Источник",), empty=""),
    ),
    marks=frozenset({"account", "resource", "taken_on", "value"}),
)
CHARGES = Kind(
    "charges",
    (
        _PERIOD,
        _ACCOUNT,
        _SERVICE,
        Column("parent", _text(200), ("В составе", "Входит в услугу")),
        Column("supplier", _text(300), ("Поставщик", "Поставщик услуги")),
        Column("unit", _text(32), ("Ед. изм.", "Единица измерения")),
        Column("quantity", _DECIMAL, ("Количество", "Объём")),
        Column("price", _DECIMAL, ("Тариф без НДС", "Цена без НДС")),
        Column("tax_percent", _PERCENT, ("НДС, %", "Ставка НДС")),
        Column("price_with_tax", _DECIMAL, ("Тариф с НДС", "Тариф")),
        Column("amount", _MONEY, ("Сумма", "Начислено"), "missing"),
        Column("recalculation", _MONEY, ("Перерасчёт",)),
        Column("corrects_period", _MONTH, ("За период",)),
        Column("basis_label", _text(80), ("Основание",), empty=""),
        Column("zone", _ZONE, ("Зона", "Тарифная зона")),
        Column("shortfall_days", _DECIMAL, ("Недопоставка, дней", "Недопоставка (дней)")),
        Column("shortfall_amount", _MONEY, ("Недопоставка, сумма", "Недопоставка (сумма)")),
        Column("social_norm_amount", _MONEY, ("Стоимость в пределах социальной нормы", "В пределах социальной нормы")),
        Column("paid", _MONEY, ("Оплачено", "Оплата", "Поступило оплат")),
    ),
    marks=frozenset({"period", "account", "service", "amount"}),
    never=frozenset({"Остаток на конец", "Сальдо на конец", *ALIASES["closing"]}),  # these are balances by service
)
BALANCES = Kind(
    "balances",
    (
        _PERIOD,
        _ACCOUNT,
        Column("service", _text(200), _SERVICE.headings),  # of those who keep balances so
        Column("opening", _MONEY, ("Остаток на начало", "Сальдо на начало")),
        Column("charged", _MONEY, ("Начислено",)),
        Column("recalculation", _MONEY, ("Перерасчёт",)),
        Column("penalty", _MONEY, ("Пеня", "Пени")),
        Column("paid", _MONEY, ("Оплачено", "Оплата")),
        Column("compensation", _MONEY, ("Возмещение",)),
        Column("compensation_note", _MONEY, ("Возмещение (справочно)",)),
        Column("closing", _MONEY, ("Остаток на конец", "Сальдо на конец"), "missing"),
    ),
    marks=frozenset({"period", "account", "closing"}),
)
PAYMENTS = Kind(
    "payments",
    (
        Column("paid_on", _DAY, ("Дата", "Дата платежа"), "missing"),
        _ACCOUNT,
        Column("contract", _NUMBER, ("Номер договора", "Договор"), "missing"),  # instead: what a legal payer pays for all of it
        Column("amount", _MONEY, ("Сумма", "Сумма платежа"), "missing"),
        Column("channel", _text(80), ("Канал", "Способ оплаты"), empty=""),
        Column("document", _text(80), ("Номер документа", "Документ"), empty=""),
    ),
    marks=frozenset({"paid_on", "amount"}),
    never=frozenset({"Услуга", "Показание"}),
    either=("account", "contract"),
)

KINDS = (TARIFFS, CONTRACTS, ACCOUNTS, METERS, READINGS, CHARGES, BALANCES, PAYMENTS)  # the order in which they hang on each other

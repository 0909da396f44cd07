"""Records for the benchmarks of paper: statements as a page's document answers them, of three kinds of suppliers, in roubles so that their bills have a QR."""

import datetime as dt
from types import SimpleNamespace as Record
from typing import Any

from adapters import payment_qr
from models.money import Currency, Money
from models.period import Period
from web.frames import Frame

MONTH = Period(2026, 10)
PAYEE = Record(
    payee="ООО «Водоканал»", taxNumber="7606066274", bank="ПАО СБЕРБАНК", bic="044525225", account="40702810138250123017",
    correspondentAccount="30101810400000000225", kpp="760601001", kbe="",
)  # fmt: skip
WATER = (("Холодная вода", "COLD_WATER", "1.043", "69.32", "", ""), ("Канализация", "SEWERAGE", "1.692", "111.52", "", ""))
LEGAL = (
    ("Холодная вода", "COLD_WATER", "812.000", "48184.08", "", ""), ("Канализация", "SEWERAGE", "812.000", "47786.20", "", ""),
    ("Холодная вода, сверх лимита", "COLD_WATER", "40.500", "12016.35", "", ""), ("Приём сточных вод сверх норм", "SEWERAGE", "12.000", "3531.00", "", ""),
)  # fmt: skip
HOUSING = (
    ("Содержание жилья", None, "54.3", "1547.55", "", ""),
    ("Текущий ремонт", None, "54.3", "223.17", "", ""),
    ("Вывоз мусора", None, "2", "181.40", "", "ООО «Чистый двор»"),
    ("Отопление", "HEAT", "0.9774", "2443.50", "", "АО «Теплосеть»"),
    ("Компонент на холодную воду", "HOT_WATER", "4", "180.00", "Горячее водоснабжение", "АО «Теплосеть»"),
    ("Компонент на тепловую энергию", "HOT_WATER", "0.25", "625.00", "Горячее водоснабжение", "АО «Теплосеть»"),
    ("Холодное водоснабжение", "COLD_WATER", "6", "270.00", "", "МУП «Водоканал»"),
    ("Водоотведение", "SEWERAGE", "10", "310.00", "", "МУП «Водоканал»"),
    ("Электроснабжение", "ELECTRICITY", "180.5", "1263.50", "", "ООО «Энергосбыт»"),
    ("Электроснабжение мест общего пользования", "ELECTRICITY", "12", "84.00", "", ""),
    ("Газоснабжение", "GAS", "11", "97.13", "", "ООО «Горгаз»"),
    ("Капитальный ремонт", None, "54.3", "690.15", "", "Фонд капитального ремонта"),
    ("Домофон", None, "1", "60.00", "", ""),
    ("Антенна", None, "1", "110.00", "", ""),
)


def sum_of(amount: str) -> Money:
    return Money.parse(amount, Currency.RUB)


def much(value: str, unit: str = "куб.м") -> Record:
    return Record(value=value, unit=unit)


def price(amount: str) -> Record:
    return Record(amount=amount, currency="RUB", per="куб.м", taxIncluded=True)


def accounts() -> dict[str, Record]:
    """One account of each kind, with the statement of a month."""
    return {
        "water": account("02015213", "Қасымова Гүлнара Мұратқызы", WATER, taxed=True),
        "housing": account("300017", "Константинопольская Екатерина Александровна", HOUSING, taxed=False),
        "legal": account("2666", "ТОО «Городское предприятие по обслуживанию жилых домов»", LEGAL, taxed=True),
    }


def account(number: str, holder: str, services: Any, *, taxed: bool) -> Record:
    by_service = len(services) > 4
    statement = Record(
        period=MONTH, state="CLOSED", version=1, asOf=dt.datetime(2026, 11, 1, tzinfo=dt.UTC), dueOn=dt.date(2026, 11, 25), bill=bill(number),
        head=head(holder), opening=sum_of("641.06"), charged=sum_of("180.84"), recalculation=sum_of("0.00"), penalty=sum_of("0.00"), paid=sum_of("641.06"),
        compensation=None, compensationNote=None, closing=sum_of("1234.51"), toPay=sum_of("1234.51"), derived=["PAID"], recalculations=[], differences=[],
        forMonth=sum_of("180.84"), correctedLater=[], correctsEarlier=[], closedWith=None,
        lines=[balance(each) for each in services] if by_service else [], volumes=[volume(n) for n in range(4 if by_service else 2)],
        charges=[charge(each, taxed=taxed) for each in services],
    )  # fmt: skip
    return Record(id=f"acc_{number}", number=number, kind="INDIVIDUAL", address="Красина, 3-1", organization=organization(), statement=statement)


def head(holder: str) -> Record:
    return Record(
        holderName=holder, address="улица Красина, дом 3, квартира 1", residents=2, area=much("54.3", "кв.м"), irrigatedArea=None, tariffGroup="1",
        contractNumber=None, ownership=None, branch=None,
    )  # fmt: skip


def bill(number: str) -> Record:
    code = payment_qr.written({
        "Name": PAYEE.payee, "PersonalAcc": PAYEE.account, "BankName": PAYEE.bank, "BIC": PAYEE.bic, "CorrespAcc": PAYEE.correspondentAccount, "Sum": "123451",
        "Purpose": f"Оплата по лицевому счёту {number} за октябрь 2026", "PayeeINN": PAYEE.taxNumber, "KPP": PAYEE.kpp, "PersAcc": number,
        "PaymPeriod": "102026", "TechCode": "02",
    })  # fmt: skip
    return Record(due=sum_of("1234.51"), dueOn=dt.date(2026, 11, 25), qr=code, settled=False, payee=PAYEE)


def charge(service: Any, *, taxed: bool) -> Record:
    name, resource, quantity, amount, group, supplier = service
    line = Record(
        id=name, service=Record(name=name, resource=resource), supplier=Record(name=supplier) if supplier else None, unit="куб.м", quantity=much(quantity),
        tariff=price("59.34") if taxed else None, tariffWithTax=price("66.46"), taxPercent="12" if taxed else None, amount=sum_of(amount),
        recalculation=None if taxed else sum_of("0.00"), basis="READING", zone=None, tier=None, shortfallDays=None, shortfallAmount=None, socialNormAmount=None,
        paid=None, parent=None,
    )  # fmt: skip
    if group:
        whole = sum_of("805.00")  # its parts, so that a bill has nothing to say of a difference
        line.parent = Record(**vars(line) | {"id": group, "amount": whole, "service": Record(name=group, resource=resource)})
    return line


def balance(service: Any) -> Record:
    name, _, _, amount, _, _ = service
    return Record(
        service=Record(name=name), opening=sum_of("0.00"), charged=sum_of(amount), recalculation=sum_of("0.00"), penalty=sum_of("0.00"),
        paid=sum_of("0.00"), compensation=None, closing=sum_of(amount), derived=[],
    )  # fmt: skip


def volume(number: int) -> Record:
    resource = ("COLD_WATER", "HOT_WATER", "ELECTRICITY", "GAS")[number]
    return Record(
        resource=resource, inlet=1, place="С/узел", serial=f"3188336{number}", zone=None, fromOn=dt.date(2026, 9, 25), fromValue=much("114.365"),
        toOn=dt.date(2026, 10, 25), toValue=much("115.408"), volume=much("1.043"),
    )  # fmt: skip


def organization() -> Record:
    return Record(name="Водоканал", contacts="70-08-78, пр. Шәкәрім, 180", timezone="Asia/Almaty", accent="#0b6e8f")


def frame(language: str = "ru") -> Frame:
    return Frame(language, "", "/", (), organization(), (language,), True, "")

"""Statement PDFs per second and core: the whole document through the product's own pool, against rendering its HTML alone."""

import asyncio
import datetime as dt
import io
import time
from types import SimpleNamespace as Record

from pypdf import PdfReader

from adapters import pdf
from adapters.rendering import render, surrounded
from models.period import Period
from web.frames import Frame

DOCUMENTS = 60


def main() -> None:
    asyncio.run(measured())


async def measured() -> None:
    """Print both rates and the size of one document."""
    frame = Frame("ru", "", "/", (), organization(), ("ru",), True, "")
    account = sample()
    started = time.perf_counter()
    for _ in range(DOCUMENTS):
        with surrounded(frame):
            html = render("pdf/statement.html", account=account)
    pages = DOCUMENTS / (time.perf_counter() - started)
    await asyncio.gather(*[pdf.made(html) for _ in range(pdf.WORKERS)])  # the pool has started
    started = time.perf_counter()
    for _ in range(0, DOCUMENTS, pdf.WORKERS):
        made = await asyncio.gather(*[pdf.made(html) for _ in range(pdf.WORKERS)])
    documents = DOCUMENTS / (time.perf_counter() - started)
    pdf.close()
    words = len(PdfReader(io.BytesIO(made[0])).pages[0].extract_text().split())
    print(f"HTML of a statement: {pages:.0f} a second")
    print(f"PDF of a statement ({words} words, {len(made[0]) // 1024} KB): {documents:.1f} a second, {documents / pdf.WORKERS:.1f} a second and core")
    print(f"A PDF costs {pages / documents * pdf.WORKERS:.0f} times its HTML")


def organization() -> Record:
    return Record(name="Водоканал", contacts="70-08-78, пр. Шәкәрім, 180", timezone="Asia/Almaty", accent="#0b6e8f")


def sum_of(amount: str) -> Record:
    return Record(amount=amount, currency="KZT")


def much(value: str) -> Record:
    return Record(value=value, unit="куб.м")


def sample() -> Record:
    """The printed statement of May 2020."""
    day = dt.date(2020, 5, 25)
    charges = [
        Record(
            service=Record(name=name, resource=resource), supplier=None, quantity=much(quantity), tariff=sum_of(tariff), tariffWithTax=sum_of(taxed),
            taxPercent="12", amount=sum_of(amount), recalculation=None, basis="READING", zone=None,
        )
        for name, resource, quantity, tariff, taxed, amount in (
            ("Холодная вода", "COLD_WATER", "1.043", "59.34", "66.46", "69.32"), ("Канализация", "SEWERAGE", "1.692", "58.85", "65.91", "111.52"),
        )
    ]  # fmt: skip
    volumes = [
        Record(
            resource=resource, inlet=1, place="С/узел", serial="31883369", zone=None, fromOn=day, fromValue=much("114.365"), toOn=day,
            toValue=much("115.408"), volume=much("1.043"),
        )
        for resource in ("COLD_WATER", "HOT_WATER")
    ]  # fmt: skip
    head = Record(holderName="Қасымова Гүлнара Мұратқызы", address="Красина, 3-1", residents=1, irrigatedArea=None, tariffGroup="1", contractNumber=None)
    statement = Record(
        period=Period(2020, 5), head=head, opening=sum_of("-641.06"), charged=sum_of("180.84"), recalculation=sum_of("0.00"), penalty=sum_of("0.00"),
        paid=sum_of("0.00"), compensation=None, compensationNote=sum_of("1500.00"), closing=sum_of("-460.21"), toPay=sum_of("-460.21"), dueOn=None,
        asOf=dt.datetime(2020, 6, 1, tzinfo=dt.UTC), volumes=volumes, charges=charges, differences=[Record(reason="ARITHMETIC", amount=sum_of("0.01"))],
    )  # fmt: skip
    return Record(number="02015213", statement=statement)


if __name__ == "__main__":
    main()

"""Texts of payment QR codes as bills have them: ГОСТ Р 56042-2014, and what stands in the wild."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.payment_qr import MANDATORY, NotAPaymentQr, looks_like_one, read, written

V1 = (
    'ST00012|Name=ООО «Три кита»|PersonalAcc=40702810138250123017|BankName=ОАО "БАНК"|BIC=044525225|CorrespAcc=30101810400000000225|PayeeINN=6200098765'
    "|LastName=Иванов|FirstName=Иван|MiddleName=Иванович|Purpose=Оплата членского взноса|PayerAddress=г.Рязань ул.Ленина д.10 кв.15|Sum=100000"
)
V2 = (
    "ST00011|Name=ООО «УК ЭкоГрад»|PersonalAcc=40902830202010056769|BankName=ПАО СБЕРБАНК|BIC=048073601|CorrespAcc=30102110300320000206|PayeeINN=0524967340"
    "|persAcc=5018435412|payerAddress=ул.Ивана Спатара, д.14, кв.32|lastName=Иванов|firstName=Иван|middleName=Иванович|Sum=12351"
)
V3 = (
    "ST00012|Name=АО Управляющая организация|PersonalAcc=40702810702910000312|BankName=АО  'АЛЬФА-БАНК' г. Москва|BIC=044525593|CorrespAcc=30101810200000000593"
    "|PayeeINN=7606066274|KPP=760601001|Sum=383296|Purpose=квитанция за ЖКУ|lastName=|payerAddress=Свердлова ул., д.102, кв.44|persAcc=502045019"
    "|paymPeriod=01.2024|category=1|ServiceName=5000|addAmount=0"
)
V4 = (
    "ST00011|Name=УФК по Иркутской области (КУМИ г.Братска)|PersonalAcc=03100643000000013400|BIC=012520101|CorrespAcc=40102810145370000026|Sum=88689"
    "|PersAcc=10169173|PaymPeriod=январь 2021|ServiceName=2222|category=Коммунальные услуги|"
)
V5 = "ST00012#Name=A|B#PersonalAcc=40702810138250123017#BankName=ОАО БАНК#BIC=044525225#CorrespAcc=30101810400000000225#Sum=1"


@pytest.mark.parametrize(
    ("text", "account", "amount", "period"),
    [(V1, None, 100000, None), (V2, "5018435412", 12351, None), (V2.encode(), "5018435412", 12351, None), (V2.encode("cp1251"), "5018435412", 12351, None),
     (V3, "502045019", 383296, "2024-01"), (V4, "10169173", 88689, "2021-01"), (V5, None, 1, None), (f"\ufeff {V3}\r\n", "502045019", 383296, "2024-01"),
     ("ST00012|PersAcc=1|Sum=100.00", "1", 100, None), ("ST00012|PersonalAccount=02015213", "02015213", None, None),
     ("ST00012|PersAcc=1|PaymPeriod=082026", "1", None, "2026-08"), ("ST00012|PersAcc=1|PaymPeriod=202608", "1", None, "2026-08"),
     ("ST00012|PersAcc=1|PaymPeriod=20230500", "1", None, "2023-05"), ("ST00012|PersAcc=1|PaymPeriod=2026-99", "1", None, None)],
)  # fmt: skip
def test_what_bills_say(text, account, amount, period):
    found = read(text)
    assert (found.account, found.amount, found.period) == (account, amount, period)


def test_values_keep_what_stands_in_them():
    assert read(V5).values["name"] == "A|B"
    assert read("ST00012|Name=a=b|Purpose=x|y|PersAcc=1").values == {"name": "a=b", "purpose": "x|y", "persacc": "1"}
    assert "lastname" not in read(V3).values
    assert read(V2.encode("cp1251")).values["lastname"] == "Иванов"


@pytest.mark.parametrize(
    "text",
    ["ST0001|Name=x|PersAcc=1", "ST00012Name=x|PersAcc=1", "https://platiqr.ru/?uuid=22428", "", "ST00012|PersAcc=" + "1" * 10_000_000, "ST00012|PersAcc=1\0",
     "ST00012|PersAcc=1|Sum=-1", "ST00012|PersAcc=1|Sum=1e9", "ST00012|PersAcc=1|Sum=12.50", "ST00012|PersAcc=1|persAcc=2", b"\xff" * 20_000, "02015213"],
)  # fmt: skip
def test_what_is_none_is_refused(text):
    with pytest.raises(NotAPaymentQr):
        read(text)


def test_a_number_does_not_look_like_one():
    assert looks_like_one(" st00012|Name=x")
    assert not looks_like_one("02015213")


words = some.text(some.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=200).filter(
    lambda text: text.strip("\ufeff ") == text.strip()
)


@given(
    some.fixed_dictionaries(dict.fromkeys(MANDATORY, some.from_regex(r"[0-9]{9,20}", fullmatch=True)) | {"Name": words, "BankName": words, "Purpose": words})
)
def test_what_is_written_is_read_again(values):
    """Names may be cut, numbers never; of what no separator can part nothing is written."""
    if not all(value.strip() for value in values.values()):
        with pytest.raises(ValueError, match="names"):
            written(values)
        return
    try:
        text = written(values)
    except ValueError:
        assert all(sign in "".join(values.values()) for sign in "|#;:^_~")
        return
    found = read(text).values
    for key, value in values.items():
        kept = found[key.casefold()]
        assert kept == value if key in ("PersonalAcc", "BIC", "CorrespAcc") else value.strip().startswith(kept), key
    separator = text[7]
    head = text[8:].split(separator)[: len(MANDATORY)]
    assert [part.partition("=")[0] for part in head] == list(MANDATORY)
    assert len(separator.join(head).encode()) <= 300

"""The printed screens, imported by the product and asked for through the API: the same to the last digit."""

import datetime as dt
import json
from pathlib import Path

import pytest

from resolvers.imports import run_import
from resolvers.organizations import create_organization
from resolvers.users import grant_membership
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.context import Context
from schema.execution import execute
from tests import factories as make

FIGURES = Path(__file__).parents[2] / "samples" / "figures"
TODAY = dt.date(2020, 6, 10)
INDIVIDUAL = """{ account(organizationSlug: "vodokanal", number: "02015213") {
  address statement(period: "2020-05") {
    head { residents irrigatedArea { value } }
    opening { amount } charged { amount } recalculation { amount } penalty { amount } paid { amount } compensation { amount }
    compensationNote { amount } closing { amount } toPay { amount currency } forMonth { amount }
    volumes { resource serial place inlet fromOn fromValue { value } toOn toValue { value } volume { value unit } }
    charges { service { name } quantity { value } tariff { amount } tariffWithTax { amount } taxPercent amount { amount } }
    differences { reason amount { amount } }
  }
  readings(first: 10) { nodes { sourceLabel display } }
} }"""
LEGAL = """{ contracts(first: 1, organizationSlug: "vodokanal") { nodes { number payerName statement(period: "2019-11") {
  total { amount } totals { service { name } quantity { value } amount { amount } }
  rows(first: 10) { nodes { position account { number } tariffGroup charge { service { name } quantity { value } tariff { amount } taxPercent amount { amount } } } }
} recipients(first: 5) { nodes { number meters { resource serial state refusal { code } registers { lastReading { display sourceLabel } } } } } } } }"""


HOUSING = """{ account(organizationSlug: "vodokanal", number: "00000154") { address ownership statement(period: "2014-10") {
  head { ownership area { value } branch } opening { amount } paid { amount } charged { amount } penalty { amount } closing { amount currency } derived forMonth { amount }
  lines { closing { amount } } recalculation { amount }
  charges { service { name } unit quantity { value } tariff { amount } tariffWithTax { amount taxIncluded } taxPercent amount { amount } recalculation { amount } parent { id } }
  differences { reason service { name } amount { amount } }
} } }"""
HEAT = """{ account(organizationSlug: "vodokanal", number: "00000000") { ownership balance { amount } statement(period: "2020-03") {
  opening { amount } charged { amount } recalculation { amount } penalty { amount } paid { amount } closing { amount currency } derived forMonth { amount }
  lines { service { name } opening { amount } charged { amount } recalculation { amount } penalty { amount } paid { amount } closing { amount } derived }
  charges { service { name } unit quantity { value } tariffWithTax { amount } amount { amount } recalculation { amount } }
  differences { reason }
} } }"""


async def answered(folder: str, text: str, currency: str = "KZT", **owner: str):
    await create_organization("vodokanal", "Водоканал", currency, "Asia/Almaty")
    await run_import("vodokanal", [FIGURES / folder], today=TODAY)
    user = await make.user()
    await grant_membership(user.login, "vodokanal", **owner)
    await ids.load()
    answer = await execute(text, None, Context(await viewer_of_user(user.id, TODAY), make.NOW, TODAY))
    assert not answer.errors, answer.errors
    return answer.data, json.loads((FIGURES / f"{folder}.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("database")
async def test_the_flat_of_may_2020():
    data, printed = await answered("water_individual_2020_05", INDIVIDUAL, number="02015213")
    found = data["account"]["statement"]
    assert data["account"]["address"].endswith("Красина, 3-1")
    assert found["head"] == {"residents": printed["account"]["residents"], "irrigatedArea": {"value": "0"}}
    for name, key in (("opening", "opening_balance"), ("charged", "charged"), ("closing", "closing_balance_printed"), ("toPay", "closing_balance_printed")):
        assert found[name]["amount"] == printed[key]
    assert found["forMonth"]["amount"] == printed["charged"], "nothing was recalculated, fined or made good"
    assert [found[name]["amount"] for name in ("recalculation", "penalty", "paid", "compensation")] == ["0.00"] * 4
    assert found["compensationNote"]["amount"] == "1500.00"
    for volume, meter in zip(found["volumes"], printed["meters"], strict=True):
        (from_on, start), (to_on, end) = meter["readings"]
        assert (volume["fromOn"], volume["fromValue"]["value"], volume["toOn"], volume["toValue"]["value"]) == (from_on, start, to_on, end)
        assert (volume["serial"], volume["volume"]["value"]) == (meter["serial"], meter["volume_m3"])
    lines = [(line["quantity"]["value"], line["amount"]["amount"]) for line in found["charges"]]
    assert lines == [(line["quantity"], line["amount"]) for line in printed["charges"]]
    assert [line["tariff"]["amount"] for line in found["charges"]] == list(printed["tariffs_without_vat"].values())
    assert [line["tariffWithTax"]["amount"] for line in found["charges"]] == list(printed["tariffs_with_vat"].values())
    assert found["differences"] == [{"reason": "ARITHMETIC", "amount": {"amount": "0.01"}}]
    assert {reading["sourceLabel"] for reading in data["account"]["readings"]["nodes"]} == {"Личный кабинет"}


@pytest.mark.usefixtures("database")
async def test_the_contract_of_november_2019():
    data, printed = await answered("water_legal_2019_11", LEGAL, contract="2666")
    contract = data["contracts"]["nodes"][0]
    assert contract["number"] == printed["contract"]["number"]
    assert contract["statement"]["total"]["amount"] == "0.00"
    rows = [(row["position"], row["account"]["number"], row["tariffGroup"], float(row["charge"]["tariff"]["amount"]), row["charge"]["taxPercent"], row["charge"]["quantity"]["value"])
            for row in contract["statement"]["rows"]["nodes"]]  # fmt: skip
    wanted = [(one["account"], one["tariff_group"], float(line[2]), line[3], line[1]) for one in printed["recipients"] for line in one["rows"]]
    assert rows == [(place, *line) for place, line in enumerate(wanted, 1)]
    meters = contract["recipients"]["nodes"][0]["meters"]
    assert [(meter["serial"], meter["state"], (meter["refusal"] or {}).get("code")) for meter in meters] == [
        ("12223773", "INSTALLED", None), (None, "REMOVED", "METER_REMOVED"),
    ]  # fmt: skip
    assert meters[0]["registers"][0]["lastReading"] == {"display": "00000145.554", "sourceLabel": "Сайт"}


def minor(amount: str) -> int:
    """Two digits after the point, always."""
    return int(amount.replace(".", ""))


def amounts(record: dict, *names: str) -> list[str | None]:
    return [record[name] and record[name]["amount"] for name in names]


@pytest.mark.usefixtures("database")
async def test_the_flat_of_october_2014():
    data, printed = await answered("housing_2014_10", HOUSING, "RUB", number="00000154")
    found = data["account"]["statement"]
    assert (data["account"]["ownership"], found["head"]) == ("MUNICIPAL", {"ownership": "MUNICIPAL", "area": {"value": "50.5"}, "branch": None})
    assert amounts(found, "opening", "paid", "recalculation") == [None] * 3
    assert (found["lines"], found["derived"]) == ([], [])
    assert found["closing"] == {"amount": printed["debt_printed"], "currency": "RUB"}
    [*services, penalty] = printed["rows"]
    assert amounts(found, "penalty") == [penalty[4]]
    assert amounts(found, "forMonth") == [printed["total_printed"]]
    assert minor(found["charged"]["amount"]) + minor(found["penalty"]["amount"]) == minor(printed["total_printed"])
    for line, (name, unit, quantity, tariff, charged, _, _) in zip(found["charges"], services, strict=True):
        assert (line["service"]["name"], line["unit"], line["tariff"], line["taxPercent"], line["parent"]) == (name, unit, None, None, None)
        assert float(line["quantity"]["value"]) == float(quantity)
        assert line["tariffWithTax"] == {"amount": tariff, "taxIncluded": True}
        assert amounts(line, "amount", "recalculation") == [charged, None]
    assert found["differences"] == [{"reason": "DETAIL", "service": None, "amount": {"amount": "-1.09"}}]


@pytest.mark.usefixtures("database")
async def test_the_heat_of_march_2020():
    data, printed = await answered("heat_2020_03", HEAT, "RUB", number="00000000")
    found, totals, paid = data["account"]["statement"], printed["totals_printed"], printed["paid_derived"]
    assert amounts(found, *totals) == list(totals.values())
    assert minor(found["forMonth"]["amount"]) == minor(totals["charged"]) + minor(totals["recalculation"]), "no penalty is said, so none counts"
    assert (found["paid"]["amount"], found["penalty"], found["derived"], found["differences"]) == (paid["total"], None, ["PAID"], [])
    assert (data["account"]["balance"]["amount"], data["account"]["ownership"]) == (printed["due_printed"], "PRIVATE")
    for line, charge, row in zip(found["lines"], found["charges"], printed["rows"], strict=True):
        name, unit, tariff, quantity, opening, charged, recalculation, closing = row
        assert line["service"]["name"] == charge["service"]["name"] == name
        assert amounts(line, "opening", "charged", "recalculation", "penalty", "closing", "paid") == [
            opening,
            charged,
            recalculation,
            None,
            closing,
            paid[name],
        ]
        assert line["derived"] == ["PAID"]
        assert (charge["unit"], charge["quantity"]["value"], charge["tariffWithTax"]["amount"], charge["amount"]["amount"]) == (unit, quantity, tariff, charged)
        assert amounts(charge, "recalculation") == [recalculation]

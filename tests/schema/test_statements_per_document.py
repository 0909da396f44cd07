"""No N+1: how many SQL statements a document needs does not depend on how many rows it finds. Every document of the pages, and a wide one."""

from typing import Any

import pytest
from graphql import print_ast

from models import Meter
from models.enums import ChargeBasis, Resource
from resolvers.viewer import Viewer, viewer_of_user
from schema import ids, operations
from schema.build import SCHEMA
from schema.context import Context
from schema.execution import execute
from schema.limits import prepare
from tests import factories as make
from tests.counting import counted

MONTHS = [f"2026-{month:02d}" for month in range(1, 11)]
WIDE = """query Wide($first: Int!) {
  viewer { kind user { login } organization { name } }
  accounts(first: $first) { nodes {
    number address holderName organization { name readingWindow { isOpen } } contract { number balance { amount } statementPeriods }
    balance { amount } inTransit { amount } statementPeriods consumption { period volume { value } }
    statement { head { holderName } volumes { serial volume { value } } charges { service { name } supplier { name } parent { id amount { amount } } amount { amount } }
      lines { service { name } closing { amount } derived }
      recalculations { id } differences { reason } }
    statements(first: 3) { nodes { period head { residents } volumes { serial } charges { id } differences { reason } } }
    meterConsumption { inlet months { period } zones { zone months { volume { value } } } } readingHistory(first: 5) { nodes { state register { id } } }
    meters { serial refusal { code } consumption(months: 2) { months { volume { value } } } history(first: 5) { nodes { display } }
      registers { consumption { monthsCovered } history(first: 5) { nodes { receiptNumber register { id } } } lastReading { value { value } previous { value } register { meter { serial } } } previousReading { id } } }
    readings(first: 5) { nodes { display consumption { value } register { id } } }
    charges(first: 5) { nodes { parent { id } } } payments(first: 5) { nodes { id } }
  } }
  contracts(first: $first) { nodes { payerName balance { amount } recipients(first: 1) { nodes { id } }
    statement { total { amount } totals { amount { amount } } rows(first: 20) { nodes { account { number } charge { service { name } } } } } } }
}"""


class Town:
    """An organization with accounts of one contract; the viewer works for it."""

    org: Any
    contract: Any  # of the newest accounts
    accounts: list[Any]
    house: int
    meter: int
    viewer: Viewer

    async def grow(self, accounts: int, months: int) -> "Town":
        if not hasattr(self, "org"):
            await ids.load()
            self.org, self.accounts = await make.organization(), []
            self.contract = await make.contract(self.org)
            clerk = await make.user("clerk")
            await make.staff(clerk, self.org)
            self.viewer = await viewer_of_user(clerk.id, make.TODAY)
        else:
            self.contract = await make.contract(self.org)
        self.accounts += [await self._account(months) for _ in range(accounts)]
        for month in MONTHS[-months:]:
            await make.own_payment(self.contract, 100, f"{month}-11")
        self.house = (await self.accounts[0].premises).house_id
        self.meter = (await Meter.filter(account=self.accounts[0]).order_by("id").first()).id
        return self

    async def _account(self, months: int) -> Any:
        account = await make.account(self.org, contract=self.contract, balance=100)
        for resource in (Resource.COLD_WATER, Resource.HOT_WATER)[: 1 if months < 3 else 2]:
            dial = await make.meter(account, resource)
            for number, month in enumerate(MONTHS[-months:]):
                sent = {"submitted_at": make.NOW, "state": "sent", "receipt": f"26-10-{dial.id:08d}"} if number == months - 1 else {}
                await make.reading(dial, str(100 + number), f"{month}-20", **sent)
        for month in MONTHS[-months:]:
            parent = await make.charge(account, month, 500, is_group=True)
            await make.charge(account, month, 500, parent=parent, basis=ChargeBasis.AVERAGE)
            await make.statement(account, month)
            await make.payment(account, 100, f"{month}-10")
        return account


@pytest.fixture
async def town(database):
    yield await Town().grow(1, 2)
    operations.load()


def variables_of(name: str, town: Town) -> dict[str, Any]:
    """What a page would pass; documents only use what they declare."""
    owner = ("con", town.contract.id) if name.startswith("contracts/") or name.endswith("/contract") else ("acc", town.accounts[0].id)
    owner = ("hse", town.house) if name == "reading_rules/house" else owner
    typed = {"isOpen": True, "token": "x", "language": "ru", "login": "", "accountNumber": "02015213", "contractNumber": "", "version": None}
    flat = ids.encode("flt", town.accounts[0].premises_id)
    return {
        "id": ids.encode(*owner),
        "ids": [ids.encode("acc", account.id) for account in town.accounts],
        "numbers": [account.number for account in town.accounts],
        "flat": flat,
        "street": ids.encode("str", town.house),
        "house": ids.encode("sho", town.house),
        "number": town.accounts[0].number,
        "code": "AAAAAAAA",
        "door": "SIGN_IN",
        "meter": ids.encode("mtr", town.meter),
        "months": 36,
        "all": True,
        "slug": "vodokanal",
        "host": "cabinet.example.com",
        "first": 50,
        "entries": 20,
        "period": MONTHS[-1],
        "search": "крас",
        **typed,
    }


async def counts(town: Town) -> dict[str, int]:
    found = {}
    for name, operation in operations._operations.items():
        text = print_ast(operation.document.node)
        if not text.startswith("mutation"):
            declared = {key: value for key, value in variables_of(name, town).items() if f"${key}:" in text}
            with counted() as seen:
                await operations.run(name, town.viewer, declared, today=make.TODAY)
            found[name] = len(seen)
    with counted() as seen:
        answer = await execute(prepare(SCHEMA._schema, WIDE, introspection=True), {"first": 50}, Context(town.viewer, make.NOW, make.TODAY))
    assert not answer.errors, answer.errors
    found["wide"] = len(seen)
    return found


async def test_statements_do_not_grow_with_rows(town: Town):
    operations.load()
    await counts(town)  # the first run of a process reads some things once
    small = await counts(town)
    await town.grow(12, 6)
    await town.grow(2, 10)
    town.accounts.reverse()  # a document about one account now has five times the months and twice the meters
    large = await counts(town)
    # The wide document asks for the same things on several paths; which of them share a statement is a matter of moments.
    assert abs(large.pop("wide") - small.pop("wide")) < len(town.accounts) - 4
    assert large == small
    assert len(small) > 5, "the pages' documents were not found"
    assert small.pop("contracts/settlements") <= 18, "all recipients for the sums, and a page of them for the table"
    assert max(small.values()) <= 14, small

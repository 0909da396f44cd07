"""Reads leave out the columns that a document does not ask for: each field alone tells the same as beside all others."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_abstract_type, is_leaf_type, is_required_argument, parse

from models import Supplier
from models.enums import ChargeBasis, ReadingSource, ReadingState, Resource, TariffZone
from models.quantity import MICRO
from resolvers import sql
from resolvers.charges import charges_of_months
from resolvers.columns import Columns, names
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.asked import KINDS, asked_in
from schema.build import SCHEMA
from schema.context import Context
from schema.execution import execute
from schema.limits import prepare
from tests import factories as make

PATHS = {  # where a type's rows are read with what is asked of them
    "Charge": (
        "charges(first: 20) { nodes { %s } }",
        "statements(first: 5) { nodes { charges { %s } } }",
        "statements(first: 5) { nodes { recalculations { %s } } }",
        "statement(period: \"2026-10\") { charges { %s } }",
    ),
    "Statement": ("statements(first: 5) { nodes { %s } }",),
    "Reading": (
        "readingHistory(first: 20) { nodes { %s } }",
        "meters { history(first: 20) { nodes { %s } } }",
        "meters { registers { history(first: 20) { nodes { %s } } } }",
    ),
}  # fmt: skip
MONTHS = ("2026-09", "2026-10")


@pytest.fixture
async def home(database):
    """An account whose charges, statements and readings have something in every column."""
    await ids.load()
    org = await make.organization(payment_due_day=25)
    account = await make.account(org)
    supplier = await Supplier.create(organization=org, name="АлматыЭнерго")
    dials = [await make.meter(account, resource) for resource in (Resource.COLD_WATER, Resource.HOT_WATER)]
    for place, month in enumerate(MONTHS):
        said = {"recalculation": -700, "penalty": 150, "paid": 9000, "compensation": 300, "compensation_note": 300, "derived": "paid"}
        await make.statement(account, month, **said, opening=500, charged=18084, closing=8734, state="closed" if place == 0 else "open")
        power = await make.service(org, "Электроэнергия", Resource.ELECTRICITY)
        told = {"recalculation": -700, "shortfall_days": 2 * MICRO, "shortfall_amount": 90, "social_norm_amount": 5000, "paid": 4000, "tier": 2}
        await make.charge(account, month, 18084, service=power, supplier=supplier, zone=TariffZone.NIGHT, position=1, basis=ChargeBasis.AVERAGE, **told)
        group = await make.charge(account, month, 900, service=await make.service(org, "Горячая вода", Resource.HOT_WATER), is_group=True, position=2)
        await make.charge(account, month, 900, parent=group, position=3, service=await make.service(org, "Подогрев", Resource.HEATING))
        correction = {"basis": ChargeBasis.RECALCULATION, "corrects_period": make.month("2026-08"), "position": 4}
        await make.charge(account, month, -700, service=await make.service(org), **correction)
        for dial in dials:
            await make.reading(dial, f"{100 + place},25", f"{month}-20", receipt=f"{dial.id}{place}", submitted_at=make.NOW, check_code="ABCD", is_late=True)
    refused = {"source": ReadingSource.CABINET, "state": ReadingState.REFUSED, "reason": "lower", "decided_at": make.NOW, "decided_by": "user:1"}
    await make.reading(dials[0], "50", "2026-10-21", submitted_at=make.NOW, **refused)
    owner = await make.user()
    await make.member(owner, account)
    return await viewer_of_user(owner.id, make.TODAY), ids.encode("acc", account.id)


def fields_of(kind: str) -> dict[str, str]:
    """Each field of the type, with a selection of its own leaves where it needs one."""
    return {name: selected for name in SCHEMA._schema.type_map[kind].fields if (selected := _selection(SCHEMA._schema.type_map[kind], name, 2))}


def _selection(parent: GraphQLObjectType, name: str, depth: int) -> str:
    definition = parent.fields[name]
    if any(is_required_argument(one) for one in definition.args.values()):
        return f"{name}(first: 2) {{ __typename }}" if set(definition.args) >= {"first"} else ""
    inner = get_named_type(definition.type)
    if is_leaf_type(inner):
        return name
    parts = [] if is_abstract_type(inner) or not depth else [_selection(inner, each, depth - 1) for each in inner.fields]
    return f"{name} {{ __typename {' '.join(part for part in parts if part and '(' not in part)} }}"


async def rows(home: Any, path: str, selection: str) -> list[dict[str, Any]]:
    viewer, pk = home
    text = f'{{ account(id: "{pk}") {{ {path % selection} }} }}'
    document = prepare(SCHEMA._schema, text, introspection=False)  # one of ours, which no cost bounds
    answer = await execute(document, None, Context(viewer, make.NOW, make.TODAY))
    assert answer.errors == [], (selection, answer.errors)
    return list(_rows(answer.data))


def _rows(value: Any) -> Any:
    """The innermost objects that hold what was selected, in order: those with an alias of ours."""
    if isinstance(value, dict):
        if "row" in value:
            yield value
        else:
            for each in value.values():
                yield from _rows(each)
    elif isinstance(value, list):
        for each in value:
            yield from _rows(each)


@pytest.mark.parametrize("kind", PATHS)
async def test_each_field_alone_tells_what_it_tells_beside_the_others(home, kind: str):
    every = fields_of(kind)
    for path in PATHS[kind]:
        whole = await rows(home, path, "row: __typename " + " ".join(every.values()))
        assert whole
        for name, selection in every.items():
            alone = await rows(home, path, f"row: __typename {selection}")
            assert [one[name] for one in alone] == [one[name] for one in whole], (path, name)


def test_every_read_that_is_told_is_tested():
    assert set(KINDS.values()) == set(PATHS)
    assert all(len(fields_of(kind)) > 10 for kind in PATHS)


async def test_columns_that_nobody_asks_for_are_not_read(home, monkeypatch: pytest.MonkeyPatch):
    texts: list[str] = []
    fetch = sql.fetch

    async def noted(text: str, *parameters: Any) -> Any:
        texts.append(text)
        return await fetch(text, *parameters)

    monkeypatch.setattr("resolvers.charges.fetch", noted)
    await rows(home, PATHS["Charge"][1], "row: __typename amount { amount }")
    assert [("ch.amount" in text, "ch.price" in text, "sp.name" in text) for text in texts] == [(True, False, False)]
    texts.clear()
    await charges_of_months([])
    assert [("ch.amount" in text, "ch.price" in text, "sp.name" in text) for text in texts] == [(True, True, True)]


def test_all_is_read_where_something_else_is_asked_for():
    columns = Columns("a.id, a.number", name="a.name AS title", size="a.width, a.height")
    assert columns.everything == "a.id, a.number, a.name AS title, a.width, a.height"
    assert columns.text(None) == columns.text(frozenset({"name", "colour"})) == columns.everything
    assert columns.text(frozenset()) == "a.id, a.number"
    assert columns.text(frozenset({"size"})) == "a.id, a.number, a.width, a.height"
    assert names(columns.everything) == ["id", "number", "title", "width", "height"]


def test_what_is_asked_is_found_wherever_it_stands():
    text = """
        query A($id: ID!) { account(id: $id) { statements(first: 1) { nodes { closing { amount } ...more } } } node(id: $id) { id ... on Charge { taxPercent } } }
        fragment more on Statement { charges { s: service { name } ... on Charge @include(if: false) { monthsByAverage } } }"""
    assert asked_in(SCHEMA._schema, parse(text)) == {
        "Charge": frozenset({"id", "service", "months_by_average", "tax_percent"}),
        "Statement": frozenset({"closing", "charges"}),
        "Reading": frozenset({"id"}),
    }

"""Every example of docs/api.md runs, and answers without errors."""

import re
from pathlib import Path

import pytest

from models import MeterRegister
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.context import Context
from schema.execution import execute
from tests import factories as make

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```graphql\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.fixture
async def resident(database):
    await ids.load()
    account = await make.account(await make.organization(), "02015213")
    dial = await make.meter(account, serial="31883369")
    await make.reading(dial, "115.408", "2026-10-25")
    await make.charge(account, "2026-10", 6932)
    await make.statement(account, "2026-10", opening=0, closing=6932)
    user = await make.user("aliya")
    await make.member(user, account)
    return account, dial, await viewer_of_user(user.id, make.TODAY)


def test_the_guide_has_examples():
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: re.search(r"\w+ (\w+)", text)[1])
async def test_an_example_runs(resident, example: str):
    account, dial, viewer = resident
    register = dial if isinstance(dial, MeterRegister) else await MeterRegister.get(meter=dial)
    given = {
        "slug": "vodokanal", "number": "02015213", "after": None,
        "input": {
            "account": ids.encode("acc", account.id), "idempotencyKey": "2026-11-cellar",
            "readings": [{"register": ids.encode("reg", register.id), "value": "117,5"}],
        },
    }  # fmt: skip
    wanted = {name: value for name, value in given.items() if f"${name}" in example}
    answer = (await execute(example, wanted, Context(viewer, make.NOW))).body
    assert "errors" not in answer, answer["errors"]
    assert all(answer["data"].values())
    assert "problems" not in str(answer["data"])

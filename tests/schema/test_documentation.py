"""Every example of docs/api.md runs, and answers without errors."""

import json
import re
from pathlib import Path

import pytest

from models import Membership, MeterRegister, Organization
from models.enums import LookUp, ReadingState, TokenScope
from resolvers import gate
from resolvers.document_uploads import receive
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.context import Context
from schema.execution import execute
from tests import factories as make
from tests.adapters.test_file_contents import GOOD_PDF

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```graphql\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.fixture
async def resident(database):
    await ids.load()
    gate.clear()
    account = await make.account(await make.organization(look_up=LookUp.ON), "02015213", flat="1", surname="Қабдолова")
    await make.payment(account, 123_45, "2026-10-12")
    dial = await make.meter(account, serial="31883369")
    await make.reading(dial, "115.408", "2026-10-25")
    await make.charge(account, "2026-10", 6932)
    await make.statement(account, "2026-10", opening=0, closing=6932)
    user = await make.user("aliya")
    await make.member(user, account)
    return account, dial, await viewer_of_user(user.id, make.TODAY)


async def sent_bytes(data: bytes):
    yield data


def test_the_guide_has_examples():
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: re.search(r"\w+ (\w+)", text)[1])
async def test_an_example_runs(resident, example: str):
    account, dial, viewer = resident
    register = dial if isinstance(dial, MeterRegister) else await MeterRegister.get(meter=dial)
    typed = json.loads(match[1]) if (match := re.search(re.escape(example) + r"```\n```json\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)) else {}
    sent = {
        "account": ids.encode("acc", account.id), "idempotencyKey": "2026-11-cellar",
        "readings": [{"register": ids.encode("reg", register.id), "value": "117,5"}],
    }  # fmt: skip
    chosen = sent if "submitReadings(" in example else typed.get("input")
    if "attachDocument" in example:
        chosen = chosen | {"account": sent["account"], "upload": await receive(viewer, "print-out.pdf", sent_bytes(GOOD_PDF))}
    if "parseReadings" in example:
        chosen = {**typed["input"], "account": sent["account"]}
    if "judgeReadings" in example or "ToJudge" in example or "readingReceipt" in example:
        printed = {"submitted_at": make.NOW, "receipt": "26-11-7K3Q9M2X", "check_code": "ABCD2345", "state": ReadingState.SENT}
        row = await make.reading(register, "117.5", "2026-11-20", **printed)
        verdict = {"reading": ids.encode("rdg", row.id), "verdict": "REFUSE", "reason": "Photo?"}
        chosen = {"organizationSlug": "vodokanal", "idempotencyKey": "1", "verdicts": [verdict]}
        organization = await Organization.get(slug="vodokanal")
        viewer = await make.viewer_of_token(await make.token(organization, TokenScope.READ_ACCOUNTS, TokenScope.JUDGE_READINGS), make.TODAY)
    given = {"slug": "vodokanal", "number": "02015213", "after": None, "input": chosen}
    if "linkAccount" in example:
        await Membership.all().delete()
        viewer = await viewer_of_user(viewer.user_id, make.TODAY)
    wanted = {name: value for name, value in given.items() if f"${name}" in example}
    answer = (await execute(example, wanted, Context(viewer, make.NOW))).body
    assert "errors" not in answer, answer["errors"]
    assert all(answer["data"].values())
    assert "'problems': [{" not in str(answer["data"])

"""Codes for bills that staff print: whose they may be, and what is refused whole."""

import pytest

from models import AccountCode, AuditRecord, Organization
from models.errors import NotFound, ProblemCode, Refused
from resolvers.printed_codes import MOST_ACCOUNTS, issue_codes
from resolvers.viewer import viewer_of_user
from tests import factories as make


@pytest.fixture
async def town(database) -> tuple:
    of, other = await make.organization(link_proofs="bill_code"), await make.organization("gaz")
    clerk = await make.user("clerk")
    await make.staff(clerk, of)
    accounts = [await make.account(of, "02015213"), await make.account(of, "02015214"), await make.account(other, "02015213")]
    return await viewer_of_user(clerk.id, make.TODAY), accounts


async def test_each_account_gets_its_own_code_in_their_order(town):
    viewer, (first, second, _) = town
    rows = await issue_codes(viewer, "vodokanal", [second.id, first.id], make.NOW)
    assert [row.account.number for row in rows] == ["02015214", "02015213"]
    assert len({row.code for row in rows}) == 2
    assert await AccountCode.all().count() == 2
    assert await AuditRecord.filter(action="code.print").count() == 1


@pytest.mark.parametrize(("pick", "code", "path"), [
    (lambda accounts: [], ProblemCode.REQUIRED, ("accounts",)),
    (lambda accounts: [accounts[0].id] * (MOST_ACCOUNTS + 1), ProblemCode.TOO_MANY_ROWS, ("accounts",)),
    (lambda accounts: [accounts[0].id, accounts[2].id], ProblemCode.UNKNOWN_ACCOUNT, ("accounts", "1")),
    (lambda accounts: [0], ProblemCode.UNKNOWN_ACCOUNT, ("accounts", "0")),
])  # fmt: skip
async def test_what_is_wrong_makes_no_code_at_all(town, pick, code: ProblemCode, path: tuple):
    viewer, accounts = town
    with pytest.raises(Refused) as refused:
        await issue_codes(viewer, "vodokanal", pick(accounts), make.NOW)
    assert [(problem.code, problem.path) for problem in refused.value.problems] == [(code, path)]
    assert await AccountCode.all().count() == 0


async def test_checking_makes_none(town):
    viewer, (first, *_) = town
    [row] = await issue_codes(viewer, "vodokanal", [first.id], make.NOW, validate_only=True)
    assert row.code is None
    assert await AccountCode.all().count() == 0


async def test_who_does_not_work_there_gets_none(town):
    viewer, (_, _, others) = town
    await Organization.filter(slug="gaz").update(link_proofs="bill_code")
    with pytest.raises(NotFound):
        await issue_codes(viewer, "gaz", [others.id], make.NOW)

"""An account's facts come inside its own row; they are what a statement of their own would bring."""

import datetime as dt
from dataclasses import asdict

import pytest

from models import AccountFacts
from models.enums import Ownership
from resolvers.accounts import accounts_by_ids
from resolvers.facts import facts_of
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.counting import counted

NASTY = 'ТОО «Өзен\\"; DROP\n\t\u2028" и сыновья'


@pytest.mark.usefixtures("database")
async def test_facts_of_an_account_are_the_same_either_way():
    org = await make.organization()
    contract = await make.contract(org, NASTY[:20])
    whole, bare, none = await make.account(org), await make.account(org), await make.account(org)
    await AccountFacts.create(
        organization=org, account=whole, valid_from=dt.date(2026, 3, 1), surname=NASTY, name="", patronymic="И", residents=0, area=9_007_199_254_740_993,
        irrigated_area=1, tariff_group="", ownership=Ownership.PRIVATE, contract=contract,
    )  # fmt: skip
    await AccountFacts.create(organization=org, account=whole, valid_from=dt.date(2025, 12, 31))
    await AccountFacts.filter(account=none).delete()
    clerk = await make.user("clerk")
    await make.staff(clerk, org)
    ids = [one.id for one in (whole, bare, none)]
    with counted() as statements:
        found = await accounts_by_ids(await viewer_of_user(clerk.id, make.TODAY), ids)
    assert len(statements) == 2, "the viewer's, and one for the accounts"
    apart = await facts_of(ids)
    for pk in ids:
        assert [asdict(one) for one in found[pk].history] == [asdict(one) for one in apart.get(pk, [])]
    assert [one.valid_from for one in found[whole.id].history] == [dt.date(1900, 1, 1), dt.date(2025, 12, 31), dt.date(2026, 3, 1)]
    assert found[whole.id].history[-1].area == 9_007_199_254_740_993
    assert found[whole.id].facts.holder_name == f"{NASTY} И"
    assert (found[none.id].facts, found[bare.id].facts.residents) == (None, 2)

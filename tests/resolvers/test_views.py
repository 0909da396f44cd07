"""What a look-up opens: fifteen minutes, since the present holder came, and only while the organization lets strangers look."""

import base64
import datetime as dt
import re

import pytest

from models import Organization
from models.enums import LookUp, Right
from resolvers.sessions import bearer_viewer
from resolvers.views import OPEN_FOR, new_view, viewer_of_view
from settings import settings
from tests import factories as make


@pytest.fixture
async def account(database):
    org = await make.organization()
    await Organization.filter(id=org.id).update(look_up=LookUp.ON)
    return await make.account(org, "02015213")


async def test_a_view_opens_one_account_for_a_quarter_of_an_hour(account):
    token, until = new_view([(account.id, None)], make.NOW)
    viewer = await viewer_of_view(token, make.NOW)
    assert [(grant.account_id, grant.rights) for grant in viewer.grants] == [(account.id, Right.SEE_MONEY)]
    assert viewer.user_id is None
    assert until == make.NOW + OPEN_FOR
    assert await viewer_of_view(token, until - dt.timedelta(seconds=2)) is not None
    assert await viewer_of_view(token, until) is None


async def test_a_view_tells_nothing_by_itself(account):
    """Neither a row's key nor a day, however one decodes it: one account more changes every letter but the prefix."""
    (one, _), (two, _) = (new_view([(pk, make.TODAY)], make.NOW) for pk in (account.id, account.id + 1))
    body, other = (base64.urlsafe_b64decode(token.removeprefix("abv_") + "==") for token in (one, two))
    assert not [text for text in (str(make.TODAY.toordinal()), str(account.id + 10**9)) if text.encode() in body]
    assert not re.search(rb"[0-9\[\],]{5}", body)
    assert sum(a == b for a, b in zip(body, other, strict=True)) < len(body) / 4


async def test_a_new_holder_does_not_show_the_former_ones_months(account):
    since = make.TODAY.replace(day=1)
    token, _ = new_view([(account.id, since)], make.NOW)
    assert (await viewer_of_view(token, make.NOW)).grants[0].from_on == since


async def test_it_closes_when_the_organization_says_so(account):
    token, _ = new_view([(account.id, None)], make.NOW)
    await Organization.filter(id=account.organization_id).update(look_up=LookUp.OFF)
    viewer = await viewer_of_view(token, make.NOW)
    assert viewer.grants == ()


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.replace("abv_", "abv_W"), lambda t: "abv_", lambda t: "abv_" + "я" * 9, lambda t: t * 99]
)
async def test_a_forged_view_is_none(account, spoil):
    token, _ = new_view([(account.id, None)], make.NOW)
    assert await viewer_of_view(spoil(token), make.NOW) is None
    assert await bearer_viewer(spoil(token), make.NOW) is None


async def test_a_view_outlives_the_change_of_the_secret_while_the_old_key_verifies(account, monkeypatch):
    token, _ = new_view([(account.id, None)], make.NOW)
    new, old = "n" * 40, settings().secrets[0]
    monkeypatch.setenv("ABONENT_SECRET", f"{new} {old}")
    settings.cache_clear()
    assert await viewer_of_view(token, make.NOW) is not None
    monkeypatch.setenv("ABONENT_SECRET", new)
    settings.cache_clear()
    assert await viewer_of_view(token, make.NOW) is None

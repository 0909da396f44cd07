"""Signatures by the vectors of Standard Webhooks."""

import base64
import datetime as dt

import pytest

from adapters import webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = dt.datetime.fromtimestamp(1614265330, dt.UTC)
BODY = b'{"event_type":"ping"}'
SIGNATURE = "v1,5cjdXunEWcKGxNtJajzxZ76t7ahtwC9IjMde4dK5Oko="


def test_the_vector():
    assert webhooks.signed("msg_1", AT, BODY, [SECRET]) == {"webhook-id": "msg_1", "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}


def test_two_secrets_sign_side_by_side():
    other = webhooks.new_secret()
    both = webhooks.signed("msg_1", AT, BODY, [other, SECRET])["webhook-signature"].split(" ")
    assert both == [webhooks.signed("msg_1", AT, BODY, [other])["webhook-signature"], SIGNATURE]


@pytest.mark.parametrize("change", [("msg_2", AT, BODY), ("msg_1", AT + dt.timedelta(seconds=1), BODY), ("msg_1", AT, BODY + b" ")])
def test_whatever_changes_changes_the_signature(change):
    assert webhooks.signed(*change, [SECRET])["webhook-signature"] != SIGNATURE


def test_secrets_are_random_and_fit_twice_into_their_column():
    made = {webhooks.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(len(base64.b64decode(one.removeprefix("whsec_"), validate=True)) == 24 and 2 * len(one) + 1 <= 80 for one in made)


def test_what_is_no_secret_signs_nothing():
    with pytest.raises(ValueError, match="whsec_"):
        webhooks.signed("msg_1", AT, BODY, ["whsec_ä"])

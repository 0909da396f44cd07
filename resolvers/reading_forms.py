"""When a form for readings was opened, sealed: it is taken for a while after its window's end, and nobody can open one afterwards.

A token belongs to an account and a month, and is kept nowhere. One that cannot be read is worth as much as none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import orjson

from models.enums import Right
from models.period import Period
from resolvers.accounts import AccountRow
from resolvers.sealing import opened, own_sealers
from resolvers.windows import OpenedForm, in_grace

LONGEST = 200
_KIND = "reading form"


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form that is open: `in_time_until` is the instant from which on its readings are late, None where they are so already."""

    token: str
    period: Period
    is_late: bool
    in_time_until: dt.datetime | None


def opened_form(account: AccountRow, now: dt.datetime, today: dt.date, token: str | None = None, only: Period | None = None) -> FormRow | None:
    """The form that `token` names as long as it is in its grace, else a new one; None for who may not send, while nothing is taken, or
    for another month than the `only` one.
    """
    if not account.access.may(Right.SEND_READINGS):
        return None
    rules, former = account.window_rules, read(token, account.pk)
    if former is not None and token is not None and in_grace(rules, former, now):
        return FormRow(token, former.period, is_late=False, in_time_until=rules.days_of(former.period).closes_at + rules.grace)
    window = account.window(today)
    if not window.is_taking or only not in (None, window.counts_for):
        return None
    made = OpenedForm(account.pk, window.counts_for, not window.is_open, now)
    return FormRow(written(made), made.period, made.is_late, window.closes_at + rules.grace if window.is_open else None)


def month_of(account: AccountRow, now: dt.datetime, today: dt.date, token: str | None = None) -> Period:
    """The month that readings of this form count for, as long as it is in its grace; else that those of today count for."""
    former = read(token, account.pk)
    return former.period if former is not None and in_grace(account.window_rules, former, now) else account.window(today).counts_for


def written(form: OpenedForm) -> str:
    payload = [form.account_pk, str(form.period), form.is_late, int(form.opened_at.timestamp())]
    return own_sealers()[0].sealed(_KIND, orjson.dumps(payload))


def read(token: str | None, account_pk: int) -> OpenedForm | None:
    """The form that this installation opened for the account; None for anything else."""
    if not token or len(token) > LONGEST:
        return None
    payload = opened(_KIND, token)
    if payload is None:
        return None
    owner, period, is_late, opened_at = orjson.loads(payload)
    return OpenedForm(owner, Period.parse(period), is_late, dt.datetime.fromtimestamp(opened_at, dt.UTC)) if owner == account_pk else None

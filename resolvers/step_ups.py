"""What opens the reserve of tries where strangers have used up the day's: a letter to the register's address, a code of staff or of a bill."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from models import MailedSecret
from models.enums import CodeSource, Purpose, StepUp
from resolvers import account_codes, mailed_secrets
from resolvers.proof_targets import Target

LIFETIME = dt.timedelta(hours=24)  # a stranger may ask for the day's letters before the owner does: they stay good for the owner
LETTERS_A_DAY = 3
LETTER_CODE = 8  # letters of the code in a letter
_SOURCES = {CodeSource.STAFF: StepUp.STAFF, CodeSource.BILL: StepUp.BILL_CODE}


@dataclass(frozen=True, slots=True)
class Passed:
    kind: StepUp
    secret: MailedSecret | None = None
    code: account_codes.Found | None = None


async def passed(text: str, target: Target, offered: tuple[StepUp, ...], now: dt.datetime) -> Passed | None:
    """Which step-up the text passes for the target: a letter's link or code, a code of staff or of a bill. None where it passes none."""
    secret = await _of_a_letter(text.strip(), target, now) if StepUp.EMAIL in offered else None
    if secret is not None:
        return Passed(StepUp.EMAIL, secret=secret)
    code = await account_codes.find(text, target.account_id, target.contract_id, now)
    if code is None or _SOURCES[code.source] not in offered:
        return None
    return Passed(_SOURCES[code.source], code=code)


async def spend(one: Passed, now: dt.datetime) -> bool:
    """In the transaction of what it opened."""
    if one.secret is not None:
        return await mailed_secrets.spend(one.secret, now)
    return one.code is not None and await account_codes.spend(one.code.pk, now)


async def _of_a_letter(text: str, target: Target, now: dt.datetime) -> MailedSecret | None:
    """Typing wrong codes makes a letter's code worthless in the end, never its link."""
    found = await mailed_secrets.by_token(Purpose.STEP_UP, text, now)
    if found is not None:
        return found if target.is_known and (found.account_id, found.contract_id) == (target.account_id, target.contract_id) else None
    owner = {"contract_id": target.contract_id} if target.contract_id is not None else {"account_id": target.account_id or 0}
    candidates = await MailedSecret.filter(purpose=Purpose.STEP_UP, spent_at=None, expires_at__gt=now, **owner).order_by("-id").limit(LETTERS_A_DAY)
    plain = [letter for letter in text if letter.isalnum()]
    return await mailed_secrets.by_code(candidates, text, now) if len(plain) == LETTER_CODE else None

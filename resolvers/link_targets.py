"""What somebody aims at who links: a number as typed or pasted from a bill, an account chosen from the lists, a contract."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from adapters import payment_qr
from models import Contract, PersonalAccount
from models.enums import Purpose
from models.errors import ProblemCode, Refused
from resolvers import mailed_secrets, proof_targets
from resolvers.address_lists import CandidateRow
from resolvers.link_letters import masked
from resolvers.proof_budget import key_of
from resolvers.proof_targets import Target
from resolvers.viewer import Viewer

LONGEST = 40


@dataclass(frozen=True, slots=True)
class Aim:
    """`kind` is "number", "contract", or "candidate" and "payer": an account's and a contract's row id, empty for one that is none."""

    kind: str
    text: str

    @property
    def is_contract(self) -> bool:
        return self.kind in ("contract", "payer")

    def key(self, target: Target) -> str:
        """Where misses are counted: the same for an account however it was reached."""
        if not target.is_known:
            return key_of(self.kind, self.text)
        return key_of("contract" if target.contract_id is not None else "number", target.number)


def aim_at(number: str | None, contract: str | None) -> Aim:
    """Raises Refused with REQUIRED, TOO_LONG or NOT_A_BILL at its field."""
    if contract is not None:
        return Aim("contract", _plain(contract, "contractNumber"))
    return Aim("number", _plain(read_number(number or ""), "number"))


def read_number(text: str) -> str:
    """A number as it is, or the one that a bill's QR code names. Raises Refused with NOT_A_BILL at `number`."""
    if not payment_qr.looks_like_one(text):
        return text
    try:
        found = payment_qr.read(text).account
    except payment_qr.NotAPaymentQr:
        found = None
    if found is None:
        raise Refused(ProblemCode.NOT_A_BILL, ("number",))
    return found


async def aimed(organization_id: int, aim: Aim, today: dt.date) -> Target:
    """Two statements, whatever is there."""
    if aim.kind == "contract":
        return await proof_targets.contract_by_number(organization_id, aim.text)
    if aim.kind == "payer":
        return await proof_targets.contract_by_id(organization_id, int(aim.text or 0))
    if aim.kind == "candidate":
        return await proof_targets.account_by_id(organization_id, int(aim.text or 0), today)
    return await proof_targets.account_by_number(organization_id, aim.text, today)


async def step_up_target(viewer: Viewer, organization_id: int, token: str, now: dt.datetime) -> CandidateRow | None:
    """What the link of a letter is for; looking spends nothing."""
    secret = await mailed_secrets.by_token(Purpose.STEP_UP, token, now)
    if secret is None or secret.organization_id != organization_id:
        return None
    contract = await Contract.get_or_none(id=secret.contract_id or 0)
    account = await PersonalAccount.get_or_none(id=secret.account_id or 0, withdrawn_at=None)
    found = contract or account
    return CandidateRow(found.id, masked(found.number), is_contract=contract is not None) if found is not None else None


def _plain(text: str, field: str) -> str:
    plain = proof_targets.plain_number(text)
    if not plain:
        raise Refused(ProblemCode.REQUIRED, (field,))
    if len(plain) > LONGEST:
        raise Refused(ProblemCode.TOO_LONG if field == "contractNumber" else ProblemCode.NOT_A_BILL, (field,))
    return plain

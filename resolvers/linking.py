"""Linking an account or a contract to whoever proves that it is his."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q

from adapters.counters import counters
from models import LoginAlias, Membership, Organization, User
from models.database import transaction
from models.enums import CodeSource, Door, Factor, Proof, Right, StepUp
from models.errors import ProblemCode, Refused, Throttled
from resolvers import account_codes, audit, idempotency, link_letters, step_ups
from resolvers.access_rules import Rules, rules_of
from resolvers.gate import HumanAnswer, knock
from resolvers.link_targets import Aim, aimed
from resolvers.organizations import organization_by_slug, organization_row_of
from resolvers.proof_targets import Target
from resolvers.proofs import Case, Given, Proved, check_form, prove
from resolvers.users import key as folded
from resolvers.viewer import Viewer

MUTATION = "linkAccount"
MISSES_OF_A_USER = (20, 3600)  # at all targets together; a right proof is none


@dataclass(frozen=True, slots=True)
class Link:
    """What somebody asks for. `step_up` is a letter's link or code, or a code of staff or of a bill."""

    slug: str
    aim: Aim
    given: Given
    step_up: str
    key: str
    human: HumanAnswer | None = None

    @property
    def code(self) -> str:
        """What may be a code of staff: typed as a step-up, or where the bill's is asked for."""
        return self.step_up.strip() or self.given.code

    @property
    def fingerprint(self) -> str:
        """Of what was aimed at alone: what was typed as proof is kept in no form."""
        return idempotency.fingerprint(self.slug, self.aim.kind, self.aim.text)


@dataclass(frozen=True, slots=True)
class Linked:
    """`login` signs in at this organization from now on; None where somebody else has it."""

    account_id: int | None
    contract_id: int | None
    login: str | None


async def link(viewer: Viewer, asked: Link, now: dt.datetime, source: str | None = None, today: dt.date | None = None) -> Linked:
    """Raises NotFound for an organization; Refused with NOT_OFFERED, REQUIRED and INVALID_… at fields, ALREADY_LINKED, WRONG_CODE at `stepUp`,
    NOT_PROVED or NO_TRIES_LEFT; Throttled, and what a door refuses.

    A target that does not exist is answered like one that was missed, and costs the same.
    """
    assert viewer.user_id is not None
    organization = await organization_by_slug(asked.slug)
    day = today or organization_row_of(organization).today(now)
    answer = await idempotency.first_answer(viewer.actor, MUTATION, asked.key, asked.fingerprint)
    if answer is not None:
        return Linked(*answer)
    rules, required = _required(organization, asked.aim)
    if not account_codes.typed(asked.code):  # a code of staff needs nothing besides
        check_form(asked.given, required, day)
    attempt = await knock("link", source, now, target=f"{organization.id} {asked.aim.kind} {asked.aim.text}"[:200], human=asked.human, site=asked.slug)
    await _counted(viewer.user_id)
    target = await aimed(organization.id, asked.aim, day)
    await _refuse_linked(viewer.user_id, target, day)
    passed = await _passed(asked, target, rules, now)
    if required and not _is_of_staff(passed):
        check_form(asked.given, required, day)
        proved = await prove(Case(organization.id, Door.LINK, asked.aim.key(target), day, target, required, asked.given, passed), now)
    else:
        proved = _by_staff(passed)
    async with transaction():
        linked = await _link(viewer, organization, target, proved, now, day)
        await idempotency.bind(viewer.actor, MUTATION, asked.key, asked.fingerprint, [linked.account_id, linked.contract_id, linked.login], now)
    await attempt.forgive()
    await counters().take_back(*MISSES_OF_A_USER, "link of", str(viewer.user_id))
    return linked


def _required(organization: Organization, aim: Aim) -> tuple[Rules, tuple[Factor, ...]]:
    rules = rules_of(organization)
    required = rules.for_contracts if aim.is_contract else rules.proofs
    if not required and StepUp.STAFF not in rules.step_ups:
        raise Refused(ProblemCode.NOT_OFFERED)
    return rules, required


async def _counted(user_id: int) -> None:
    most, seconds = MISSES_OF_A_USER
    if not await counters().count(most, seconds, "link of", str(user_id)):
        raise Throttled(await counters().seconds_left(most, seconds, "link of", str(user_id)))


async def _passed(asked: Link, target: Target, rules: Rules, now: dt.datetime) -> step_ups.Passed | None:
    """What is typed as a step-up must be one; a code among the proofs is one too, where it is offered."""
    found = await step_ups.passed(asked.code, target, rules.step_ups, now)
    if asked.step_up.strip() and found is None:
        raise Refused(ProblemCode.WRONG_CODE, ("stepUp",))
    return found


def _by_staff(passed: step_ups.Passed | None) -> Proved:
    """A code of staff, who have seen papers, links by itself, and nothing else does where nothing is asked for. Sixty bits: its misses need no counting."""
    if passed is None:
        raise Refused(ProblemCode.REQUIRED, ("stepUp",))
    if not _is_of_staff(passed):
        raise Refused(ProblemCode.WRONG_CODE, ("stepUp",))
    return Proved((), step_up=passed)


def _is_of_staff(passed: step_ups.Passed | None) -> bool:
    return passed is not None and passed.code is not None and passed.code.source is CodeSource.STAFF


async def _refuse_linked(user_id: int, target: Target, day: dt.date) -> None:
    """His own links are no secret to the one who asks."""
    owner = {"contract_id": target.contract_id} if target.contract_id is not None else {"account_id": target.account_id or 0}
    mine = Membership.filter(Q(until_on=None) | Q(until_on__gte=day), user_id=user_id, rights=Right.owner(), **owner)
    if await mine.exclude(proof=Proof.INVITATION).exists():
        raise Refused(ProblemCode.ALREADY_LINKED)


async def _link(viewer: Viewer, organization: Organization, target: Target, proved: Proved, now: dt.datetime, day: dt.date) -> Linked:
    assert viewer.user_id is not None
    user = await User.select_for_update().get(id=viewer.user_id)  # of one user one after the other
    await _refuse_linked(user.id, target, day)
    if not await proved.spend(now):
        raise Refused(ProblemCode.NOT_PROVED)
    login = await _alias(organization, target, user)
    others = await _members(target, user.id, day)
    made = await _membership(organization, user, target, proved, day)
    await audit.record(viewer.actor, "membership.prove", f"user:{user.id}", organization_id=organization.id, membership=made.id, **_seen(proved))
    await link_letters.tell(organization, target, user, others, login, now)
    return Linked(target.account_id, target.contract_id, login)


async def _membership(organization: Organization, user: User, target: Target, proved: Proved, day: dt.date) -> Membership:
    """A new one, or what somebody invited has already: by proving it he has it himself, without end, and by nobody's word."""
    owner: dict[str, Any] = {"user_id": user.id, "account_id": target.account_id, "contract_id": target.contract_id}
    proof = Proof.STEP_UP if proved.step_up else Proof.FACTORS
    values: dict[str, Any] = {"rights": Right.owner(), "proof": proof, "proved_by": _words(proved), "from_on": target.since, "invited_by_id": None}
    mine = await Membership.filter(Q(until_on=None) | Q(until_on__gte=day), **owner).order_by("id")
    if mine:
        kept = next((one for one in mine if one.until_on is None), mine[0])
        await Membership.filter(id__in=[one.id for one in mine if one.proof is Proof.INVITATION]).exclude(id=kept.id).delete()
        await Membership.filter(id=kept.id).update(until_on=None, **values)
        return await Membership.get(id=kept.id)
    return await Membership.create(organization=organization, **owner, **values)


def _seen(proved: Proved) -> dict[str, Any]:
    """What the audit keeps: by which code it was, too, so that whoever gave it can be asked."""
    code = proved.step_up.code if proved.step_up is not None and proved.step_up.code is not None else proved.code
    return {"by": _words(proved), **({"code": code.pk} if code is not None else {})}


def _words(proved: Proved) -> str:
    return " ".join([*(factor.value for factor in proved.by), *([f"step_up:{proved.step_up.kind.value}"] if proved.step_up else [])])


async def _alias(organization: Organization, target: Target, user: User) -> str | None:
    """The first who proves an account signs in by its number; the next ones by e-mail."""
    text = target.number if target.contract_id is None else organization.contract_login_prefix + target.number
    alias = folded(text)
    known, _ = await LoginAlias.get_or_create(organization=organization, alias=alias, defaults={"user": user})
    return text if known.user_id == user.id else None


async def _members(target: Target, user_id: int, day: dt.date) -> list[User]:
    """Who has the account or contract today, through its contract too."""
    owners = Q(contract_id=target.contract_id) if target.contract_id is not None else Q(account_id=target.account_id)
    if target.payer_id is not None:
        owners |= Q(contract_id=target.payer_id)
    in_force = Q(until_on=None) | Q(until_on__gte=day)
    found = await Membership.filter(owners, in_force).exclude(user_id=user_id).prefetch_related("user").order_by("id")
    return list({one.user_id: one.user for one in found}.values())

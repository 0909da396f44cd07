"""Whom an organization lets in: which proofs link an account, what opens the reserve, whether strangers may look accounts up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models import Organization
from models.database import transaction
from models.enums import Factor, LookUp, StepUp
from models.errors import NotFound, Problem, ProblemCode, RefusedMany
from resolvers import audit
from resolvers.organizations import organization_by_slug
from resolvers.viewer import Viewer

RECOVERY_HINTS = ("tax_number", "number")
GUESSABLE = (Factor.SURNAME, Factor.LAST_PAYMENT)  # neighbours know the one, a receipt in a bin tells the other


@dataclass(frozen=True, slots=True)
class Rules:
    """`proofs` are asked for together; without any, only staff link. Any of `step_ups` opens the reserve."""

    proofs: tuple[Factor, ...]
    step_ups: tuple[StepUp, ...]
    look_up: LookUp
    look_up_proof: Factor
    recovery_asks: tuple[str, ...]

    @property
    def asks_for_bill_codes(self) -> bool:
        """Whether a code on the bill is of any use."""
        looked_up = self.look_up is LookUp.PROOF and self.look_up_proof is Factor.BILL_CODE
        return Factor.BILL_CODE in self.proofs or StepUp.BILL_CODE in self.step_ups or looked_up

    @property
    def for_contracts(self) -> tuple[Factor, ...]:
        """A company's name and BIN stand in public registers: for a contract one thing is asked for that does not, and no flat."""
        asked = tuple(factor for factor in self.proofs if factor is not Factor.FLAT)
        secret = Factor.LAST_PAYMENT in asked or Factor.BILL_CODE in asked
        return asked if secret or not self.proofs else (*asked, Factor.LAST_PAYMENT)


def rules_of(organization: Organization) -> Rules:
    return Rules(
        proofs=tuple(Factor(word) for word in organization.link_proofs.split()),
        step_ups=tuple(StepUp(word) for word in organization.step_ups.split()),
        look_up=organization.look_up,
        look_up_proof=organization.look_up_proof,
        recovery_asks=tuple(organization.recovery_asks.split()),
    )


async def rules_by_ids(ids: Sequence[int]) -> dict[int, Rules]:
    return {one.id: rules_of(one) for one in await Organization.filter(id__in=list(ids))}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rules as words, before they are checked."""

    proofs: tuple[str, ...]
    step_ups: tuple[str, ...]
    look_up: str
    look_up_proof: str
    recovery_asks: tuple[str, ...]


def checked(wanted: Wanted) -> Rules:
    """Raises RefusedMany with INVALID at a word that is none, and STEP_UP_NEEDED where guesses could lock owners out."""
    problems = [*_unknown("proofs", wanted.proofs, Factor), *_unknown("stepUps", wanted.step_ups, StepUp), *_unknown("lookUp", [wanted.look_up], LookUp)]
    problems += _unknown("lookUpProof", [wanted.look_up_proof], Factor)
    problems += _unknown("recoveryAsks", wanted.recovery_asks, RECOVERY_HINTS)
    if not problems and not wanted.step_ups and _guessable(wanted):
        problems.append(Problem(ProblemCode.STEP_UP_NEEDED, ("stepUps",)))
    if problems:
        raise RefusedMany(problems)
    return Rules(
        proofs=tuple(factor for factor in Factor if factor in wanted.proofs),
        step_ups=tuple(step for step in StepUp if step in wanted.step_ups),
        look_up=LookUp(wanted.look_up),
        look_up_proof=Factor(wanted.look_up_proof),
        recovery_asks=tuple(word for word in RECOVERY_HINTS if word in wanted.recovery_asks),
    )


async def set_rules(slug: str, wanted: Wanted, *, actor: str = audit.COMMAND_LINE) -> Rules:
    """Raises NotFound, RefusedMany."""
    rules = checked(wanted)
    after = {
        "link_proofs": " ".join(rules.proofs), "step_ups": " ".join(rules.step_ups), "look_up": rules.look_up.value,
        "look_up_proof": rules.look_up_proof.value, "recovery_asks": " ".join(rules.recovery_asks),
    }  # fmt: skip
    async with transaction():
        organization = await organization_by_slug(slug)
        before = {name: str(getattr(organization, name)) for name in after}
        await Organization.filter(id=organization.id).update(**after)
        await audit.record(actor, "organization.access", f"organization:{organization.id}", organization_id=organization.id, before=before, after=after)
    return rules


async def staffed(viewer: Viewer, slug: str) -> Organization:
    """The organization that the viewer works for; NotFound for everybody else."""
    found = await organization_by_slug(slug)
    if not is_staff(viewer, found.id):
        raise NotFound("organization")
    return found


def is_staff(viewer: Viewer | None, organization_id: int) -> bool:
    return viewer is not None and viewer.user_id is not None and viewer.is_person and organization_id in viewer.organization_ids


def _guessable(wanted: Wanted) -> bool:
    """Whether somebody may aim at an account with what can be guessed: then its owner needs another way."""
    return any(factor in GUESSABLE for factor in wanted.proofs) or wanted.look_up != LookUp.OFF


def _unknown(name: str, words: Iterable[str], known: Iterable[str]) -> list[Problem]:
    allowed = [str(one) for one in known]
    return [Problem(ProblemCode.INVALID, (name,), {"hint": ", ".join(allowed)}) for word in words if word not in allowed][:1]

"""By which rule an organization's payments are spread over what is owed, from which day on."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.organizations import Organization


class AllocationRule(StrEnum):
    """What a payment pays that no register has split."""

    OLDEST_FIRST = "oldest_first"  # the oldest month, its services in proportion
    PRO_RATA = "pro_rata"  # all services in proportion to what is owed for each
    REGISTER = "register"  # nothing but what the supplier's registers say


class AllocationChoice(Model):
    """The rule for payments from `valid_from` on. Before the first one it is OLDEST_FIRST, and what was spread by a former rule stays so."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    valid_from = fields.DateField()
    rule = fields.CharEnumField(AllocationRule, max_length=16)

    class Meta:
        table = "allocation_choice"
        unique_together = (("organization", "valid_from"),)

"""Statements as the supplier printed them: versioned, never edited."""

from tortoise import fields
from tortoise.models import Model

from models.accounts import PersonalAccount
from models.enums import StatementState
from models.imports import ImportFile
from models.organizations import Organization


class Statement(Model):
    """One account and month. Figures are minor units as printed, null where the supplier's registers do not say.

    `compensation_note` is printed and in no sum. A later register with other figures makes a new version.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyRelation[PersonalAccount] = fields.ForeignKeyField("models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False)
    account_id: int
    period = fields.DateField()
    version = fields.IntField(default=1)
    is_current = fields.BooleanField(default=True)
    state = fields.CharEnumField(StatementState, max_length=8, default=StatementState.CLOSED)
    opening = fields.BigIntField(null=True)
    charged = fields.BigIntField(null=True)
    recalculation = fields.BigIntField(null=True)
    penalty = fields.BigIntField(null=True)
    paid = fields.BigIntField(null=True)
    compensation = fields.BigIntField(null=True)
    compensation_note = fields.BigIntField(null=True)
    closing = fields.BigIntField(null=True)
    as_of = fields.DatetimeField()
    import_file: fields.ForeignKeyNullableRelation[ImportFile] = fields.ForeignKeyField(
        "models.ImportFile", on_delete=fields.SET_NULL, related_name=False, null=True
    )
    import_file_id: int | None

    class Meta:
        table = "statement"
        unique_together = (("account", "period", "version"),)
        indexes = (("organization_id", "period"), ("import_file_id",))

"""Statements as the supplier printed them: versioned, never edited."""

from tortoise import fields
from tortoise.models import Model

from models.accounts import PersonalAccount
from models.enums import StatementState
from models.imports import ImportFile
from models.organizations import Organization, Service


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
    derived = fields.CharField(max_length=80, default="", db_default="")  # names of figures that the register leaves out and the others imply
    by_service = fields.BooleanField(default=False, db_default=False)  # it has lines
    as_of = fields.DatetimeField()
    import_file: fields.ForeignKeyNullableRelation[ImportFile] = fields.ForeignKeyField(
        "models.ImportFile", on_delete=fields.SET_NULL, related_name=False, null=True
    )
    import_file_id: int | None

    class Meta:
        table = "statement"
        unique_together = (("account", "period", "version"),)
        indexes = (("organization_id", "period"), ("import_file_id",))


class StatementLine(Model):
    """The figures of one service within a statement, where the supplier keeps balances so: the statement's own are their sums."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    statement: fields.ForeignKeyRelation[Statement] = fields.ForeignKeyField("models.Statement", on_delete=fields.CASCADE, related_name=False)
    statement_id: int
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField("models.Service", on_delete=fields.RESTRICT, related_name=False)
    service_id: int
    position = fields.IntField(default=0)
    opening = fields.BigIntField(null=True)
    charged = fields.BigIntField(null=True)
    recalculation = fields.BigIntField(null=True)
    penalty = fields.BigIntField(null=True)
    paid = fields.BigIntField(null=True)
    compensation = fields.BigIntField(null=True)
    closing = fields.BigIntField(null=True)
    derived = fields.CharField(max_length=80, default="", db_default="")

    class Meta:
        table = "statement_line"
        unique_together = (("statement", "service"),)
        indexes = (("organization_id",), ("service_id",))

"""Certificates that nothing was owed as of a day: written once, never changed."""

from tortoise import fields
from tortoise.models import Model

from models.accounts import PersonalAccount
from models.organizations import Organization


class DebtCertificate(Model):
    """That an account owed nothing as of a day. A debt that comes later does not change what was certified.

    `balance` (minor units, zero or overpaid) is what the ledger said, `account_number` what the account was called then.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyRelation[PersonalAccount] = fields.ForeignKeyField("models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False)
    account_id: int
    number = fields.CharField(max_length=24, unique=True)
    check_code = fields.CharField(max_length=12)
    account_number = fields.CharField(max_length=40)
    as_of = fields.DateField()
    balance = fields.BigIntField()
    issued_at = fields.DatetimeField()
    issued_by = fields.CharField(max_length=40)

    class Meta:
        table = "debt_certificate"
        indexes = (("organization_id",), ("account_id", "issued_at"))

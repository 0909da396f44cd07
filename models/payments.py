"""Payments towards an account or a contract."""

from tortoise import fields
from tortoise.models import Model

from models.accounts import Contract, PersonalAccount
from models.enums import PaymentState
from models.imports import ImportFile
from models.organizations import Organization


class Payment(Model):
    """`amount` in minor units: below zero it was given back. `key` names it within its account, so that a register may bring it again."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyNullableRelation[PersonalAccount] = fields.ForeignKeyField(
        "models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    account_id: int | None
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField("models.Contract", on_delete=fields.RESTRICT, related_name=False, null=True)
    contract_id: int | None
    amount = fields.BigIntField()
    fee = fields.BigIntField(null=True)
    paid_on = fields.DateField()
    period = fields.DateField()  # first day of the month that the supplier counts it in
    channel = fields.CharField(max_length=80, default="")
    document = fields.CharField(max_length=80, default="")
    state = fields.CharEnumField(PaymentState, max_length=16, default=PaymentState.RECEIVED)
    key = fields.CharField(max_length=200)
    register_key = fields.CharField(max_length=200, null=True)  # of one made here: the key under which the supplier's register brings it back
    version = fields.IntField(default=1)
    is_current = fields.BooleanField(default=True)
    import_file: fields.ForeignKeyNullableRelation[ImportFile] = fields.ForeignKeyField(
        "models.ImportFile", on_delete=fields.SET_NULL, related_name=False, null=True
    )
    import_file_id: int | None

    class Meta:
        table = "payment"
        indexes = (("organization_id", "period"), ("account_id", "paid_on"), ("contract_id", "paid_on"), ("import_file_id",))

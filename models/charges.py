"""Charges: the lines of a bill, as the supplier printed them."""

from tortoise import fields
from tortoise.models import Model

from models.accounts import PersonalAccount
from models.enums import ChargeBasis, TariffZone
from models.imports import ImportFile
from models.organizations import Organization, Service, Supplier


class Charge(Model):
    """One line: `quantity` and prices in 10^-6, percents in hundredths, `amount` in minor units. It has exactly one ledger entry.

    A recalculation printed beside a line is a charge of its own (basis RECALCULATION, `corrects_period`) with that line as
    `corrects`; the line repeats it in `recalculation` only to be shown as printed. A line that came again with other figures
    is a new version: the old row stays with `is_current` false. `key` names the line within its account and period.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyRelation[PersonalAccount] = fields.ForeignKeyField("models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False)
    account_id: int
    period = fields.DateField()
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField("models.Service", on_delete=fields.RESTRICT, related_name=False)
    service_id: int
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField("models.Supplier", on_delete=fields.RESTRICT, related_name=False, null=True)
    supplier_id: int | None
    parent: fields.ForeignKeyNullableRelation["Charge"] = fields.ForeignKeyField("models.Charge", on_delete=fields.RESTRICT, related_name=False, null=True)
    parent_id: int | None
    corrects: fields.ForeignKeyNullableRelation["Charge"] = fields.ForeignKeyField("models.Charge", on_delete=fields.RESTRICT, related_name=False, null=True)
    corrects_id: int | None
    corrects_period = fields.DateField(null=True)
    key = fields.CharField(max_length=120)
    version = fields.IntField(default=1)
    is_current = fields.BooleanField(default=True)
    position = fields.IntField(default=0)  # order within the statement, as in the register
    zone = fields.CharEnumField(TariffZone, max_length=8, null=True)
    tier = fields.SmallIntField(null=True)
    unit = fields.CharField(max_length=32, null=True)
    quantity = fields.BigIntField(null=True)
    price = fields.BigIntField(null=True)  # before tax, as printed
    price_with_tax = fields.BigIntField(null=True)
    tax_percent = fields.IntField(null=True)
    amount = fields.BigIntField()
    recalculation = fields.BigIntField(null=True)
    is_group = fields.BooleanField(default=False, db_default=False)  # the sum of its parts, which are posted: it has no entry and is in no sum
    # printed on paper bills, in no sum
    shortfall_days = fields.BigIntField(null=True)  # 10^-6 days in which the service fell short
    shortfall_amount = fields.BigIntField(null=True)
    social_norm_amount = fields.BigIntField(null=True)  # cost within the social norm
    paid = fields.BigIntField(null=True)  # payments that came for this service
    basis = fields.CharEnumField(ChargeBasis, max_length=16, default=ChargeBasis.UNKNOWN)
    import_file: fields.ForeignKeyNullableRelation[ImportFile] = fields.ForeignKeyField(
        "models.ImportFile", on_delete=fields.SET_NULL, related_name=False, null=True
    )
    import_file_id: int | None

    class Meta:
        table = "charge"
        indexes = (
            ("organization_id", "period"),
            ("account_id", "period"),
            ("service_id",),
            ("supplier_id",),
            ("parent_id",),
            ("corrects_id",),
            ("import_file_id",),
        )

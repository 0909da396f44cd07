"""The ledger: appended, never changed. Database triggers refuse UPDATE and DELETE (models/guards.py)."""

from tortoise import fields
from tortoise.models import Model

from models.accounts import Contract, PersonalAccount
from models.charges import Charge
from models.enums import DifferenceReason, EntryKind
from models.organizations import Organization, Service, Supplier
from models.payments import Payment


class LedgerEntry(Model):
    """A signed amount (minor units, positive = debt) of an account or contract.

    `key` is unique, so that importing or paying twice is harmless. A correction is two new entries: one that `reverses` the
    old one with the opposite amount, and one with the right amount. The balance is the sum of all entries.

    `period` is the month that an entry is about. It counts in that month's movement unless the month had been closed when the entry was
    posted: then in `posted_in`, the first open one, and the closed month stays as it was.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyNullableRelation[PersonalAccount] = fields.ForeignKeyField(
        "models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    account_id: int | None
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField("models.Contract", on_delete=fields.RESTRICT, related_name=False, null=True)
    contract_id: int | None
    kind = fields.CharEnumField(EntryKind, max_length=24)
    amount = fields.BigIntField()
    period = fields.DateField()
    posted_in = fields.DateField(null=True)  # first day of the open month that took it in, where its own had been closed
    business_date = fields.DateField()
    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField("models.Service", on_delete=fields.RESTRICT, related_name=False, null=True)
    service_id: int | None
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField("models.Supplier", on_delete=fields.RESTRICT, related_name=False, null=True)
    supplier_id: int | None
    charge: fields.ForeignKeyNullableRelation[Charge] = fields.ForeignKeyField("models.Charge", on_delete=fields.RESTRICT, related_name=False, null=True)
    charge_id: int | None
    payment: fields.ForeignKeyNullableRelation[Payment] = fields.ForeignKeyField("models.Payment", on_delete=fields.RESTRICT, related_name=False, null=True)
    payment_id: int | None
    reason = fields.CharEnumField(DifferenceReason, max_length=16, null=True)  # of a supplier_difference
    reverses: fields.ForeignKeyNullableRelation["LedgerEntry"] = fields.ForeignKeyField(
        "models.LedgerEntry", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    reverses_id: int | None
    key = fields.CharField(max_length=160)
    import_file_id = fields.BigIntField(null=True)  # no foreign key: SET NULL would be an update of an entry
    posted_at = fields.DatetimeField()

    class Meta:
        table = "ledger_entry"
        indexes = (
            ("organization_id", "period"),
            ("account_id", "period"),
            ("contract_id", "period"),
            ("service_id",),
            ("supplier_id",),
            ("charge_id",),
            ("payment_id",),
            ("reverses_id",),
        )


class PeriodClosing(Model):
    """A month that staff closed, and all before it with it: no entry is posted into them any more (models/guards.py).

    `entries` and `amount` are how many entries counted in those months then, and their sum: `abonent check` counts again. A month that is
    opened again keeps its row, with who did it and why; closed once more, it gets another.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    period = fields.DateField()
    entries = fields.BigIntField()
    amount = fields.BigIntField()
    closed_at = fields.DatetimeField()
    closed_by = fields.CharField(max_length=64)  # an actor, as in the audit
    reopened_at = fields.DatetimeField(null=True)
    reopened_by = fields.CharField(max_length=64, null=True)
    reason = fields.CharField(max_length=300, default="", db_default="")  # why it was opened again

    class Meta:
        table = "period_closing"
        indexes = (("organization_id", "period"),)

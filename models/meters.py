"""Meters, their registers (dials) and the readings taken from them."""

from tortoise import fields
from tortoise.models import Model

from models.accounts import PersonalAccount
from models.enums import MeterState, ReadingSource, ReadingState, Resource, TariffZone
from models.imports import ImportFile
from models.organizations import Organization
from models.people import User


class Meter(Model):
    """A device at an account. It counts as removed when the register says so or an act of removal was read.

    The same serial may stand again on the same inlet after a repair: such meters differ by `installed_on`.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyRelation[PersonalAccount] = fields.ForeignKeyField("models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False)
    account_id: int
    inlet = fields.SmallIntField(null=True)
    place = fields.CharField(max_length=80, null=True)
    resource = fields.CharEnumField(Resource, max_length=16)
    serial = fields.CharField(max_length=40, null=True)
    installed_on = fields.DateField(null=True)
    verification_due_on = fields.DateField(null=True)
    register_state = fields.CharEnumField(MeterState, max_length=16, default=MeterState.INSTALLED)
    removed_on = fields.DateField(null=True)

    class Meta:
        table = "meter"
        indexes = (("organization_id",), ("account_id",))

    @property
    def state(self) -> MeterState:
        return MeterState.REMOVED if self.removed_on else self.register_state


class MeterRegister(Model):
    """One dial of a meter: its tariff zone and how many digits it shows."""

    id = fields.BigIntField(primary_key=True)
    meter: fields.ForeignKeyRelation[Meter] = fields.ForeignKeyField("models.Meter", on_delete=fields.RESTRICT, related_name=False)
    meter_id: int
    zone = fields.CharEnumField(TariffZone, max_length=8, null=True)
    integer_digits = fields.SmallIntField(null=True)
    fraction_digits = fields.SmallIntField(null=True)

    class Meta:
        table = "meter_register"
        indexes = (("meter_id",),)


class Reading(Model):
    """The value (10^-6 of the resource's unit) of a register on a day. Superseded by a newer row, never overwritten.

    Of one register, day and purpose one row is current; of one register and period one of those that residents sent.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyRelation[PersonalAccount] = fields.ForeignKeyField("models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False)
    account_id: int
    register: fields.ForeignKeyRelation[MeterRegister] = fields.ForeignKeyField("models.MeterRegister", on_delete=fields.RESTRICT, related_name=False)
    register_id: int
    value = fields.BigIntField()
    taken_on = fields.DateField()
    period = fields.DateField()  # first day of the month that the reading counts for
    source = fields.CharEnumField(ReadingSource, max_length=16)
    source_label = fields.CharField(max_length=80, default="")  # as the supplier's register says
    state = fields.CharEnumField(ReadingState, max_length=16)
    is_current = fields.BooleanField(default=True)
    by_resident = fields.BooleanField(default=False)
    submitted_at = fields.DatetimeField(null=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.SET_NULL, related_name=False, null=True)
    user_id: int | None
    receipt = fields.CharField(max_length=24, null=True, unique=True)
    import_file: fields.ForeignKeyNullableRelation[ImportFile] = fields.ForeignKeyField(
        "models.ImportFile", on_delete=fields.SET_NULL, related_name=False, null=True
    )
    import_file_id: int | None

    class Meta:
        table = "reading"
        indexes = (("organization_id",), ("account_id", "period"), ("register_id", "taken_on"), ("user_id",), ("import_file_id",))

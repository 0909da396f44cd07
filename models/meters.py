"""Meters, their registers (dials) and the readings taken from them."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.accounts import PersonalAccount
from models.enums import MeterState, ReadingSource, ReadingState, Resource, TariffZone
from models.imports import ImportFile
from models.meter_enums import DocumentKind, HookState, MeterEventKind
from models.organizations import Organization
from models.people import User
from models.places import House


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
    withdrawn_at = fields.DatetimeField(null=True)  # the act that brought it was withdrawn: nobody sees it until a register brings it

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
    check_code = fields.CharField(max_length=12, null=True)  # printed beside the receipt's number: both together verify it in public
    is_late = fields.BooleanField(default=False, db_default=False)  # sent when the window was closed
    reason = fields.CharField(max_length=300, default="", db_default="")  # why it was refused or is in review
    decided_at = fields.DatetimeField(null=True)
    decided_by = fields.CharField(max_length=40, null=True)  # an actor, "hook", or "import"
    import_file: fields.ForeignKeyNullableRelation[ImportFile] = fields.ForeignKeyField(
        "models.ImportFile", on_delete=fields.SET_NULL, related_name=False, null=True
    )
    import_file_id: int | None

    class Meta:
        table = "reading"
        indexes = (("organization_id",), ("account_id", "period"), ("register_id", "taken_on"), ("user_id",), ("import_file_id",))


class HouseMeter(Model):
    """A house-wide meter: shown to the house's residents as information, never billed from here."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    house: fields.ForeignKeyRelation[House] = fields.ForeignKeyField("models.House", on_delete=fields.RESTRICT, related_name=False)
    house_id: int
    resource = fields.CharEnumField(Resource, max_length=16)
    serial = fields.CharField(max_length=40)
    place = fields.CharField(max_length=80, null=True)
    verification_due_on = fields.DateField(null=True)
    removed_on = fields.DateField(null=True)

    class Meta:
        table = "house_meter"
        unique_together = (("house", "resource", "serial"),)
        indexes = (("organization_id",),)


class HouseReading(Model):
    """The value (10^-6 of the resource's unit) of a house-wide meter on a day, replaced by a newer row where it was wrong."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    meter: fields.ForeignKeyRelation[HouseMeter] = fields.ForeignKeyField("models.HouseMeter", on_delete=fields.RESTRICT, related_name=False)
    meter_id: int
    value = fields.BigIntField()
    taken_on = fields.DateField()
    is_current = fields.BooleanField(default=True)
    recorded_by = fields.CharField(max_length=40)
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "house_reading"
        indexes = (("organization_id",), ("meter_id", "taken_on"))


class Document(Model):
    """A file that somebody sent: kept in the data folder under a random name, which is never what the sender called it."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyRelation[PersonalAccount] = fields.ForeignKeyField("models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False)
    account_id: int
    meter: fields.ForeignKeyNullableRelation[Meter] = fields.ForeignKeyField("models.Meter", on_delete=fields.RESTRICT, related_name=False, null=True)
    meter_id: int | None
    kind = fields.CharEnumField(DocumentKind, max_length=16)
    period = fields.DateField(null=True)  # first day of the month that a print-out is for
    name = fields.CharField(max_length=120)  # as the sender called it, cleaned for showing
    media_type = fields.CharField(max_length=80)
    size = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    stored_as = fields.CharField(max_length=64, unique=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.SET_NULL, related_name=False, null=True)
    user_id: int | None
    uploaded_by = fields.CharField(max_length=40)
    uploaded_at = fields.DatetimeField()

    class Meta:
        table = "document"
        indexes = (("organization_id", "uploaded_at"), ("account_id",), ("meter_id",), ("user_id",))


class MeterEvent(Model):
    """Something that happened to a meter on a day. Values that go with it are readings of the same day. A mistaken event is withdrawn, not deleted."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    meter: fields.ForeignKeyRelation[Meter] = fields.ForeignKeyField("models.Meter", on_delete=fields.RESTRICT, related_name=False)
    meter_id: int
    kind = fields.CharEnumField(MeterEventKind, max_length=16)
    happened_on = fields.DateField()
    due_on = fields.DateField(null=True)  # of a verification: the last day on which it holds
    seal = fields.CharField(max_length=40, null=True)
    note = fields.CharField(max_length=300, default="")
    other_meter: fields.ForeignKeyNullableRelation[Meter] = fields.ForeignKeyField("models.Meter", on_delete=fields.RESTRICT, related_name=False, null=True)
    other_meter_id: int | None
    reading: fields.ForeignKeyNullableRelation[Reading] = fields.ForeignKeyField("models.Reading", on_delete=fields.RESTRICT, related_name=False, null=True)
    reading_id: int | None
    document: fields.ForeignKeyNullableRelation[Document] = fields.ForeignKeyField("models.Document", on_delete=fields.RESTRICT, related_name=False, null=True)
    document_id: int | None
    before: Any = fields.JSONField(default=dict)  # what the meter's columns that it moved said before
    recorded_by = fields.CharField(max_length=40)
    recorded_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "meter_event"
        indexes = (("organization_id",), ("meter_id", "happened_on"), ("other_meter_id",), ("reading_id",), ("document_id",))


class HookCall(Model):
    """That an organization's own address is to judge a reading: an outbox row, written with the reading, leased by a worker."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    reading: fields.ForeignKeyRelation[Reading] = fields.ForeignKeyField("models.Reading", on_delete=fields.RESTRICT, related_name=False)
    reading_id: int
    identity = fields.CharField(max_length=40, unique=True)  # the same at every try, so that the other side can tell
    state = fields.CharEnumField(HookState, max_length=16, default=HookState.WAITING)
    attempts = fields.SmallIntField(default=0)
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    error = fields.CharField(max_length=300, default="")

    class Meta:
        table = "hook_call"
        unique_together = (("reading",),)
        indexes = (("state", "due_at"), ("organization_id",))

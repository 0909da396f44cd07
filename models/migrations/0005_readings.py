from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import Resource
from models.meter_enums import DocumentKind, HookState, LatePolicy, MeterEventKind
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0004_people")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Document",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.PersonalAccount", source_field="account_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                (
                    "meter",
                    fields.ForeignKeyField(
                        "models.Meter", source_field="meter_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="HEAT_PRINTOUT: heat_printout\nACT: act\nCERTIFICATE: certificate\nPHOTO: photo\nOTHER: other",
                        enum_type=DocumentKind,
                        max_length=16,
                    ),
                ),
                ("period", fields.DateField(null=True)),
                ("name", fields.CharField(max_length=120)),
                ("media_type", fields.CharField(max_length=80)),
                ("size", fields.IntField()),
                ("sha256", fields.CharField(max_length=64)),
                ("stored_as", fields.CharField(unique=True, max_length=64)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.SET_NULL
                    ),
                ),
                ("uploaded_by", fields.CharField(max_length=40)),
                ("uploaded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "document",
                "app": "models",
                "indexes": [
                    Index(fields=["organization_id", "uploaded_at"]),
                    Index(fields=["account_id"]),
                    Index(fields=["meter_id"]),
                    Index(fields=["user_id"]),
                ],
                "pk_attr": "id",
                "table_description": "A file that somebody sent: kept in the data folder under a random name, which is never what the sender called it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HookCall",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reading",
                    fields.ForeignKeyField(
                        "models.Reading", source_field="reading_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                ("identity", fields.CharField(unique=True, max_length=40)),
                (
                    "state",
                    fields.CharEnumField(
                        default=HookState.WAITING, description="WAITING: waiting\nDONE: done\nFAILED: failed", enum_type=HookState, max_length=16
                    ),
                ),
                ("attempts", fields.SmallIntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("leased_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("error", fields.CharField(default="", max_length=300)),
            ],
            options={
                "table": "hook_call",
                "app": "models",
                "unique_together": (("reading",),),
                "indexes": [Index(fields=["state", "due_at"]), Index(fields=["organization_id"])],
                "pk_attr": "id",
                "table_description": "That an organization's own address is to judge a reading: an outbox row, written with the reading, leased by a worker.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HouseMeter",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "house",
                    fields.ForeignKeyField(
                        "models.House", source_field="house_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                (
                    "resource",
                    fields.CharEnumField(
                        description="COLD_WATER: cold_water\nHOT_WATER: hot_water\nSEWERAGE: sewerage\nHEATING: heating\nELECTRICITY: electricity\nGAS: gas\nOTHER: other",
                        enum_type=Resource,
                        max_length=16,
                    ),
                ),
                ("serial", fields.CharField(max_length=40)),
                ("place", fields.CharField(null=True, max_length=80)),
                ("verification_due_on", fields.DateField(null=True)),
                ("removed_on", fields.DateField(null=True)),
            ],
            options={
                "table": "house_meter",
                "app": "models",
                "unique_together": (("house", "resource", "serial"),),
                "indexes": [Index(fields=["organization_id"])],
                "pk_attr": "id",
                "table_description": "A house-wide meter: shown to the house's residents as information, never billed from here.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HouseReading",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "meter",
                    fields.ForeignKeyField(
                        "models.HouseMeter", source_field="meter_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                ("value", fields.BigIntField()),
                ("taken_on", fields.DateField()),
                ("is_current", fields.BooleanField(default=True)),
                ("recorded_by", fields.CharField(max_length=40)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "house_reading",
                "app": "models",
                "indexes": [Index(fields=["organization_id"]), Index(fields=["meter_id", "taken_on"])],
                "pk_attr": "id",
                "table_description": "The value (10^-6 of the resource's unit) of a house-wide meter on a day, replaced by a newer row where it was wrong.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MeterEvent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "meter",
                    fields.ForeignKeyField(
                        "models.Meter", source_field="meter_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="INSTALLED: installed\nCOMMISSIONED: commissioned\nSEALED: sealed\nUNSEALED: unsealed\nVERIFIED: verified\nREPLACED: replaced\nROLLED_OVER: rolled_over\nREMOVED: removed\nBROKEN: broken\nREPAIRED: repaired",
                        enum_type=MeterEventKind,
                        max_length=16,
                    ),
                ),
                ("happened_on", fields.DateField()),
                ("due_on", fields.DateField(null=True)),
                ("seal", fields.CharField(null=True, max_length=40)),
                ("note", fields.CharField(default="", max_length=300)),
                (
                    "other_meter",
                    fields.ForeignKeyField(
                        "models.Meter",
                        source_field="other_meter_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reading",
                    fields.ForeignKeyField(
                        "models.Reading",
                        source_field="reading_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "document",
                    fields.ForeignKeyField(
                        "models.Document",
                        source_field="document_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("before", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("recorded_by", fields.CharField(max_length=40)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "meter_event",
                "app": "models",
                "indexes": [
                    Index(fields=["organization_id"]),
                    Index(fields=["meter_id", "happened_on"]),
                    Index(fields=["other_meter_id"]),
                    Index(fields=["reading_id"]),
                    Index(fields=["document_id"]),
                ],
                "pk_attr": "id",
                "table_description": "Something that happened to a meter on a day. Values that go with it are readings of the same day. A mistaken event is withdrawn, not deleted.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Meter",
            name="withdrawn_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Organization",
            name="form_grace_minutes",
            field=fields.SmallIntField(default=60, db_default=60),
        ),
        ops.AddField(
            model_name="Organization",
            name="late_policy",
            field=fields.CharEnumField(
                default=LatePolicy.REFUSE,
                description="REFUSE: refuse\nREVIEW: review\nNEXT_MONTH: next_month",
                db_default="refuse",
                enum_type=LatePolicy,
                max_length=16,
            ),
        ),
        ops.AddField(
            model_name="Organization",
            name="reading_hook_secret",
            field=fields.CharField(null=True, max_length=80),
        ),
        ops.AddField(
            model_name="Organization",
            name="reading_hook_url",
            field=fields.CharField(null=True, max_length=500),
        ),
        ops.AddField(
            model_name="Organization",
            name="verification_notice_days",
            field=fields.SmallIntField(default=30, db_default=30),
        ),
        ops.AddField(
            model_name="PersonalAccount",
            name="heat_meter",
            field=fields.BooleanField(null=True),
        ),
        ops.AddField(
            model_name="Reading",
            name="check_code",
            field=fields.CharField(null=True, max_length=12),
        ),
        ops.AddField(
            model_name="Reading",
            name="decided_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Reading",
            name="decided_by",
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name="Reading",
            name="is_late",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Reading",
            name="reason",
            field=fields.CharField(default="", db_default="", max_length=300),
        ),
    ]

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.mail_enums import BillMailing, MailingState
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0008_bank_details")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Mailing",
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
                ("period", fields.DateField()),
                (
                    "state",
                    fields.CharEnumField(
                        default=MailingState.RUNNING, description="RUNNING: running\nPAUSED: paused\nFINISHED: finished", enum_type=MailingState, max_length=8
                    ),
                ),
                ("cursor", fields.BigIntField(default=0)),
                ("subscribers", fields.IntField(default=0)),
                ("seen", fields.IntField(default=0)),
                ("started_by", fields.CharField(max_length=64)),
                ("first_started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "mailing",
                "app": "models",
                "unique_together": (("organization", "period"),),
                "indexes": [Index(fields=["state"])],
                "pk_attr": "id",
                "table_description": "How far the bills of one month have been put into the outbox.",
            },
            bases=["Model"],
        ),
        ops.RemoveIndex(
            model_name="Letter",
            name=None,
            fields=["state", "due_at"],
        ),
        ops.AddField(
            model_name="Letter",
            name="is_mass",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Letter",
            name="mailing",
            field=fields.ForeignKeyField(
                "models.Mailing", source_field="mailing_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
            ),
        ),
        ops.AddIndex(
            model_name="Letter",
            index=Index(fields=["state", "is_mass", "due_at"]),
        ),
        ops.AddIndex(
            model_name="Letter",
            index=Index(fields=["mailing_id", "state"]),
        ),
        ops.AddField(
            model_name="Organization",
            name="bill_mailing",
            field=fields.CharEnumField(
                default=BillMailing.WHEN_IMPORTED,
                description="WHEN_IMPORTED: when_imported\nWHEN_CLOSED: when_closed\nBY_HAND: by_hand",
                db_default="when_imported",
                enum_type=BillMailing,
                max_length=16,
            ),
        ),
    ]

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0005_readings")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PeriodClosing",
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
                ("entries", fields.BigIntField()),
                ("amount", fields.BigIntField()),
                ("closed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_by", fields.CharField(max_length=64)),
                ("reopened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reopened_by", fields.CharField(null=True, max_length=64)),
                ("reason", fields.CharField(default="", db_default="", max_length=300)),
            ],
            options={
                "table": "period_closing",
                "app": "models",
                "indexes": [Index(fields=["organization_id", "period"])],
                "pk_attr": "id",
                "table_description": "A month that staff closed, and all before it with it: no entry is posted into them any more (models/guards.py).",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="LedgerEntry",
            name="posted_in",
            field=fields.DateField(null=True),
        ),
    ]

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.allocation import AllocationRule


class Migration(migrations.Migration):
    dependencies = [("models", "0009_mailings")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AllocationChoice",
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
                ("valid_from", fields.DateField()),
                (
                    "rule",
                    fields.CharEnumField(
                        description="OLDEST_FIRST: oldest_first\nPRO_RATA: pro_rata\nREGISTER: register", enum_type=AllocationRule, max_length=16
                    ),
                ),
            ],
            options={
                "table": "allocation_choice",
                "app": "models",
                "unique_together": (("organization", "valid_from"),),
                "pk_attr": "id",
                "table_description": "The rule for payments from `valid_from` on. Before the first one it is OLDEST_FIRST, and what was spread by a former rule stays so.",
            },
            bases=["Model"],
        ),
        ops.AlterModelOptions(
            name="Payment",
            options={
                "table": "payment",
                "app": "models",
                "indexes": [
                    Index(fields=["organization_id", "period"]),
                    Index(fields=["account_id", "paid_on"]),
                    Index(fields=["contract_id", "paid_on"]),
                    Index(fields=["import_file_id"]),
                ],
                "pk_attr": "id",
                "table_description": "`amount` in minor units: below zero it was given back. `key` names it within its account, so that a register may bring it again.",
            },
        ),
    ]

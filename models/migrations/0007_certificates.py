from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0006_periods")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DebtCertificate",
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
                ("number", fields.CharField(unique=True, max_length=24)),
                ("check_code", fields.CharField(max_length=12)),
                ("account_number", fields.CharField(max_length=40)),
                ("as_of", fields.DateField()),
                ("balance", fields.BigIntField()),
                ("issued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("issued_by", fields.CharField(max_length=40)),
            ],
            options={
                "table": "debt_certificate",
                "app": "models",
                "indexes": [Index(fields=["organization_id"]), Index(fields=["account_id", "issued_at"])],
                "pk_attr": "id",
                "table_description": "That an account owed nothing as of a day. A debt that comes later does not change what was certified.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Tariff",
            name="document",
            field=fields.CharField(default="", db_default="", max_length=300),
        ),
        ops.AddField(
            model_name="Organization",
            name="update_days",
            field=fields.CharField(default="", db_default="", max_length=20),
        ),
    ]

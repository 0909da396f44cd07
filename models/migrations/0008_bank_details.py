from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("models", "0007_certificates")]

    initial = False

    operations = [
        ops.CreateModel(
            name="BankDetails",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.OneToOneField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("payee", fields.CharField(max_length=160)),
                ("tax_number", fields.CharField(max_length=12)),
                ("bank", fields.CharField(max_length=100)),
                ("bic", fields.CharField(max_length=11)),
                ("account", fields.CharField(max_length=20)),
                ("correspondent_account", fields.CharField(default="", db_default="", max_length=20)),
                ("kpp", fields.CharField(default="", db_default="", max_length=9)),
                ("kbe", fields.CharField(default="", db_default="", max_length=2)),
            ],
            options={
                "table": "bank_details",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Where an organization is paid: what bills and their QR codes name. In tenge the account is an IBAN, in roubles one of twenty digits.",
            },
            bases=["Model"],
        ),
    ]

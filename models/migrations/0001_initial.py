from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import (
    AccountKind,
    BillingMode,
    ChargeBasis,
    DifferenceReason,
    EntryKind,
    MeterState,
    OverduePolicy,
    PaymentState,
    Proof,
    ReadingSource,
    ReadingState,
    Resource,
    Severity,
    StatementState,
    TariffZone,
)
from models.money import Currency
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("viewer", fields.CharField(max_length=40)),
                ("mutation", fields.CharField(max_length=60)),
                ("key", fields.CharField(max_length=100)),
                ("input_hash", fields.CharField(max_length=64)),
                ("answer", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "idempotency_key",
                "app": "models",
                "unique_together": (("viewer", "mutation", "key"),),
                "indexes": [Index(fields=["created_at"])],
                "pk_attr": "id",
                "table_description": "The first Done answer to a (viewer, mutation, key). The same key with another input is refused.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Installation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=40)),
                ("value", fields.CharField(max_length=200)),
            ],
            options={
                "table": "installation",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Settings of this database that must outlive the environment, such as the key behind public ids.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="JobRun",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=60)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("outcome", fields.CharField(default="", max_length=300)),
            ],
            options={
                "table": "job_run",
                "app": "models",
                "unique_together": (("name", "due_at"),),
                "pk_attr": "id",
                "table_description": "A periodic job's turn: whichever process inserts the row first runs it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Organization",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("slug", fields.CharField(unique=True, max_length=63)),
                ("name", fields.CharField(max_length=300)),
                ("host", fields.CharField(null=True, unique=True, max_length=253)),
                ("currency", fields.CharEnumField(description="KZT: KZT\nRUB: RUB", enum_type=Currency, max_length=3)),
                ("timezone", fields.CharField(max_length=64)),
                ("languages", fields.CharField(default="ru,kk,en", max_length=32)),
                ("accent", fields.CharField(default="#0b6e8f", max_length=7)),
                ("contacts", fields.CharField(default="", max_length=500)),
                (
                    "billing",
                    fields.CharEnumField(default=BillingMode.SUPPLIER, description="SUPPLIER: supplier\nOWN: own", enum_type=BillingMode, max_length=16),
                ),
                ("contract_login_prefix", fields.CharField(default="vk", max_length=16)),
                ("window_first_day", fields.SmallIntField(default=1)),
                ("window_last_day", fields.SmallIntField(default=31)),
                ("payment_due_day", fields.SmallIntField(null=True)),
                (
                    "overdue_policy",
                    fields.CharEnumField(default=OverduePolicy.ACCEPT, description="ACCEPT: accept\nREFUSE: refuse", enum_type=OverduePolicy, max_length=16),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "organization",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A tenant: every other row of a supplier's data names one. Settings of law and taste are its columns, never code.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditRecord",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("actor", fields.CharField(max_length=40)),
                ("action", fields.CharField(max_length=40)),
                ("subject", fields.CharField(max_length=60)),
                ("details", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "audit_record",
                "app": "models",
                "indexes": [Index(fields=["organization_id", "at"]), Index(fields=["subject"])],
                "pk_attr": "id",
                "table_description": "Who did what to which row. `details` hold codes and ids, no names, numbers of documents or addresses.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Contract",
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
                ("number", fields.CharField(max_length=40)),
                ("payer_name", fields.CharField(default="", max_length=300)),
                ("tax_number", fields.CharField(null=True, max_length=40)),
                ("email", fields.CharField(null=True, max_length=254)),
            ],
            options={
                "table": "contract",
                "app": "models",
                "unique_together": (("organization", "number"),),
                "pk_attr": "id",
                "table_description": "A legal payer with many accounts («получатели»).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="House",
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
                ("locality", fields.CharField(default="", max_length=120)),
                ("street", fields.CharField(default="", max_length=160)),
                ("number", fields.CharField(default="", max_length=32)),
                ("search", fields.CharField(default="", max_length=320)),
                ("window_first_day", fields.SmallIntField(null=True)),
                ("window_last_day", fields.SmallIntField(null=True)),
            ],
            options={
                "table": "house",
                "app": "models",
                "unique_together": (("organization", "locality", "street", "number"),),
                "indexes": [Index(fields=["organization_id", "search"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportRun",
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
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("state", fields.CharField(default="running", max_length=8)),
                ("who", fields.CharField(max_length=40)),
            ],
            options={
                "table": "import_run",
                "app": "models",
                "indexes": [Index(fields=["organization_id", "started_at"])],
                "pk_attr": "id",
                "table_description": '`state`: running, done, failed. `who` is a user\'s id or the words "command line", never a name.',
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportFile",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "run",
                    fields.ForeignKeyField(
                        "models.ImportRun", source_field="run_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                ("name", fields.CharField(max_length=300)),
                ("kind", fields.CharField(max_length=16)),
                ("sha256", fields.CharField(max_length=64)),
                ("encoding", fields.CharField(max_length=16)),
                ("taken", fields.IntField(default=0)),
                ("changed", fields.IntField(default=0)),
                ("warned", fields.IntField(default=0)),
                ("refused", fields.IntField(default=0)),
                ("covers", fields.CharField(default="", max_length=40)),
                ("first_period", fields.DateField(null=True)),
                ("last_period", fields.DateField(null=True)),
            ],
            options={
                "table": "import_file",
                "app": "models",
                "indexes": [Index(fields=["run_id"]), Index(fields=["sha256"])],
                "pk_attr": "id",
                "table_description": "One file of a run. `covers` names the components of a bill (charged, recalculation, paid) whose details it brings, for the",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportProblem",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "file",
                    fields.ForeignKeyField(
                        "models.ImportFile", source_field="file_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
                ("line", fields.IntField()),
                ("severity", fields.CharEnumField(description="REFUSED: refused\nWARNING: warning", enum_type=Severity, max_length=8)),
                ("code", fields.CharField(max_length=40)),
                ("params", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "import_problem",
                "app": "models",
                "indexes": [Index(fields=["file_id", "line"])],
                "pk_attr": "id",
                "table_description": "One row that was refused or taken with a warning. Its `params` are the numbers its sentence needs.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Premises",
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
                ("flat", fields.CharField(default="", max_length=32)),
                ("flat_prefix", fields.CharField(default="", max_length=16)),
            ],
            options={
                "table": "premises",
                "app": "models",
                "unique_together": (("house", "flat", "flat_prefix"),),
                "indexes": [Index(fields=["organization_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PersonalAccount",
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
                ("number", fields.CharField(max_length=40)),
                (
                    "kind",
                    fields.CharEnumField(
                        default=AccountKind.INDIVIDUAL, description="INDIVIDUAL: individual\nLEGAL: legal", enum_type=AccountKind, max_length=16
                    ),
                ),
                ("branch", fields.CharField(null=True, max_length=120)),
                (
                    "premises",
                    fields.ForeignKeyField(
                        "models.Premises",
                        source_field="premises_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "contract",
                    fields.ForeignKeyField(
                        "models.Contract",
                        source_field="contract_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("balance", fields.BigIntField(null=True)),
                ("balance_as_of", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "personal_account",
                "app": "models",
                "unique_together": (("organization", "number"),),
                "indexes": [Index(fields=["premises_id"]), Index(fields=["contract_id"])],
                "pk_attr": "id",
                "table_description": "«Лицевой счёт»: one premises or one object of a contract, at one organization.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AccountFacts",
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
                ("valid_from", fields.DateField()),
                ("surname", fields.CharField(default="", max_length=200)),
                ("name", fields.CharField(default="", max_length=120)),
                ("patronymic", fields.CharField(default="", max_length=120)),
                ("tax_number", fields.CharField(null=True, max_length=40)),
                ("email", fields.CharField(null=True, max_length=254)),
                ("residents", fields.IntField(null=True)),
                ("area", fields.BigIntField(null=True)),
                ("irrigated_area", fields.BigIntField(null=True)),
                ("tariff_group", fields.CharField(default="", max_length=32)),
                (
                    "contract",
                    fields.ForeignKeyField(
                        "models.Contract",
                        source_field="contract_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("search", fields.CharField(default="", max_length=440)),
            ],
            options={
                "table": "account_facts",
                "app": "models",
                "unique_together": (("account", "valid_from"),),
                "indexes": [Index(fields=["contract_id"]), Index(fields=["organization_id", "search"])],
                "pk_attr": "id",
                "table_description": "What an account's register row says from a day on: holder, residents, areas, tariff group, contract.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Meter",
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
                ("inlet", fields.SmallIntField(null=True)),
                ("place", fields.CharField(null=True, max_length=80)),
                (
                    "resource",
                    fields.CharEnumField(
                        description="COLD_WATER: cold_water\nHOT_WATER: hot_water\nSEWERAGE: sewerage\nHEATING: heating\nELECTRICITY: electricity\nGAS: gas\nOTHER: other",
                        enum_type=Resource,
                        max_length=16,
                    ),
                ),
                ("serial", fields.CharField(null=True, max_length=40)),
                ("installed_on", fields.DateField(null=True)),
                ("verification_due_on", fields.DateField(null=True)),
                (
                    "register_state",
                    fields.CharEnumField(
                        default=MeterState.INSTALLED, description="INSTALLED: installed\nREMOVED: removed\nFAULTY: faulty", enum_type=MeterState, max_length=16
                    ),
                ),
                ("removed_on", fields.DateField(null=True)),
            ],
            options={
                "table": "meter",
                "app": "models",
                "indexes": [Index(fields=["organization_id"]), Index(fields=["account_id"])],
                "pk_attr": "id",
                "table_description": "A device at an account. It counts as removed when the register says so or an act of removal was read.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MeterRegister",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "meter",
                    fields.ForeignKeyField(
                        "models.Meter", source_field="meter_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                ("zone", fields.CharEnumField(null=True, description="DAY: day\nNIGHT: night\nPEAK: peak", enum_type=TariffZone, max_length=8)),
                ("integer_digits", fields.SmallIntField(null=True)),
                ("fraction_digits", fields.SmallIntField(null=True)),
            ],
            options={
                "table": "meter_register",
                "app": "models",
                "indexes": [Index(fields=["meter_id"])],
                "pk_attr": "id",
                "table_description": "One dial of a meter: its tariff zone and how many digits it shows.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Payment",
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
                        "models.PersonalAccount",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "contract",
                    fields.ForeignKeyField(
                        "models.Contract",
                        source_field="contract_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount", fields.BigIntField()),
                ("fee", fields.BigIntField(null=True)),
                ("paid_on", fields.DateField()),
                ("period", fields.DateField()),
                ("channel", fields.CharField(default="", max_length=80)),
                ("document", fields.CharField(default="", max_length=80)),
                (
                    "state",
                    fields.CharEnumField(
                        default=PaymentState.RECEIVED,
                        description="IN_TRANSIT: in_transit\nRECEIVED: received\nREFUNDED: refunded",
                        enum_type=PaymentState,
                        max_length=16,
                    ),
                ),
                ("key", fields.CharField(max_length=200)),
                ("version", fields.IntField(default=1)),
                ("is_current", fields.BooleanField(default=True)),
                (
                    "import_file",
                    fields.ForeignKeyField(
                        "models.ImportFile",
                        source_field="import_file_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
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
                "table_description": "`amount` in minor units, positive. `key` names it within its account, so that a register may bring it again.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Service",
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
                ("name", fields.CharField(max_length=200)),
                (
                    "resource",
                    fields.CharEnumField(
                        default=Resource.OTHER,
                        description="COLD_WATER: cold_water\nHOT_WATER: hot_water\nSEWERAGE: sewerage\nHEATING: heating\nELECTRICITY: electricity\nGAS: gas\nOTHER: other",
                        enum_type=Resource,
                        max_length=16,
                    ),
                ),
                ("position", fields.SmallIntField(default=0)),
            ],
            options={
                "table": "service",
                "app": "models",
                "unique_together": (("organization", "name"),),
                "pk_attr": "id",
                "table_description": "What is charged for, under the name that the supplier prints.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Statement",
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
                ("period", fields.DateField()),
                ("version", fields.IntField(default=1)),
                ("is_current", fields.BooleanField(default=True)),
                (
                    "state",
                    fields.CharEnumField(default=StatementState.CLOSED, description="OPEN: open\nCLOSED: closed", enum_type=StatementState, max_length=8),
                ),
                ("opening", fields.BigIntField(null=True)),
                ("charged", fields.BigIntField(null=True)),
                ("recalculation", fields.BigIntField(null=True)),
                ("penalty", fields.BigIntField(null=True)),
                ("paid", fields.BigIntField(null=True)),
                ("compensation", fields.BigIntField(null=True)),
                ("compensation_note", fields.BigIntField(null=True)),
                ("closing", fields.BigIntField(null=True)),
                ("as_of", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "import_file",
                    fields.ForeignKeyField(
                        "models.ImportFile",
                        source_field="import_file_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "statement",
                "app": "models",
                "unique_together": (("account", "period", "version"),),
                "indexes": [Index(fields=["organization_id", "period"]), Index(fields=["import_file_id"])],
                "pk_attr": "id",
                "table_description": "One account and month. Figures are minor units as printed, null where the supplier's registers do not say.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Supplier",
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
                ("name", fields.CharField(max_length=300)),
                ("tax_id", fields.CharField(null=True, max_length=12)),
            ],
            options={
                "table": "supplier",
                "app": "models",
                "unique_together": (("organization", "name"),),
                "pk_attr": "id",
                "table_description": "Whom a charge is owed to inside an organization's bill, where it is not the organization itself.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Charge",
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
                ("period", fields.DateField()),
                (
                    "service",
                    fields.ForeignKeyField(
                        "models.Service", source_field="service_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                (
                    "supplier",
                    fields.ForeignKeyField(
                        "models.Supplier",
                        source_field="supplier_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "parent",
                    fields.ForeignKeyField(
                        "models.Charge", source_field="parent_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                (
                    "corrects",
                    fields.ForeignKeyField(
                        "models.Charge",
                        source_field="corrects_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("corrects_period", fields.DateField(null=True)),
                ("key", fields.CharField(max_length=120)),
                ("version", fields.IntField(default=1)),
                ("is_current", fields.BooleanField(default=True)),
                ("position", fields.IntField(default=0)),
                ("zone", fields.CharEnumField(null=True, description="DAY: day\nNIGHT: night\nPEAK: peak", enum_type=TariffZone, max_length=8)),
                ("tier", fields.SmallIntField(null=True)),
                ("unit", fields.CharField(null=True, max_length=32)),
                ("quantity", fields.BigIntField(null=True)),
                ("price", fields.BigIntField(null=True)),
                ("price_with_tax", fields.BigIntField(null=True)),
                ("tax_percent", fields.IntField(null=True)),
                ("amount", fields.BigIntField()),
                ("recalculation", fields.BigIntField(null=True)),
                (
                    "basis",
                    fields.CharEnumField(
                        default=ChargeBasis.UNKNOWN,
                        description="READING: reading\nAVERAGE: average\nNORM: norm\nCOMMUNAL: communal\nFIXED: fixed\nRECALCULATION: recalculation\nUNKNOWN: unknown",
                        enum_type=ChargeBasis,
                        max_length=16,
                    ),
                ),
                (
                    "import_file",
                    fields.ForeignKeyField(
                        "models.ImportFile",
                        source_field="import_file_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "charge",
                "app": "models",
                "indexes": [
                    Index(fields=["organization_id", "period"]),
                    Index(fields=["account_id", "period"]),
                    Index(fields=["service_id"]),
                    Index(fields=["supplier_id"]),
                    Index(fields=["parent_id"]),
                    Index(fields=["corrects_id"]),
                    Index(fields=["import_file_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One line: `quantity` and prices in 10^-6, percents in hundredths, `amount` in minor units. It has exactly one ledger entry.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LedgerEntry",
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
                        "models.PersonalAccount",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "contract",
                    fields.ForeignKeyField(
                        "models.Contract",
                        source_field="contract_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="OPENING: opening\nCHARGE: charge\nRECALCULATION: recalculation\nPENALTY: penalty\nCOMPENSATION: compensation\nPAYMENT: payment\nREFUND: refund\nSUPPLIER_DIFFERENCE: supplier_difference",
                        enum_type=EntryKind,
                        max_length=24,
                    ),
                ),
                ("amount", fields.BigIntField()),
                ("period", fields.DateField()),
                ("business_date", fields.DateField()),
                (
                    "service",
                    fields.ForeignKeyField(
                        "models.Service",
                        source_field="service_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "supplier",
                    fields.ForeignKeyField(
                        "models.Supplier",
                        source_field="supplier_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "charge",
                    fields.ForeignKeyField(
                        "models.Charge", source_field="charge_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                (
                    "payment",
                    fields.ForeignKeyField(
                        "models.Payment",
                        source_field="payment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reason",
                    fields.CharEnumField(
                        null=True, description="ARITHMETIC: arithmetic\nDETAIL: detail\nCHAIN: chain", enum_type=DifferenceReason, max_length=16
                    ),
                ),
                (
                    "reverses",
                    fields.ForeignKeyField(
                        "models.LedgerEntry",
                        source_field="reverses_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("key", fields.CharField(max_length=160)),
                ("import_file_id", fields.BigIntField(null=True)),
                ("posted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ledger_entry",
                "app": "models",
                "indexes": [
                    Index(fields=["organization_id", "period"]),
                    Index(fields=["account_id", "period"]),
                    Index(fields=["contract_id", "period"]),
                    Index(fields=["service_id"]),
                    Index(fields=["supplier_id"]),
                    Index(fields=["charge_id"]),
                    Index(fields=["payment_id"]),
                    Index(fields=["reverses_id"]),
                ],
                "pk_attr": "id",
                "table_description": "A signed amount (minor units, positive = debt) of an account or contract.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Tariff",
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
                    "service",
                    fields.ForeignKeyField(
                        "models.Service", source_field="service_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                ("tariff_group", fields.CharField(default="", max_length=32)),
                ("valid_from", fields.DateField()),
                ("price", fields.BigIntField()),
                ("price_includes_tax", fields.BooleanField(default=False)),
                ("tax_percent", fields.IntField(null=True)),
                ("unit", fields.CharField(default="", max_length=32)),
            ],
            options={
                "table": "tariff",
                "app": "models",
                "unique_together": (("service", "tariff_group", "valid_from"),),
                "indexes": [Index(fields=["organization_id", "valid_from"])],
                "pk_attr": "id",
                "table_description": "A unit price in force from a day on: `price` in 10^-6 of the currency, `tax_percent` in hundredths of a percent.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("login", fields.CharField(max_length=30)),
                ("login_key", fields.CharField(unique=True, max_length=60)),
                ("email", fields.CharField(max_length=254)),
                ("email_key", fields.CharField(unique=True, max_length=254)),
                ("password_hash", fields.CharField(max_length=200)),
                (
                    "kind",
                    fields.CharEnumField(
                        default=AccountKind.INDIVIDUAL, description="INDIVIDUAL: individual\nLEGAL: legal", enum_type=AccountKind, max_length=16
                    ),
                ),
                ("name", fields.CharField(default="", max_length=300)),
                ("language", fields.CharField(null=True, max_length=2)),
                ("is_active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "user_account",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A login identity, platform-wide. `login_key` and `email_key` are casefolded and unique.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApiToken",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("hint", fields.CharField(max_length=12)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("scopes", fields.CharField(max_length=400)),
                ("label", fields.CharField(default="", max_length=120)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_token",
                "app": "models",
                "indexes": [Index(fields=["user_id"]), Index(fields=["organization_id"])],
                "pk_attr": "id",
                "table_description": "A bearer token `abn_…` of a user or of an organization's system. Only its SHA-256 is kept, it is shown once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LoginAlias",
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
                ("alias", fields.CharField(max_length=60)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
            ],
            options={
                "table": "login_alias",
                "app": "models",
                "unique_together": (("organization", "alias"),),
                "indexes": [Index(fields=["user_id"])],
                "pk_attr": "id",
                "table_description": "An account- or contract-style login (`02015213`, `vk123`), valid within one organization once linked by proof.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Membership",
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
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.PersonalAccount",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "contract",
                    fields.ForeignKeyField(
                        "models.Contract",
                        source_field="contract_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("rights", fields.SmallIntField()),
                ("from_on", fields.DateField(null=True)),
                ("until_on", fields.DateField(null=True)),
                ("proof", fields.CharEnumField(description="STAFF: staff\nREGISTER: register", enum_type=Proof, max_length=16)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "membership",
                "app": "models",
                "indexes": [Index(fields=["organization_id"]), Index(fields=["user_id"]), Index(fields=["account_id"]), Index(fields=["contract_id"])],
                "pk_attr": "id",
                "table_description": "A user's rights to one account, or to a contract and thereby to its present and future recipients.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Reading",
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
                    "register",
                    fields.ForeignKeyField(
                        "models.MeterRegister", source_field="register_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                ("value", fields.BigIntField()),
                ("taken_on", fields.DateField()),
                ("period", fields.DateField()),
                (
                    "source",
                    fields.CharEnumField(
                        description="CABINET: cabinet\nSITE: site\nPHONE: phone\nINSPECTOR: inspector\nINSTALLATION: installation\nREMOVAL: removal\nPARTNER: partner\nSTAFF: staff\nOTHER: other",
                        enum_type=ReadingSource,
                        max_length=16,
                    ),
                ),
                ("source_label", fields.CharField(default="", max_length=80)),
                (
                    "state",
                    fields.CharEnumField(
                        description="SENT: sent\nIN_REVIEW: in_review\nACCEPTED: accepted\nBILLED: billed\nREFUSED: refused\nSUPERSEDED: superseded",
                        enum_type=ReadingState,
                        max_length=16,
                    ),
                ),
                ("is_current", fields.BooleanField(default=True)),
                ("by_resident", fields.BooleanField(default=False)),
                ("submitted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.SET_NULL
                    ),
                ),
                ("receipt", fields.CharField(null=True, unique=True, max_length=24)),
                (
                    "import_file",
                    fields.ForeignKeyField(
                        "models.ImportFile",
                        source_field="import_file_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "reading",
                "app": "models",
                "indexes": [
                    Index(fields=["organization_id"]),
                    Index(fields=["account_id", "period"]),
                    Index(fields=["register_id", "taken_on"]),
                    Index(fields=["user_id"]),
                    Index(fields=["import_file_id"]),
                ],
                "pk_attr": "id",
                "table_description": "The value (10^-6 of the resource's unit) of a register on a day. Superseded by a newer row, never overwritten.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("device", fields.CharField(default="", max_length=120)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "session",
                "app": "models",
                "indexes": [Index(fields=["user_id"]), Index(fields=["expires_at"])],
                "pk_attr": "id",
                "table_description": "A signed-in browser. Only the SHA-256 of its 256-bit token is kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StaffRole",
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
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "staff_role",
                "app": "models",
                "unique_together": (("organization", "user"),),
                "indexes": [Index(fields=["user_id"])],
                "pk_attr": "id",
                "table_description": "A user who works for an organization and may see its accounts.",
            },
            bases=["Model"],
        ),
    ]

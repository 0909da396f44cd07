from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import ImportSource, Ownership, Severity
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0002_import_controls")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ImportChange",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "run",
                    fields.ForeignKeyField(
                        "models.ImportRun", source_field="run_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
                ("subject", fields.CharField(max_length=32)),
                ("row_id", fields.BigIntField()),
                ("before", fields.TextField(unique=False)),
            ],
            options={
                "table": "import_change",
                "app": "models",
                "indexes": [Index(fields=["run_id", "subject"])],
                "pk_attr": "id",
                "table_description": "What a run wrote over: the row of table `subject` as it was before, so that undoing the run can put it back.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportProfile",
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
                ("text", fields.TextField(unique=False)),
                ("saved_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("saved_by", fields.CharField(max_length=40)),
            ],
            options={
                "table": "import_profile",
                "app": "models",
                "unique_together": (("organization",),),
                "pk_attr": "id",
                "table_description": "How an organization's own registers are to be read where headings do not say it: TOML, adapters/files/profiles.py.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportUpload",
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
                ("sha256", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=300)),
                ("size", fields.BigIntField()),
                ("received", fields.BigIntField(default=0)),
                ("who", fields.CharField(max_length=40)),
                (
                    "run",
                    fields.ForeignKeyField(
                        "models.ImportRun", source_field="run_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.SET_NULL
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "import_upload",
                "app": "models",
                "indexes": [Index(fields=["organization_id", "sha256"]), Index(fields=["run_id"]), Index(fields=["created_at"])],
                "pk_attr": "id",
                "table_description": "A file on its way over the network, known by its content: an interrupted upload goes on where it stopped.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StatementLine",
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
                    "statement",
                    fields.ForeignKeyField(
                        "models.Statement", source_field="statement_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
                (
                    "service",
                    fields.ForeignKeyField(
                        "models.Service", source_field="service_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.RESTRICT
                    ),
                ),
                ("position", fields.IntField(default=0)),
                ("opening", fields.BigIntField(null=True)),
                ("charged", fields.BigIntField(null=True)),
                ("recalculation", fields.BigIntField(null=True)),
                ("penalty", fields.BigIntField(null=True)),
                ("paid", fields.BigIntField(null=True)),
                ("compensation", fields.BigIntField(null=True)),
                ("closing", fields.BigIntField(null=True)),
                ("derived", fields.CharField(default="", db_default="", max_length=80)),
            ],
            options={
                "table": "statement_line",
                "app": "models",
                "unique_together": (("statement", "service"),),
                "indexes": [Index(fields=["organization_id"]), Index(fields=["service_id"])],
                "pk_attr": "id",
                "table_description": "The figures of one service within a statement, where the supplier keeps balances so: the statement's own are their sums.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="AccountFacts",
            name="ownership",
            field=fields.CharEnumField(null=True, description="PRIVATE: private\nMUNICIPAL: municipal", enum_type=Ownership, max_length=16),
        ),
        ops.AddField(
            model_name="Charge",
            name="is_group",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Charge",
            name="paid",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Charge",
            name="shortfall_amount",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Charge",
            name="shortfall_days",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Charge",
            name="social_norm_amount",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="ImportFile",
            name="delimiter",
            field=fields.CharField(default="", db_default="", max_length=1),
        ),
        ops.AddField(
            model_name="ImportFile",
            name="rows",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="ImportFile",
            name="size",
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.AlterModelOptions(
            name="ImportProblem",
            options={
                "table": "import_problem",
                "app": "models",
                "indexes": [Index(fields=["file_id", "line"])],
                "pk_attr": "id",
                "table_description": "One row that was refused, taken with a warning, or missed (a notice). Its `params` are the numbers its sentence needs.",
            },
        ),
        ops.AlterField(
            model_name="ImportProblem",
            name="severity",
            field=fields.CharEnumField(description="REFUSED: refused\nWARNING: warning\nNOTICE: notice", enum_type=Severity, max_length=8),
        ),
        ops.AddField(
            model_name="ImportProblem",
            name="column",
            field=fields.CharField(default="", db_default="", max_length=120),
        ),
        ops.AddField(
            model_name="ImportProblem",
            name="row",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AlterModelOptions(
            name="ImportRun",
            options={
                "table": "import_run",
                "app": "models",
                "indexes": [Index(fields=["organization_id", "started_at"]), Index(fields=["state"]), Index(fields=["undone_by"])],
                "pk_attr": "id",
                "table_description": "One import, from the arrival of its files on. `who` is a user's or token's id or the words \"command line\", never a name.",
            },
        ),
        ops.AddField(
            model_name="ImportRun",
            name="approved_by",
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name="ImportRun",
            name="error",
            field=fields.CharField(default="", db_default="", max_length=300),
        ),
        ops.AddField(
            model_name="ImportRun",
            name="folder",
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name="ImportRun",
            name="marks",
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="ImportRun",
            name="preview",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="ImportRun",
            name="source",
            field=fields.CharEnumField(
                default=ImportSource.COMMAND,
                description="COMMAND: command\nPAGE: page\nUPLOAD: upload\nFOLDER: folder",
                db_default="command",
                enum_type=ImportSource,
                max_length=12,
            ),
        ),
        ops.AddField(
            model_name="ImportRun",
            name="summary",
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="ImportRun",
            name="undone_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ImportRun",
            name="undone_by",
            field=fields.CharField(null=True, max_length=40),
        ),
        ops.AddField(
            model_name="ImportRun",
            name="language",
            field=fields.CharField(default="", db_default="", max_length=2),
        ),
        ops.AddIndex(
            model_name="ImportRun",
            index=Index(fields=["undone_by"]),
        ),
        ops.AddIndex(
            model_name="ImportRun",
            index=Index(fields=["state"]),
        ),
        ops.AddField(
            model_name="Organization",
            name="hold_moved_percent",
            field=fields.SmallIntField(null=True, default=50, db_default=50),
        ),
        ops.AddField(
            model_name="Organization",
            name="hold_refused_percent",
            field=fields.SmallIntField(null=True, default=20, db_default=20),
        ),
        ops.AddField(
            model_name="Payment",
            name="register_key",
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name="PersonalAccount",
            name="withdrawn_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Statement",
            name="by_service",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Statement",
            name="derived",
            field=fields.CharField(default="", db_default="", max_length=80),
        ),
        # For ImportProblem.severity SQLite makes the table anew, and loses its index. PostgreSQL has it still.
        ops.RunSQL('CREATE INDEX IF NOT EXISTS "idx_import_prob_file_id_8fe453" ON "import_problem" ("file_id", "line")'),
    ]

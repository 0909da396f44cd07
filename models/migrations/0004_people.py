from tortoise import migrations
from tortoise.migrations import operations as ops
from models.enums import AccountKind, CodeSource, Factor, LetterState, LookUp, Proof, Purpose, ReportState, Topic
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0003_imports_at_their_best")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AccountCode",
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
                ("source", fields.CharEnumField(description="BILL: bill\nSTAFF: staff", enum_type=CodeSource, max_length=8)),
                ("code_hash", fields.CharField(max_length=64)),
                ("issued_by", fields.CharField(max_length=40)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("spent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "account_code",
                "app": "models",
                "indexes": [Index(fields=["organization_id"]), Index(fields=["account_id"]), Index(fields=["contract_id"]), Index(fields=["expires_at"])],
                "pk_attr": "id",
                "table_description": "A code that proves an account or a contract once: printed on a bill or given by staff. Only its keyed hash is kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Agreement",
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
                ("version", fields.CharField(max_length=32)),
                ("language", fields.CharField(max_length=2)),
                ("text", fields.TextField(unique=False)),
                ("text_hash", fields.CharField(max_length=64)),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "agreement",
                "app": "models",
                "indexes": [Index(fields=["organization_id", "published_at"])],
                "pk_attr": "id",
                "table_description": "A text that users consent to, in one language. Without an organization it is the installation's own. A version never changes.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Consent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
                ("version", fields.CharField(max_length=32)),
                ("text_hash", fields.CharField(max_length=64)),
                ("language", fields.CharField(max_length=2)),
                ("given_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "consent",
                "app": "models",
                "indexes": [Index(fields=["user_id"])],
                "pk_attr": "id",
                "table_description": "That a user agreed to a version of the agreement, in which language, when, and when it was withdrawn.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DataReport",
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
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.SET_NULL
                    ),
                ),
                ("attribute", fields.CharField(max_length=40)),
                ("shown", fields.CharField(default="", max_length=300)),
                ("message", fields.CharField(max_length=1000)),
                (
                    "state",
                    fields.CharEnumField(
                        default=ReportState.OPEN, description="OPEN: open\nSETTLED: settled\nDECLINED: declined", enum_type=ReportState, max_length=16
                    ),
                ),
                ("answer", fields.CharField(default="", max_length=1000)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("settled_by", fields.CharField(null=True, max_length=40)),
            ],
            options={
                "table": "data_report",
                "app": "models",
                "indexes": [Index(fields=["organization_id", "state", "created_at"]), Index(fields=["account_id"]), Index(fields=["user_id"])],
                "pk_attr": "id",
                "table_description": "That something shown of an account is wrong, as a resident says: a request to staff.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProofBudget",
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
                ("door", fields.CharField(max_length=8)),
                ("target", fields.CharField(max_length=120)),
                ("day", fields.DateField()),
                ("reserve", fields.BooleanField()),
                ("misses", fields.SmallIntField(default=0)),
            ],
            options={
                "table": "proof_budget",
                "app": "models",
                "unique_together": (("organization", "door", "target", "day", "reserve"),),
                "indexes": [Index(fields=["day"])],
                "pk_attr": "id",
                "table_description": "Misses at one target on one day, whoever missed. `reserve` counts those that a step-up has opened beside the others.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Registration",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharEnumField(description="INDIVIDUAL: individual\nLEGAL: legal", enum_type=AccountKind, max_length=16)),
                ("email", fields.CharField(max_length=254)),
                ("email_key", fields.CharField(max_length=254)),
                ("login", fields.CharField(default="", max_length=30)),
                ("login_key", fields.CharField(default="", max_length=60)),
                ("password_hash", fields.CharField(max_length=200)),
                ("name", fields.CharField(default="", max_length=300)),
                ("phone", fields.CharField(default="", max_length=20)),
                ("tax_number", fields.CharField(null=True, max_length=12)),
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
                ("account_number", fields.CharField(default="", max_length=40)),
                ("contract_number", fields.CharField(default="", max_length=40)),
                ("language", fields.CharField(max_length=2)),
                ("agreement_version", fields.CharField(max_length=32)),
                ("agreement_hash", fields.CharField(max_length=64)),
                ("bill_by_email", fields.BooleanField(default=False)),
                ("invitation", fields.BigIntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("confirmed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
            ],
            options={
                "table": "registration",
                "app": "models",
                "indexes": [Index(fields=["organization_id"]), Index(fields=["email_key"]), Index(fields=["expires_at"]), Index(fields=["user_id"])],
                "pk_attr": "id",
                "table_description": "What somebody asks for who registers. It becomes a user when its own letter's link or code is confirmed, and not before.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MailedSecret",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="CONFIRM_REGISTRATION: confirm_registration\nRECOVER: recover\nCONFIRM_EMAIL: confirm_email\nCANCEL_EMAIL: cancel_email\nSTEP_UP: step_up\nINVITATION: invitation",
                        enum_type=Purpose,
                        max_length=24,
                    ),
                ),
                ("nonce", fields.CharField(max_length=64)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("code_hash", fields.CharField(null=True, max_length=64)),
                ("tries", fields.SmallIntField(default=0)),
                (
                    "registration",
                    fields.ForeignKeyField(
                        "models.Registration",
                        source_field="registration_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
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
                ("data", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("spent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "mailed_secret",
                "app": "models",
                "indexes": [
                    Index(fields=["organization_id"]),
                    Index(fields=["registration_id"]),
                    Index(fields=["user_id"]),
                    Index(fields=["account_id"]),
                    Index(fields=["contract_id"]),
                    Index(fields=["expires_at"]),
                ],
                "pk_attr": "id",
                "table_description": "A link, and where one can be typed a code, that a letter carries: good for one purpose, once, until it expires.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Letter",
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
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.SET_NULL
                    ),
                ),
                (
                    "secret",
                    fields.ForeignKeyField(
                        "models.MailedSecret",
                        source_field="secret_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("recipient", fields.CharField(max_length=254)),
                ("template", fields.CharField(max_length=60)),
                ("language", fields.CharField(max_length=2)),
                ("context", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("identity", fields.CharField(unique=True, max_length=64)),
                ("occasion", fields.CharField(null=True, unique=True, max_length=160)),
                (
                    "state",
                    fields.CharEnumField(
                        default=LetterState.QUEUED,
                        description="QUEUED: queued\nSENT: sent\nDEFERRED: deferred\nUNCERTAIN: uncertain\nFAILED: failed",
                        enum_type=LetterState,
                        max_length=16,
                    ),
                ),
                ("attempts", fields.SmallIntField(default=0)),
                ("lost", fields.SmallIntField(default=0)),
                ("queued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("leased_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("error", fields.CharField(default="", max_length=300)),
            ],
            options={
                "table": "letter",
                "app": "models",
                "indexes": [
                    Index(fields=["state", "due_at"]),
                    Index(fields=["organization_id", "queued_at"]),
                    Index(fields=["user_id"]),
                    Index(fields=["secret_id"]),
                    Index(fields=["queued_at"]),
                ],
                "pk_attr": "id",
                "table_description": "One letter to one address, written in the transaction of what it tells of: the outbox. A worker sends it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SpentChallenge",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "spent_challenge",
                "app": "models",
                "indexes": [Index(fields=["expires_at"])],
                "pk_attr": "id",
                "table_description": "A solved human check that has been used: it is good once. Kept until it would have expired anyway.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Subscription",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User", source_field="user_id", db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.CASCADE
                    ),
                ),
                ("topic", fields.CharEnumField(description="BILL: bill\nREADINGS: readings\nNEWS: news", enum_type=Topic, max_length=16)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.PersonalAccount",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "subscription",
                "app": "models",
                "indexes": [Index(fields=["user_id"]), Index(fields=["account_id"])],
                "pk_attr": "id",
                "table_description": "What a user wants mailed: of one account, or of all that are his, those that come later too.",
            },
            bases=["Model"],
        ),
        ops.AlterField(
            model_name="Membership",
            name="proof",
            field=fields.CharEnumField(
                description="STAFF: staff\nREGISTER: register\nFACTORS: factors\nSTEP_UP: step_up\nINVITATION: invitation", enum_type=Proof, max_length=16
            ),
        ),
        ops.AddField(
            model_name="Membership",
            name="invited_by",
            field=fields.ForeignKeyField(
                "models.User", source_field="invited_by_id", null=True, db_constraint=True, to_field="id", related_name=False, on_delete=OnDelete.SET_NULL
            ),
        ),
        ops.AddField(
            model_name="Membership",
            name="proved_by",
            field=fields.CharField(default="", db_default="", max_length=120),
        ),
        ops.AddIndex(
            model_name="Membership",
            index=Index(fields=["invited_by_id"]),
        ),
        ops.AddField(
            model_name="Organization",
            name="link_proofs",
            field=fields.CharField(default="surname last_payment", db_default="surname last_payment", max_length=80),
        ),
        ops.AddField(
            model_name="Organization",
            name="look_up",
            field=fields.CharEnumField(default=LookUp.OFF, description="OFF: off\nON: on\nPROOF: proof", db_default="off", enum_type=LookUp, max_length=8),
        ),
        ops.AddField(
            model_name="Organization",
            name="look_up_proof",
            field=fields.CharEnumField(
                default=Factor.LAST_PAYMENT,
                description="SURNAME: surname\nFLAT: flat\nLAST_PAYMENT: last_payment\nTAX_NUMBER: tax_number\nBILL_CODE: bill_code",
                db_default="last_payment",
                enum_type=Factor,
                max_length=16,
            ),
        ),
        ops.AddField(
            model_name="Organization",
            name="recovery_asks",
            field=fields.CharField(default="", db_default="", max_length=40),
        ),
        ops.AddField(
            model_name="Organization",
            name="step_ups",
            field=fields.CharField(default="email staff", db_default="email staff", max_length=40),
        ),
        ops.AlterField(
            model_name="User",
            name="login",
            field=fields.CharField(null=True, max_length=30),
        ),
        ops.AlterField(
            model_name="User",
            name="login_key",
            field=fields.CharField(null=True, unique=True, max_length=60),
        ),
        ops.AddField(
            model_name="User",
            name="phone",
            field=fields.CharField(default="", db_default="", max_length=20),
        ),
        ops.AddField(
            model_name="User",
            name="tax_number",
            field=fields.CharField(null=True, max_length=12),
        ),
        # For Membership.invited_by SQLite makes the table anew, and loses its indexes. PostgreSQL has them still.
        ops.RunSQL('CREATE INDEX IF NOT EXISTS "idx_membership_organiz_ae9a44" ON "membership" ("organization_id")'),
        ops.RunSQL('CREATE INDEX IF NOT EXISTS "idx_membership_user_id_550878" ON "membership" ("user_id")'),
        ops.RunSQL('CREATE INDEX IF NOT EXISTS "idx_membership_account_e855fc" ON "membership" ("account_id")'),
        ops.RunSQL('CREATE INDEX IF NOT EXISTS "idx_membership_contrac_d2e34a" ON "membership" ("contract_id")'),
        # Logins are compared by what their letters look like (resolvers.users.login_key).
        ops.RunSQL(
            "UPDATE user_account SET login_key = "
            "replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(login_key, 'а', 'a'), 'е', 'e'), 'с', 'c'), 'о', 'o'), 'р', 'p'), 'х', 'x'), 'у', 'y'), 'к', 'k'), 'м', 'm'), 'т', 't'), 'н', 'h'), 'в', 'b'), 'і', 'i'), 'һ', 'h'), 'ё', 'e')"
        ),
    ]

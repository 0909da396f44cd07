"""What was done by whom, and answers kept so that a repeated request is harmless."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.organizations import Organization


class AuditRecord(Model):
    """Who did what to which row. `details` hold codes and ids, no names, numbers of documents or addresses."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    organization_id: int | None
    at = fields.DatetimeField()
    actor = fields.CharField(max_length=40)  # "user:12", "token:3", "command line", "job"
    action = fields.CharField(max_length=40)
    subject = fields.CharField(max_length=60)  # "account:7"
    details: Any = fields.JSONField(default=dict)

    class Meta:
        table = "audit_record"
        indexes = (("organization_id", "at"), ("subject",))


class IdempotencyKey(Model):
    """The first Done answer to a (viewer, mutation, key). The same key with another input is refused."""

    id = fields.BigIntField(primary_key=True)
    viewer = fields.CharField(max_length=40)
    mutation = fields.CharField(max_length=60)
    key = fields.CharField(max_length=100)
    input_hash = fields.CharField(max_length=64)
    answer: Any = fields.JSONField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_key"
        unique_together = (("viewer", "mutation", "key"),)
        indexes = (("created_at",),)


class JobRun(Model):
    """A periodic job's turn: whichever process inserts the row first runs it."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=60)
    due_at = fields.DatetimeField()
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=300, default="")

    class Meta:
        table = "job_run"
        unique_together = (("name", "due_at"),)


class Installation(Model):
    """Settings of this database that must outlive the environment, such as the key behind public ids."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=40, unique=True)
    value = fields.CharField(max_length=200)

    class Meta:
        table = "installation"


class SpentChallenge(Model):
    """A solved human check that has been used: it is good once. Kept until it would have expired anyway."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "spent_challenge"
        indexes = (("expires_at",),)

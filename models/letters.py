"""Letters that wait to be sent, and the secrets that they carry."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.accounts import Contract, PersonalAccount
from models.enums import LetterState, Purpose
from models.mailings import Mailing
from models.organizations import Organization
from models.people import Registration, User


class MailedSecret(Model):
    """A link, and where one can be typed a code, that a letter carries: good for one purpose, once, until it expires.

    Neither is kept: both are derived from `nonce` by the installation's secret when the letter is written, so that who reads the
    database alone learns none. `token_hash` finds the row, `code_hash` checks a typed code, `tries` counts wrong ones.
    """

    id = fields.BigIntField(primary_key=True)
    purpose = fields.CharEnumField(Purpose, max_length=24)
    nonce = fields.CharField(max_length=64)
    token_hash = fields.CharField(max_length=64, unique=True)
    code_hash = fields.CharField(max_length=64, null=True)
    tries = fields.SmallIntField(default=0)
    registration: fields.ForeignKeyNullableRelation[Registration] = fields.ForeignKeyField(
        "models.Registration", on_delete=fields.CASCADE, related_name=False, null=True
    )
    registration_id: int | None
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE, related_name=False, null=True)
    user_id: int | None
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    organization_id: int | None
    account: fields.ForeignKeyNullableRelation[PersonalAccount] = fields.ForeignKeyField(
        "models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    account_id: int | None
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField("models.Contract", on_delete=fields.RESTRICT, related_name=False, null=True)
    contract_id: int | None
    data: Any = fields.JSONField(default=dict)  # what the purpose needs: a new address, an invitation's rights
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    spent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mailed_secret"
        indexes = (("organization_id",), ("registration_id",), ("user_id",), ("account_id",), ("contract_id",), ("expires_at",))


class Letter(Model):
    """One letter to one address, written in the transaction of what it tells of: the outbox. A worker sends it.

    `template` is a folder of templates/mail and `context` what it shows: nothing secret, and forgotten after 30 days. `identity` makes its
    Message-ID, the same at every try. `occasion` is unique: what is queued twice for one occasion is sent once. `leased_until` is
    until when one worker has it. `lost` counts how often its words were handed to the server and no answer was heard: a server may
    have it or not, so it goes once more, under the same Message-ID, and never a third time.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    organization_id: int | None
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.SET_NULL, related_name=False, null=True)
    user_id: int | None
    secret: fields.ForeignKeyNullableRelation[MailedSecret] = fields.ForeignKeyField(
        "models.MailedSecret", on_delete=fields.SET_NULL, related_name=False, null=True
    )
    secret_id: int | None
    mailing: fields.ForeignKeyNullableRelation[Mailing] = fields.ForeignKeyField("models.Mailing", on_delete=fields.RESTRICT, related_name=False, null=True)
    mailing_id: int | None
    is_mass = fields.BooleanField(default=False, db_default=False)  # one of many at once: goes after those that somebody waits for
    recipient = fields.CharField(max_length=254)
    template = fields.CharField(max_length=60)
    language = fields.CharField(max_length=2)
    context: Any = fields.JSONField(default=dict)
    identity = fields.CharField(max_length=64, unique=True)
    occasion = fields.CharField(max_length=160, null=True, unique=True)
    state = fields.CharEnumField(LetterState, max_length=16, default=LetterState.QUEUED)
    attempts = fields.SmallIntField(default=0)
    lost = fields.SmallIntField(default=0)
    queued_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    error = fields.CharField(max_length=300, default="")

    class Meta:
        table = "letter"
        indexes = (("state", "is_mass", "due_at"), ("mailing_id", "state"), ("organization_id", "queued_at"), ("user_id",), ("secret_id",), ("queued_at",))

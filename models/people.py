"""Login identities and the ways in which they prove themselves."""

from tortoise import fields
from tortoise.models import Model

from models.enums import AccountKind
from models.organizations import Organization


class User(Model):
    """A login identity, platform-wide. `login_key` and `email_key` are casefolded and unique."""

    id = fields.BigIntField(primary_key=True)
    login = fields.CharField(max_length=30)
    login_key = fields.CharField(max_length=60, unique=True)
    email = fields.CharField(max_length=254)
    email_key = fields.CharField(max_length=254, unique=True)
    password_hash = fields.CharField(max_length=200)
    kind = fields.CharEnumField(AccountKind, max_length=16, default=AccountKind.INDIVIDUAL)
    name = fields.CharField(max_length=300, default="")
    language = fields.CharField(max_length=2, null=True)
    is_active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "user_account"  # "user" is a reserved word


class LoginAlias(Model):
    """An account- or contract-style login (`02015213`, `vk123`), valid within one organization once linked by proof."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    alias = fields.CharField(max_length=60)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE, related_name=False)
    user_id: int

    class Meta:
        table = "login_alias"
        unique_together = (("organization", "alias"),)
        indexes = (("user_id",),)


class StaffRole(Model):
    """A user who works for an organization and may see its accounts."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE, related_name=False)
    user_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "staff_role"
        unique_together = (("organization", "user"),)
        indexes = (("user_id",),)


class Session(Model):
    """A signed-in browser. Only the SHA-256 of its 256-bit token is kept."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE, related_name=False)
    user_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    device = fields.CharField(max_length=120, default="")
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "session"
        indexes = (("user_id",), ("expires_at",))


class ApiToken(Model):
    """A bearer token `abn_…` of a user or of an organization's system. Only its SHA-256 is kept, it is shown once."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    hint = fields.CharField(max_length=12)  # its first characters, to tell tokens apart in a list
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE, related_name=False, null=True)
    user_id: int | None
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    organization_id: int | None
    scopes = fields.CharField(max_length=400)  # TokenScope values, space-separated
    label = fields.CharField(max_length=120, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "api_token"
        indexes = (("user_id",), ("organization_id",))

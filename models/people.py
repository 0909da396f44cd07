"""Login identities and the ways in which they prove themselves."""

from tortoise import fields
from tortoise.models import Model

from models.enums import AccountKind
from models.organizations import Organization


class User(Model):
    """A login identity, platform-wide. `login_key` and `email_key` are casefolded and unique.

    A user without a free login signs in by e-mail, and by the logins of the accounts that were linked by proof.
    """

    id = fields.BigIntField(primary_key=True)
    login = fields.CharField(max_length=30, null=True)
    login_key = fields.CharField(max_length=60, unique=True, null=True)
    email = fields.CharField(max_length=254)
    email_key = fields.CharField(max_length=254, unique=True)
    password_hash = fields.CharField(max_length=200)
    kind = fields.CharEnumField(AccountKind, max_length=16, default=AccountKind.INDIVIDUAL)
    name = fields.CharField(max_length=300, default="")
    phone = fields.CharField(max_length=20, default="", db_default="")  # +77011234567
    tax_number = fields.CharField(max_length=12, null=True)  # IIN or BIN as the user says: it identifies, it proves nothing
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


class Registration(Model):
    """What somebody asks for who registers. It becomes a user when its own letter's link or code is confirmed, and not before.

    Hence nobody can hold a login or an address that is not theirs: of several for one address, each has its own letter.
    `password_hash` is of the password chosen there. The account or contract named is a wish: it is linked by proof, later.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(AccountKind, max_length=16)
    email = fields.CharField(max_length=254)
    email_key = fields.CharField(max_length=254)
    login = fields.CharField(max_length=30, default="")
    login_key = fields.CharField(max_length=60, default="")
    password_hash = fields.CharField(max_length=200)
    name = fields.CharField(max_length=300, default="")  # a company's
    phone = fields.CharField(max_length=20, default="")
    tax_number = fields.CharField(max_length=12, null=True)
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    organization_id: int | None
    account_number = fields.CharField(max_length=40, default="")
    contract_number = fields.CharField(max_length=40, default="")
    language = fields.CharField(max_length=2)
    agreement_version = fields.CharField(max_length=32)
    agreement_hash = fields.CharField(max_length=64)
    bill_by_email = fields.BooleanField(default=False)
    invitation = fields.BigIntField(null=True)  # the mailed secret's row, whose link was brought along; secrets name registrations by key already
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE, related_name=False, null=True)
    user_id: int | None

    class Meta:
        table = "registration"
        indexes = (("organization_id",), ("email_key",), ("expires_at",), ("user_id",))


class Agreement(Model):
    """A text that users consent to, in one language. Without an organization it is the installation's own. A version never changes."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    organization_id: int | None
    version = fields.CharField(max_length=32)
    language = fields.CharField(max_length=2)
    text = fields.TextField()
    text_hash = fields.CharField(max_length=64)  # SHA-256
    published_at = fields.DatetimeField()

    class Meta:
        table = "agreement"
        indexes = (("organization_id", "published_at"),)


class Consent(Model):
    """That a user agreed to a version of the agreement, in which language, when, and when it was withdrawn."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE, related_name=False)
    user_id: int
    version = fields.CharField(max_length=32)
    text_hash = fields.CharField(max_length=64)
    language = fields.CharField(max_length=2)
    given_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "consent"
        indexes = (("user_id",),)

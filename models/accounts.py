"""What is billed, who pays for it, and which user may see it."""

from tortoise import fields
from tortoise.models import Model

from models.enums import AccountKind, CodeSource, Ownership, Proof, ReportState, Topic
from models.organizations import Organization
from models.people import User
from models.places import Premises


class Contract(Model):
    """A legal payer with many accounts («получатели»)."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    number = fields.CharField(max_length=40)
    payer_name = fields.CharField(max_length=300, default="")
    tax_number = fields.CharField(max_length=40, null=True)  # BIN, as the register says
    email = fields.CharField(max_length=254, null=True)

    class Meta:
        table = "contract"
        unique_together = (("organization", "number"),)


class PersonalAccount(Model):
    """«Лицевой счёт»: one premises or one object of a contract, at one organization.

    `balance` (minor units) caches the sum of the account's ledger entries: written in the same transaction as they are,
    recomputed by `abonent check`. It is null while the supplier has never said an opening or a closing balance.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    number = fields.CharField(max_length=40)
    kind = fields.CharEnumField(AccountKind, max_length=16, default=AccountKind.INDIVIDUAL)
    branch = fields.CharField(max_length=120, null=True)
    premises: fields.ForeignKeyNullableRelation[Premises] = fields.ForeignKeyField("models.Premises", on_delete=fields.RESTRICT, related_name=False, null=True)
    premises_id: int | None
    # as of now
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField("models.Contract", on_delete=fields.RESTRICT, related_name=False, null=True)
    contract_id: int | None
    balance = fields.BigIntField(null=True)
    balance_as_of = fields.DatetimeField(null=True)
    heat_meter = fields.BooleanField(null=True)  # whether a heat meter is installed, as the register says
    withdrawn_at = fields.DatetimeField(null=True)  # the import that brought it was undone: nobody sees it until a register brings it again

    class Meta:
        table = "personal_account"
        unique_together = (("organization", "number"),)
        indexes = (("premises_id",), ("contract_id",))


class AccountFacts(Model):
    """What an account's register row says from a day on: holder, residents, areas, tariff group, contract.

    A statement shows the facts of the last row with `valid_from` up to its period's last day, else of the first row.
    Areas are 10^-6 square metres; null is unknown.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyRelation[PersonalAccount] = fields.ForeignKeyField("models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False)
    account_id: int
    valid_from = fields.DateField()
    surname = fields.CharField(max_length=200, default="")  # the object's name for a legal account
    name = fields.CharField(max_length=120, default="")
    patronymic = fields.CharField(max_length=120, default="")
    tax_number = fields.CharField(max_length=40, null=True)  # as the register says, even where its check digit is wrong
    email = fields.CharField(max_length=254, null=True)
    residents = fields.IntField(null=True)
    area = fields.BigIntField(null=True)
    irrigated_area = fields.BigIntField(null=True)
    tariff_group = fields.CharField(max_length=32, default="")
    ownership = fields.CharEnumField(Ownership, max_length=16, null=True)
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField("models.Contract", on_delete=fields.RESTRICT, related_name=False, null=True)
    contract_id: int | None
    search = fields.CharField(max_length=440, default="")  # search_key of the holder's name

    class Meta:
        table = "account_facts"
        unique_together = (("account", "valid_from"),)
        indexes = (("contract_id",), ("organization_id", "search"))

    @property
    def holder_name(self) -> str | None:
        return " ".join(part for part in (self.surname, self.name, self.patronymic) if part) or None


class Membership(Model):
    """A user's rights to one account, or to a contract and thereby to its present and future recipients.

    `until_on` (exclusive end is the day after) keeps a former owner's past visible and shows nothing newer.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE, related_name=False)
    user_id: int
    account: fields.ForeignKeyNullableRelation[PersonalAccount] = fields.ForeignKeyField(
        "models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    account_id: int | None
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField("models.Contract", on_delete=fields.RESTRICT, related_name=False, null=True)
    contract_id: int | None
    rights = fields.SmallIntField()  # models.enums.Right
    from_on = fields.DateField(null=True)
    until_on = fields.DateField(null=True)
    proof = fields.CharEnumField(Proof, max_length=16)
    proved_by = fields.CharField(max_length=120, default="", db_default="")  # the factors, space-separated
    invited_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.SET_NULL, related_name=False, null=True)
    invited_by_id: int | None
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "membership"
        indexes = (("organization_id",), ("user_id",), ("account_id",), ("contract_id",), ("invited_by_id",))


class Subscription(Model):
    """What a user wants mailed: of one account, or of all that are his, those that come later too."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.CASCADE, related_name=False)
    user_id: int
    topic = fields.CharEnumField(Topic, max_length=16)
    account: fields.ForeignKeyNullableRelation[PersonalAccount] = fields.ForeignKeyField(
        "models.PersonalAccount", on_delete=fields.CASCADE, related_name=False, null=True
    )
    account_id: int | None
    created_at = fields.DatetimeField()

    class Meta:
        table = "subscription"
        indexes = (("user_id",), ("account_id",))


class AccountCode(Model):
    """A code that proves an account or a contract once: printed on a bill or given by staff. Only its keyed hash is kept."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyNullableRelation[PersonalAccount] = fields.ForeignKeyField(
        "models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False, null=True
    )
    account_id: int | None
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField("models.Contract", on_delete=fields.RESTRICT, related_name=False, null=True)
    contract_id: int | None
    source = fields.CharEnumField(CodeSource, max_length=8)
    code_hash = fields.CharField(max_length=64)
    issued_by = fields.CharField(max_length=40)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    spent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account_code"
        indexes = (("organization_id",), ("account_id",), ("contract_id",), ("expires_at",))


class ProofBudget(Model):
    """Misses at one target on one day, whoever missed. `reserve` counts those that a step-up has opened beside the others.

    `target` is what was aimed at, existing or not: "number:02015213", "premises:17". One row is one UPDATE that counts or finds nothing.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    door = fields.CharField(max_length=8)  # Door
    target = fields.CharField(max_length=120)
    day = fields.DateField()
    reserve = fields.BooleanField()
    misses = fields.SmallIntField(default=0)

    class Meta:
        table = "proof_budget"
        unique_together = (("organization", "door", "target", "day", "reserve"),)
        indexes = (("day",),)


class DataReport(Model):
    """That something shown of an account is wrong, as a resident says: a request to staff."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    account: fields.ForeignKeyRelation[PersonalAccount] = fields.ForeignKeyField("models.PersonalAccount", on_delete=fields.RESTRICT, related_name=False)
    account_id: int
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.SET_NULL, related_name=False, null=True)
    user_id: int | None
    attribute = fields.CharField(max_length=40)  # a field of Account: "holderName"
    shown = fields.CharField(max_length=300, default="")
    message = fields.CharField(max_length=1000)
    state = fields.CharEnumField(ReportState, max_length=16, default=ReportState.OPEN)
    answer = fields.CharField(max_length=1000, default="")
    created_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)
    settled_by = fields.CharField(max_length=40, null=True)

    class Meta:
        table = "data_report"
        indexes = (("organization_id", "state", "created_at"), ("account_id",), ("user_id",))

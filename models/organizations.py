"""The tenant, whom its bills name, what it supplies and at which price."""

from tortoise import fields
from tortoise.models import Model

from models.enums import BillingMode, Factor, LookUp, OverduePolicy, Resource
from models.mail_enums import BillMailing
from models.meter_enums import LatePolicy
from models.money import Currency


class Organization(Model):
    """A tenant: every other row of a supplier's data names one. Settings of law and taste are its columns, never code."""

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=63, unique=True)
    name = fields.CharField(max_length=300)
    host = fields.CharField(max_length=253, null=True, unique=True)  # answers for this organization without /o/<slug>
    currency = fields.CharEnumField(Currency, max_length=3)
    timezone = fields.CharField(max_length=64)
    languages = fields.CharField(max_length=32, default="ru,kk,en")  # the first is the default
    accent = fields.CharField(max_length=7, default="#0b6e8f")
    contacts = fields.CharField(max_length=500, default="")
    billing = fields.CharEnumField(BillingMode, max_length=16, default=BillingMode.SUPPLIER)
    contract_login_prefix = fields.CharField(max_length=16, default="vk")
    window_first_day = fields.SmallIntField(default=1)  # days of month, both inclusive; 31 means "to the end"
    window_last_day = fields.SmallIntField(default=31)
    payment_due_day = fields.SmallIntField(null=True)  # of the month after the period
    update_days = fields.CharField(max_length=20, default="", db_default="")  # weekdays on which its registers come, "1 4": Monday and Thursday
    bill_mailing = fields.CharEnumField(BillMailing, max_length=16, default=BillMailing.WHEN_IMPORTED, db_default=BillMailing.WHEN_IMPORTED.value)
    overdue_policy = fields.CharEnumField(OverduePolicy, max_length=16, default=OverduePolicy.ACCEPT)
    late_policy = fields.CharEnumField(LatePolicy, max_length=16, default=LatePolicy.REFUSE, db_default=LatePolicy.REFUSE.value)
    form_grace_minutes = fields.SmallIntField(default=60, db_default=60)  # how long a form that was opened in the window is taken after its end
    verification_notice_days = fields.SmallIntField(default=30, db_default=30)  # how early people are reminded of a meter's verification
    reading_hook_url = fields.CharField(max_length=500, null=True)  # https address that judges sent readings
    reading_hook_secret = fields.CharField(max_length=80, null=True)  # signs what is sent there
    # an import that passes one of these, in percent, waits for a person's word; null never holds
    hold_refused_percent = fields.SmallIntField(null=True, default=20, db_default=20)  # rows of a file that are refused
    hold_moved_percent = fields.SmallIntField(null=True, default=50, db_default=50)  # how far a month's total moves
    # who is let in, and what is asked for (resolvers/access_rules.py); lists are space-separated
    link_proofs = fields.CharField(max_length=80, default="surname last_payment", db_default="surname last_payment")  # Factor, all of them
    step_ups = fields.CharField(max_length=40, default="email staff", db_default="email staff")  # StepUp, any of them
    look_up = fields.CharEnumField(LookUp, max_length=8, default=LookUp.OFF, db_default=LookUp.OFF.value)
    look_up_proof = fields.CharEnumField(Factor, max_length=16, default=Factor.LAST_PAYMENT, db_default=Factor.LAST_PAYMENT.value)
    recovery_asks = fields.CharField(max_length=40, default="", db_default="")  # "tax_number number": hints beside the letter's link
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "organization"


class BankDetails(Model):
    """Where an organization is paid: what bills and their QR codes name. In tenge the account is an IBAN, in roubles one of twenty digits."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.OneToOneRelation[Organization] = fields.OneToOneField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    payee = fields.CharField(max_length=160)
    tax_number = fields.CharField(max_length=12)
    bank = fields.CharField(max_length=100)
    bic = fields.CharField(max_length=11)
    account = fields.CharField(max_length=20)
    correspondent_account = fields.CharField(max_length=20, default="", db_default="")  # in roubles
    kpp = fields.CharField(max_length=9, default="", db_default="")  # in roubles
    kbe = fields.CharField(max_length=2, default="", db_default="")  # in tenge

    class Meta:
        table = "bank_details"


class Supplier(Model):
    """Whom a charge is owed to inside an organization's bill, where it is not the organization itself."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    name = fields.CharField(max_length=300)
    tax_id = fields.CharField(max_length=12, null=True)

    class Meta:
        table = "supplier"
        unique_together = (("organization", "name"),)


class Service(Model):
    """What is charged for, under the name that the supplier prints."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    name = fields.CharField(max_length=200)
    resource = fields.CharEnumField(Resource, max_length=16, default=Resource.OTHER)
    position = fields.SmallIntField(default=0)  # order of lines on a bill

    class Meta:
        table = "service"
        unique_together = (("organization", "name"),)


class Tariff(Model):
    """A unit price in force from a day on: `price` in 10^-6 of the currency, `tax_percent` in hundredths of a percent."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField("models.Service", on_delete=fields.RESTRICT, related_name=False)
    service_id: int
    tariff_group = fields.CharField(max_length=32, default="")
    valid_from = fields.DateField()
    price = fields.BigIntField()
    price_includes_tax = fields.BooleanField(default=False)
    tax_percent = fields.IntField(null=True)
    unit = fields.CharField(max_length=32, default="")
    document = fields.CharField(max_length=300, default="", db_default="")  # what it rests on: «Приказ ДКРЕМ № 58-ОД от 20.04.2020»

    class Meta:
        table = "tariff"
        unique_together = (("service", "tariff_group", "valid_from"),)
        indexes = (("organization_id", "valid_from"),)

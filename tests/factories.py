"""Rows for tests. Each function makes one row with plausible values; name what the test is about, leave the rest."""

import datetime as dt
import itertools
from typing import Any

from tortoise.expressions import F

from models import (
    AccountFacts,
    ApiToken,
    Charge,
    Contract,
    House,
    LedgerEntry,
    Membership,
    Meter,
    MeterRegister,
    Organization,
    Payment,
    PersonalAccount,
    Premises,
    Reading,
    Service,
    Session,
    StaffRole,
    Statement,
    User,
)
from models.enums import EntryKind, PaymentState, Proof, ReadingSource, ReadingState, Resource, Right, TokenScope
from models.period import Period
from models.quantity import micro_units
from models.search import search_key
from resolvers.tokens import viewer_of_hash
from resolvers.viewer import Viewer

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
PASSWORD_HASH = "$argon2id$v=19$m=65536,t=3,p=4$bm90IGEgcGFzc3dvcmQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
serial = itertools.count(1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def month(text: str) -> dt.date:
    """`2026-10` -> its first day, as rows keep it."""
    return Period.parse(text).first_day


async def organization(slug: str = "vodokanal", **given: Any) -> Organization:
    return await Organization.create(**{"slug": slug, "name": "Водоканал", "currency": "KZT", "timezone": "Asia/Almaty", **given})


async def account(
    of: Organization, number: str | None = None, *, street: str = "Красина", house: str = "3", flat: str | None = None, **given: Any
) -> PersonalAccount:
    """An account with its house, its premises and one row of facts (holder, residents, …, from 1900 on)."""
    facts = {name: given.pop(name) for name in ("surname", "name", "patronymic", "residents", "area", "tariff_group") if name in given}
    count = next(serial)
    place, _ = await House.get_or_create(
        organization=of, locality="Усть-Каменогорск", street=street, number=house, defaults={"search": search_key(street + house)}
    )
    unit = await Premises.create(organization=of, house=place, flat=str(count) if flat is None else flat)
    made = await PersonalAccount.create(organization=of, number=number or f"{2000000 + count:08d}", premises=unit, **given)
    person = {"surname": "Ким", "name": "Алия", "patronymic": "", "residents": 2, "area": 54_000_000, "tariff_group": "1", **facts}
    await AccountFacts.create(
        organization=of, account=made, valid_from=dt.date(1900, 1, 1), contract_id=made.contract_id,
        search=search_key(f"{person['surname']}{person['name']}{person['patronymic']}"), **person,
    )  # fmt: skip
    return made


async def contract(of: Organization, number: str | None = None, **given: Any) -> Contract:
    return await Contract.create(organization=of, **{"number": number or f"{next(serial)}", "payer_name": "ТОО «Берег»", **given})


async def meter(
    at: PersonalAccount, resource: Resource = Resource.COLD_WATER, *, digits: tuple[int | None, int | None] = (5, 3), **given: Any
) -> MeterRegister:
    """A meter with one dial; gives the dial, whose `meter` is at hand."""
    values = {"inlet": 1, "place": "С/узел", "serial": f"{31880000 + next(serial)}", "installed_on": dt.date(2024, 1, 10), **given}
    made = await Meter.create(organization_id=at.organization_id, account=at, resource=resource, **values)
    return await MeterRegister.create(meter=made, integer_digits=digits[0], fraction_digits=digits[1])


async def reading(of: MeterRegister, value: str, taken_on: dt.date | str, **given: Any) -> Reading:
    """A reading as the supplier's register brings it: `117,5`."""
    taken = day(taken_on) if isinstance(taken_on, str) else taken_on
    device = await Meter.get(id=of.meter_id)
    values = {"source": ReadingSource.OTHER, "source_label": "Контролёр", "state": ReadingState.ACCEPTED, "period": taken.replace(day=1), **given}
    return await Reading.create(
        organization_id=device.organization_id, account_id=device.account_id, register=of, value=micro_units(value), taken_on=taken, **values
    )


async def service(of: Organization, name: str = "Холодная вода", resource: Resource = Resource.COLD_WATER) -> Service:
    return (await Service.get_or_create(organization=of, name=name, defaults={"resource": resource}))[0]


async def charge(at: PersonalAccount, period: str, amount: int, **given: Any) -> Charge:
    """A line of `amount` minor units; without a ledger entry, which the import makes."""
    of = await Organization.get(id=at.organization_id)
    values = {"unit": "куб.м", "quantity": 1_043_000, "price": 59_340_000, "price_with_tax": 66_460_000, "tax_percent": 1200, **given}
    values.setdefault("service", await service(of))
    values.setdefault("key", f"line {next(serial)}")
    return await Charge.create(organization=of, account=at, period=month(period), amount=amount, **values)


async def statement(at: PersonalAccount, period: str, **figures: Any) -> Statement:
    values = {"opening": 0, "charged": 18084, "recalculation": 0, "penalty": 0, "paid": 0, "compensation": 0, "closing": 18084, "as_of": NOW, **figures}
    return await Statement.create(organization_id=at.organization_id, account=at, period=month(period), **values)


async def payment(at: PersonalAccount, amount: int, paid_on: str, **given: Any) -> Payment:
    paid = day(paid_on)
    values = {"channel": "Kaspi", "document": f"№{next(serial)}", "key": f"payment {next(serial)}", **given}
    return await Payment.create(organization_id=at.organization_id, account=at, amount=amount, paid_on=paid, period=paid.replace(day=1), **values)


async def own_payment(of: Contract, amount: int, paid_on: str, **given: Any) -> Payment:
    """What was paid for a contract as a whole, with its entry, as the import makes them."""
    paid = day(paid_on)
    values = {"channel": "Банк", "document": f"№{next(serial)}", "key": f"payment {next(serial)}", "period": paid.replace(day=1), **given}
    made = await Payment.create(organization_id=of.organization_id, contract=of, amount=amount, paid_on=paid, **values)
    if made.state is PaymentState.RECEIVED:
        await LedgerEntry.create(
            organization_id=of.organization_id, contract=of, kind=EntryKind.PAYMENT if amount > 0 else EntryKind.REFUND, amount=-amount,
            period=made.period, business_date=paid, payment=made, key=f"payment/{made.id}#1", posted_at=NOW,
        )  # fmt: skip
    return made


async def user(login: str | None = None, *, password_hash: str = PASSWORD_HASH, **given: Any) -> User:
    """A user who cannot sign in; resolvers.users.create_user makes one who can, and takes longer."""
    name = login or f"user{next(serial)}"
    values = {"email": f"{name}@example.com", "email_key": f"{name}@example.com".casefold(), **given}
    return await User.create(login=name, login_key=name.casefold(), password_hash=password_hash, **values)


async def member(who: User, of: PersonalAccount | Contract, rights: Right | None = None, **given: Any) -> Membership:
    owner = {"contract": of} if isinstance(of, Contract) else {"account": of}
    chosen = Right.owner() if rights is None else rights
    return await Membership.create(organization_id=of.organization_id, user=who, rights=chosen, proof=Proof.STAFF, **owner, **given)


async def staff(who: User, of: Organization) -> StaffRole:
    return await StaffRole.create(organization=of, user=who)


async def token(owner: User | Organization, *scopes: TokenScope) -> ApiToken:
    """A token's row; resolvers.tokens.create_token makes one with its text."""
    owned = {"user": owner} if isinstance(owner, User) else {"organization": owner}
    return await ApiToken.create(token_hash=f"{next(serial):064x}", hint="abn_test", scopes=" ".join(scopes or list(TokenScope)), **owned)


async def viewer_of_token(of: ApiToken, today: dt.date) -> Viewer:
    """Who sends the token, as a request of that day finds it."""
    found = await viewer_of_hash(of.token_hash, dt.datetime.combine(today, dt.time(12), dt.UTC))
    assert found is not None
    return found


async def session(of: User, **given: Any) -> Session:
    values = {"created_at": NOW, "last_used_at": NOW, "expires_at": NOW + dt.timedelta(days=1), **given}
    return await Session.create(user=of, token_hash=f"{next(serial):064x}", **values)


async def entry(at: PersonalAccount, kind: EntryKind, amount: int, on: str, **given: Any) -> LedgerEntry:
    """An entry of the ledger, of the month of its day; the account's balance follows."""
    values = {"period": day(on).replace(day=1), "key": f"entry {next(serial)}", "posted_at": NOW, **given}
    made = await LedgerEntry.create(organization_id=at.organization_id, account=at, kind=kind, amount=amount, business_date=day(on), **values)
    await PersonalAccount.filter(id=at.id, balance__isnull=True).update(balance=0)
    await PersonalAccount.filter(id=at.id).update(balance=F("balance") + amount, balance_as_of=NOW)
    return made


async def reversal(of: LedgerEntry) -> LedgerEntry:
    """What takes the entry back."""
    at, alike = (
        await PersonalAccount.get(id=of.account_id),
        {"period": of.period, "service_id": of.service_id, "payment_id": of.payment_id, "reverses_id": of.id},
    )
    return await entry(at, of.kind, -of.amount, of.business_date.isoformat(), **alike)

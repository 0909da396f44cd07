"""One account with something in every field, and everybody who may ask about it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from adapters import shelf
from models import (
    AccountFacts,
    AllocationChoice,
    BankDetails,
    Consent,
    DataReport,
    DebtCertificate,
    Document,
    House,
    HouseMeter,
    HouseReading,
    ImportFile,
    ImportProblem,
    ImportProfile,
    ImportRun,
    LedgerEntry,
    Letter,
    Mailing,
    MeterEvent,
    Organization,
    PeriodClosing,
    PersonalAccount,
    Premises,
    StatementLine,
    Subscription,
    Supplier,
    Tariff,
)
from models.allocation import AllocationRule
from models.enums import ChargeBasis, LookUp, PaymentState, Purpose, ReadingSource, ReadingState, Right, Severity, TariffZone, TokenScope, Topic
from models.meter_enums import DocumentKind, MeterEventKind
from resolvers.mailed_secrets import make as make_secret
from resolvers.reading_links import Opens, token_of, viewer_of_link
from resolvers.viewer import Viewer, viewer_of_user
from resolvers.views import new_view, viewer_of_view
from schema import ids
from tests import factories as make

BEFORE, PAST, PRESENT = "2026-07", "2026-08", "2026-10"  # the former owner left at the end of September
INVITED = {"email": "guest@example.com", "rights": 3, "until": None}
LEFT_ON = dt.date(2026, 9, 30)


@dataclass
class World:
    ids: dict[str, str]  # the id of a row of each type, by the type's name
    viewers: dict[str, Viewer | None]
    rows: dict[str, Any]


async def built() -> World:
    await ids.load()
    org = await make.organization(payment_due_day=25, contacts="тел. 105", update_days="1")
    rows = await _account(org)
    return World(await _ids(org, rows), await _viewers(org, rows), rows)


async def _account(org) -> dict[str, Any]:
    contract = await make.contract(org, "123")
    account = await make.account(org, "02015213", contract=contract, branch="Центр", balance=-46021, balance_as_of=make.NOW)
    await AccountFacts.filter(account=account).update(irrigated_area=5_000_000, ownership="private")
    await Premises.filter(id=account.premises_id).update(flat_prefix="А")
    dial = await make.meter(account, verification_due_on=dt.date(2027, 1, 1))
    dial.zone = TariffZone.DAY
    await dial.save()
    await make.reading(dial, "100", "2026-07-20")
    sent = {"submitted_at": make.NOW, "receipt": "26-08-AAAAAAAA", "check_code": "CCCCCCCC", "source": ReadingSource.CABINET, "by_resident": True}
    reading = await make.reading(dial, "102", "2026-08-20", decided_at=make.NOW, decided_by="user:1", **sent)
    await make.reading(dial, "106", "2026-10-20")
    await make.reading(dial, "108", "2026-11-05", state=ReadingState.SENT)
    supplier = await Supplier.create(organization=org, name="ТОО «Сток»")
    group = await make.charge(account, BEFORE, 6000, supplier=supplier, is_group=True)
    await make.charge(account, BEFORE, 6000, quantity=900_000, parent=group, supplier=supplier, zone=TariffZone.DAY, tier=1, basis=ChargeBasis.READING)
    for period in (PAST, PRESENT):
        parent = await make.charge(account, period, 6932, supplier=supplier, is_group=True)
        full = {"parent": parent, "supplier": supplier, "zone": TariffZone.DAY, "tier": 1, "recalculation": -500, "basis": ChargeBasis.READING}
        printed = {"shortfall_days": 1_500_000, "shortfall_amount": 200, "social_norm_amount": 5000, "paid": 150000}
        charge = await make.charge(account, period, 6932, **full, **printed)
        correction = {"basis": ChargeBasis.RECALCULATION, "corrects_period": make.month("2026-07"), "quantity": None, "corrects": charge}
        corrects = await make.charge(account, period, -500, **correction)
        statement = await make.statement(account, period, compensation_note=150000, derived="paid", by_service=True)
        figures = {"opening": 0, "charged": 18084, "recalculation": 0, "penalty": 0, "paid": 0, "compensation": 0, "closing": 18084, "derived": "paid"}
        await StatementLine.create(organization=org, statement=statement, service_id=charge.service_id, **figures)
        payment = await make.payment(account, 150000, f"{period}-12", fee=100)
        await LedgerEntry.create(
            organization=org, account=account, kind="supplier_difference", amount=1, period=make.month(period), business_date=make.month(period),
            reason="arithmetic", service_id=charge.service_id, key=f"difference {period}", posted_at=make.NOW,
        )  # fmt: skip
        if period == PAST:
            entry = {"organization": org, "account": account, "period": make.month(period), "posted_at": make.NOW}
            await LedgerEntry.create(kind="payment", amount=-150000, business_date=payment.paid_on, payment=payment, key=f"payment {period}", **entry)
            await LedgerEntry.create(kind="charge", amount=700, business_date=make.month(PAST), posted_in=make.month(PRESENT), key="late", **entry)
            earlier = entry | {"period": make.month(BEFORE)}
            await LedgerEntry.create(kind="charge", amount=300, business_date=make.month(BEFORE), posted_in=make.month(PAST), key="earlier", **earlier)
            seen = {"charge": charge, "corrects": corrects, "payment": payment}
    await make.payment(account, 5000, "2026-11-19", state=PaymentState.IN_TRANSIT)
    await BankDetails.create(
        organization=org, payee="ТОО «Водоканал»", tax_number="1", bank="Банк", bic="B", account="KZ", correspondent_account="1", kpp="1", kbe="1"
    )
    await AllocationChoice.create(organization=org, valid_from=dt.date(2026, 1, 1), rule=AllocationRule.PRO_RATA)
    await PeriodClosing.create(
        organization=org, period=make.month(PRESENT), entries=1, amount=1, closed_at=make.NOW, closed_by="user:1", reopened_at=make.NOW,
        reopened_by="user:1", reason="x",
    )  # fmt: skip
    mailing = {"subscribers": 1, "started_by": "user:1", "first_started_at": make.NOW, "started_at": make.NOW, "finished_at": make.NOW}
    await Mailing.create(organization=org, period=make.month(PAST), **mailing)
    letter = await Letter.create(
        organization=org, recipient="owner@example.kz", template="trial", language="ru", context={"path": "/"}, identity="x", state="deferred",
        attempts=1, queued_at=make.NOW, due_at=make.NOW, sent_at=make.NOW, error="deferred 451 later",
    )  # fmt: skip
    seen |= await _life(org, account, dial)
    for valid_from in (dt.date(2020, 1, 1), dt.date(2027, 1, 1)):
        known = {"tariff_group": "1", "price": 59_340_000, "tax_percent": 1200, "unit": "куб.м", "document": "Приказ № 58"}
        await Tariff.create(organization=org, service_id=charge.service_id, valid_from=valid_from, **known)
    await DebtCertificate.create(
        organization=org, account=account, number="26-11-BBBBBBBB", check_code="DDDDDDDD", account_number=account.number, as_of=make.TODAY,
        balance=-46021, issued_at=make.NOW, issued_by="user:1",
    )  # fmt: skip
    return {"letter": letter, "account": account, "contract": contract, "dial": dial, "reading": reading, "supplier": supplier, "run": await _run(org), **seen}


async def _life(org, account, dial) -> dict[str, Any]:
    """A file, and a meter that took the place of another one in the former owner's days, with everything that an event may say."""
    await PersonalAccount.filter(id=account.id).update(heat_meter=True)
    file = await Document.create(
        organization=org, account=account, meter_id=dial.meter_id, kind=DocumentKind.HEAT_PRINTOUT, period=make.month(PAST), name="akt.pdf",
        media_type="application/pdf", size=3, sha256="0" * 64, stored_as="0" * 48, uploaded_by="user:1", uploaded_at=make.NOW,
    )  # fmt: skip
    old = await make.meter(account, serial="1", installed_on=dt.date(2020, 1, 1), removed_on=dt.date(2024, 1, 10))
    await make.reading(dial, "100", "2024-01-10", source=ReadingSource.INSTALLATION)
    event = await MeterEvent.create(
        organization=org, meter_id=old.meter_id, other_meter_id=dial.meter_id, kind=MeterEventKind.REPLACED, happened_on=dt.date(2024, 1, 10),
        due_on=dt.date(2027, 1, 1), seal="1", note="x", document=file, recorded_by="user:1", recorded_at=make.NOW,
    )  # fmt: skip
    house = await House.get(id=(await Premises.get(id=account.premises_id)).house_id)
    common = await HouseMeter.create(
        organization=org, house=house, resource="cold_water", serial="1", place="x", verification_due_on=dt.date(2030, 1, 1), removed_on=dt.date(2026, 11, 1)
    )
    for value, taken_on in ((1, dt.date(2026, 8, 1)), (2, dt.date(2026, 9, 1))):
        await HouseReading.create(organization=org, meter=common, value=value * 10**6, taken_on=taken_on, recorded_by="user:1", recorded_at=make.NOW)
    return {"file": file, "event": event, "old": old, "common": common}


async def _run(org) -> ImportRun:
    """A run with something to say in every field, as if it were being taken, held, broken and undone at once."""
    figures = dict.fromkeys(("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing"), 100)
    counts = {"new": 1, "changed": 1, "same": 1, "vanished": 1}
    summary = {
        "accounts": {**counts, "examples": {"new": ["1"], "changed": ["2"], "vanished": ["3"]}}, "readings": {"new": 1, "changed": 1}, "rows": 3,
        "months": [{"period": PAST, "statements": counts, "before": figures, "after": figures, "chain_breaks": 1, "details": figures, "posted_later": {"period": PRESENT, "amount": 1}}],
        "payments": {"new": 1, "changed": 1, "matched": 1, "withdrawn": 1, "amount": 100},
        "codes": [{"code": "zero", "severity": "refused", "count": 1, "amount": 100}],
        "held": [{"code": "total_moved", "subject": PAST, "value": 60.0, "limit": 50}],
    }  # fmt: skip
    await ImportProfile.create(organization=org, text="# none", saved_at=make.NOW, saved_by="user:1")
    run = await ImportRun.create(
        organization=org, started_at=make.NOW, finished_at=make.NOW, undone_at=make.NOW, state="running", who="token:1", error="broken", summary=summary
    )
    file = await ImportFile.create(run=run, name="charges", kind="charges", sha256="0" * 64, encoding="cp1251", delimiter=";", rows=3, refused=1)
    await ImportProblem.create(file=file, line=2, severity=Severity.REFUSED, code="zero", params={"column": "Сумма"}, column="Сумма", row="1;2;0")
    shelf.desk(run.id).mkdir(parents=True)
    shelf.write_json(shelf.desk(run.id) / "progress.json", {"stage": "charges", "done": 1, "total": 3})
    return run


async def _ids(org, rows) -> dict[str, str]:
    account, charge = rows["account"], rows["charge"]
    premises = await account.premises
    keys = {
        "Organization": ("org", org.id), "Account": ("acc", account.id), "Contract": ("con", rows["contract"].id), "Premises": ("prm", premises.id),
        "House": ("hse", premises.house_id), "Meter": ("mtr", rows["dial"].meter_id), "MeterRegister": ("reg", rows["dial"].id),
        "Reading": ("rdg", rows["reading"].id), "Charge": ("chg", charge.id), "Service": ("srv", charge.service_id),
        "Supplier": ("sup", rows["supplier"].id), "Payment": ("pay", rows["payment"].id), "ImportRun": ("imp", rows["run"].id), "Letter": ("ltr", rows["letter"].id),
        "HouseMeter": ("hmt", rows["common"].id),
        "MeterEvent": ("evt", rows["event"].id),
        "Document": ("doc", rows["file"].id),
        "Street": ("str", premises.house_id), "StreetHouse": ("sho", premises.house_id), "HouseFlat": ("flt", premises.id),
    }  # fmt: skip
    return {name: ids.encode(*key) for name, key in keys.items()}


async def _viewers(org, rows) -> dict[str, Viewer | None]:
    account, contract = rows["account"], rows["contract"]
    elsewhere = await make.organization("teploset")
    foreign_account = await make.account(org, "09999999", house="5")
    other_account = await make.account(elsewhere, "02015213")
    people = {name: await make.user(name) for name in ("owner", "reader", "former", "payer", "foreign", "other", "clerk", "other_clerk")}
    await make.member(people["owner"], account)
    await make.member(people["reader"], account, Right.reader())
    await make.member(people["former"], account, until_on=LEFT_ON)
    await make.member(people["payer"], contract)
    await DataReport.create(
        organization=org, account=account, user=people["owner"], attribute="area", shown="54 м²", message="53 м²", created_at=make.NOW
    )  # fmt: skip
    await make_secret(Purpose.INVITATION, make.NOW, dt.timedelta(days=7), user_id=people["owner"].id, account_id=account.id, data=INVITED)
    await make.member(people["foreign"], foreign_account)
    await make.member(people["other"], other_account)
    await make.staff(people["clerk"], org)
    await make.staff(people["other_clerk"], elsewhere)
    viewers: dict[str, Viewer | None] = {"stranger": None}
    for name, user in people.items():
        viewers[name] = await viewer_of_user(user.id, make.TODAY)
        await make.token(user)
        await make.session(user)
        await Subscription.create(user=user, topic=Topic.BILL, created_at=make.NOW)
        await Consent.create(user=user, version="1", text_hash="0" * 64, language="ru", given_at=make.NOW)
    tokens = {
        "partner": await make.token(org),
        "foreign_partner": await make.token(elsewhere),
        "accounts_only": await make.token(org, TokenScope.READ_ACCOUNTS),
        "no_accounts": await make.token(org, TokenScope.READ_MONEY, TokenScope.READ_READINGS),
        "without_money": await make.token(people["owner"], TokenScope.READ_ACCOUNTS, TokenScope.READ_READINGS, TokenScope.SUBMIT_READINGS),
    }
    await Organization.filter(id=org.id).update(look_up=LookUp.ON)
    viewers["visitor"] = await viewer_of_view(new_view([(account.id, None)], make.NOW)[0], make.NOW)
    reminded = await Subscription.create(user=people["owner"], topic=Topic.READINGS, created_at=make.NOW)
    link = await token_of(Opens(reminded.id, account.id, "2026-11"), people["owner"].email, make.NOW)
    viewers["letter"] = await viewer_of_link(link or "", make.NOW)
    return viewers | {name: await make.viewer_of_token(token, make.TODAY) for name, token in tokens.items()}


MEMBERS = ("owner", "reader", "former", "payer", "clerk", "partner", "accounts_only", "without_money", "visitor", "letter")
OUTSIDERS = ("foreign", "other", "other_clerk", "foreign_partner", "no_accounts")
EVERYBODY = ("stranger", *MEMBERS, *OUTSIDERS)

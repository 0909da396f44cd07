"""Linking through the mutation: who gets what, who is told, and what a stranger learns."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from models import AccountCode, AccountFacts, AuditRecord, Letter, LoginAlias, MailedSecret, Membership, Organization, ProofBudget
from models.enums import Proof, Right
from resolvers import account_codes, mailed_secrets
from resolvers.bill_codes import issue_bill_codes
from resolvers.linking import MISSES_OF_A_USER
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.context import Context
from schema.execution import execute
from tests import factories as make
from tests.counting import counted

LINK = """mutation ($input: LinkAccountInput!) { linkAccount(input: $input) { __typename
  ... on LinkAccountDone { login account { number holderName may } contract { number } } ... on Rejected { problems { code path message } } } }"""
ASK = """mutation ($input: RequestStepUpInput!) { requestStepUp(input: $input) { __typename ... on Rejected { problems { code } } } }"""
RIGHT = {"surname": "ким", "paidOn": "12.11.2026", "paidAmount": "1 052,98"}
WRONG = RIGHT | {"surname": "ли"}


class Town:
    org: Any
    account: Any
    sources = 0

    async def person(self, name: str) -> Any:
        return await make.user(name)

    async def run(self, text: str, user: Any, source: str | None = None, **given: Any) -> Any:
        viewer = await viewer_of_user(user.id, make.TODAY)
        self.sources += 1
        context = Context(viewer, make.NOW, make.TODAY, source=source or f"10.{self.sources // 65536}.{self.sources // 256 % 256}.{self.sources % 256}")
        answer = await execute(text, {"input": {"organizationSlug": "vodokanal", **given}}, context)
        return (answer.data and next(iter(answer.data.values()))) or answer.errors[0]["extensions"]["code"]

    async def link(self, user: Any, proofs: dict[str, str] = RIGHT, key: str | None = None, **given: Any) -> Any:
        aim = given if {"number", "candidate", "contractNumber"} & set(given) else {"number": "02015213", **given}
        return await self.run(LINK, user, proofs=proofs, idempotencyKey=key or f"k{next(make.serial)}", **aim)


def codes(answer: Any) -> list[tuple[str, list[str]]]:
    return [(one["code"], one["path"]) for one in answer["problems"]]


@pytest.fixture
async def town(database) -> Town:
    await ids.load()
    made = Town()
    made.org = await make.organization(step_ups="email staff bill_code")
    made.account = await make.account(made.org, "02015213", flat="1", surname="Ким")
    await AccountFacts.filter(account=made.account).update(email="kim@example.kz", tax_number="900101300811")
    await make.payment(made.account, 105298, "2026-11-12")
    return made


async def test_who_proves_it_has_it_signs_in_by_it_and_everybody_is_told(town):
    first, second = await town.person("first"), await town.person("second")
    answer = await town.link(first)
    assert answer["login"] == "02015213"
    assert answer["account"] == {"number": "02015213", "holderName": "Ким Алия", "may": ["SEE_MONEY", "SEND_READINGS", "PAY", "TICKETS", "MANAGE_MEMBERS"]}
    membership = await Membership.get(user=first)
    assert (membership.proof, membership.proved_by, membership.from_on) == (Proof.FACTORS, "surname last_payment", None)
    assert {(one.template, one.recipient) for one in await Letter.all()} == {("linked", first.email), ("linked_other", "kim@example.kz")}
    await Letter.all().delete()
    answer = await town.link(second)
    assert answer["login"] is None
    assert {(one.template, one.recipient) for one in await Letter.all()} == {
        ("linked", second.email), ("linked_other", first.email), ("linked_other", "kim@example.kz"),
    }  # fmt: skip
    assert await LoginAlias.all().values_list("alias", "user_id") == [("02015213", first.id)]
    assert await AuditRecord.filter(action="membership.prove").count() == 2
    assert (await ProofBudget.get()).misses == 0


async def test_once_is_enough(town):
    user = await town.person("one")
    assert (await town.link(user, key="same"))["login"] == "02015213"
    assert (await town.link(user, key="same"))["login"] == "02015213"
    assert codes(await town.link(user)) == [("ALREADY_LINKED", [])]
    assert codes(await town.link(user, key="same", number="777")) == [("KEY_REUSED", ["idempotencyKey"])]
    assert await Membership.all().count() == 1


async def test_two_at_once_link_once(town):
    user = await town.person("one")
    answers = await asyncio.gather(*(town.link(user) for _ in range(4)))
    assert sorted("problems" in one for one in answers) == [False, True, True, True]
    assert await Membership.all().count() == 1


async def test_a_former_owner_who_proves_it_again_has_it_again(town):
    user = await town.person("one")
    await make.member(user, town.account, until_on=dt.date(2026, 9, 30))
    assert (await town.link(user))["account"]["number"] == "02015213"
    assert await Membership.filter(user=user).count() == 2


async def test_somebody_invited_who_proves_it_is_an_owner_from_then_on(town):
    user = await town.person("son")
    await make.member(user, town.account, Right.SEND_READINGS, invited_by=await town.person("mother"))
    assert (await town.link(user))["account"]["may"] == ["SEE_MONEY", "SEND_READINGS", "PAY", "TICKETS", "MANAGE_MEMBERS"]
    made = await Membership.get(user=user)
    assert (made.rights, made.proof, made.invited_by_id) == (Right.owner(), Proof.FACTORS, None)


async def test_a_new_holder_sees_nothing_of_the_one_before(town):
    of = {"organization": town.org, "account": town.account}
    await AccountFacts.create(**of, valid_from=dt.date(2026, 6, 1), surname="Тен", name="Олег")
    user = await town.person("ten")
    assert (await town.link(user, RIGHT | {"surname": "Тен"}))["account"]["number"] == "02015213"
    assert (await Membership.get(user=user)).from_on == dt.date(2026, 6, 1)


@pytest.mark.parametrize("aim", [{"number": "ST00012|Name=x|PersAcc=02015213|Sum=100"}, {"number": " 0201 5213"}])
async def test_a_pasted_bill_names_its_account(town, aim):
    assert (await town.link(await town.person("one"), **aim))["login"] == "02015213"


@pytest.mark.parametrize(
    ("aim", "expected"),
    [({"number": "ST00012|Name=x"}, ("NOT_A_BILL", ["number"])), ({"number": ""}, ("REQUIRED", ["number"])), ({"number": "9" * 41}, ("NOT_A_BILL", ["number"])),
     ({"contractNumber": " "}, ("REQUIRED", ["contractNumber"])), ({"number": "1", "contractNumber": "2"}, ("REQUIRED", ["number"])),
     ({"candidate": "cnd_nonsense"}, ("NOT_PROVED", [])), ({"number": "1\ufeff"}, ("NOT_PROVED", []))],
)  # fmt: skip
async def test_what_is_aimed_at_is_checked_by_its_form(town, aim, expected):
    assert codes(await town.link(await town.person("one"), **aim)) == [expected]


async def test_a_chosen_account_shares_its_tries_with_its_number(town):
    user, chosen = await town.person("one"), ids.encode("cnd", town.account.id)
    for aim in [{"candidate": chosen}] * 3 + [{"number": "02015213"}] * 2:
        assert codes(await town.link(user, WRONG, **aim)) == [("NOT_PROVED", [])]
    assert codes(await town.link(user, candidate=chosen)) == [("NO_TRIES_LEFT", [])]


async def test_existing_and_missing_are_answered_alike(town):
    user = await town.person("one")
    seen: dict[str, list[Any]] = {"02015213": [], "02015214": []}
    for _ in range(7):
        for number, of in seen.items():
            with counted() as statements:
                answer = await town.link(user, WRONG, number=number)
            of.append((answer, len(statements)))
    assert seen["02015213"] == seen["02015214"]
    assert [codes(answer)[0][0] for answer, _ in seen["02015213"]] == ["NOT_PROVED"] * 5 + ["NO_TRIES_LEFT"] * 2


async def test_asking_for_a_letter_tells_nothing_either(town):
    user = await town.person("one")
    silent = await make.account(town.org, "02015299")
    seen = {}
    for number in ("02015213", silent.number, "09999999"):
        with counted() as statements:
            answer = await town.run(ASK, user, number=number)
        seen[number] = (answer, len(statements))
    assert len({str(one) for one in seen.values()}) == 1, seen
    assert await Letter.all().values_list("template", "recipient") == [("step_up", "kim@example.kz")]
    assert await MailedSecret.all().count() == 1
    for _ in range(5):
        assert (await town.run(ASK, user, number="02015213"))["__typename"] == "RequestStepUpDone"
    assert await Letter.all().count() == 3


@pytest.mark.parametrize("way", ["link", "code", "staff", "bill"])
async def test_the_owner_links_although_strangers_used_the_day_up(town, way):
    owner, clerk = await town.person("owner"), await town.person("clerk")
    await make.staff(clerk, town.org)
    for number in range(6):
        await town.link(await town.person(f"stranger{number}"), WRONG)
    assert codes(await town.link(owner)) == [("NO_TRIES_LEFT", [])]
    given: dict[str, Any] = {}
    if way in ("link", "code"):
        await town.run(ASK, owner, number="02015213")
        secret = await MailedSecret.get()
        given = {"stepUp": mailed_secrets.token_of(secret) if way == "link" else mailed_secrets.code_of(secret)}
    else:
        text = "mutation ($input: IssueAccountCodeInput!) { issueAccountCode(input: $input) { ... on IssueAccountCodeDone { code } } }"
        viewer = await viewer_of_user(clerk.id, make.TODAY)
        answer = await execute(text, {"input": {"account": ids.encode("acc", town.account.id)}}, Context(viewer, make.NOW, make.TODAY))
        code = answer.data["issueAccountCode"]["code"]
        given = {"stepUp": code} if way == "staff" else {"proofs": RIGHT | {"code": code}}
    proofs = given.pop("proofs", RIGHT)
    assert codes(await town.link(owner, proofs, stepUp="ABCD-EFGH-IJKL")) == [("WRONG_CODE", ["stepUp"])]
    assert (await town.link(owner, proofs, **given))["account"]["number"] == "02015213"
    assert (await Membership.get(user=owner)).proof is Proof.STEP_UP
    thief = await town.person("thief")
    if "stepUp" in given:
        assert codes(await town.link(thief, **given)) == [("WRONG_CODE", ["stepUp"])], "a step-up is good once"


async def test_a_contract_is_linked_as_a_whole(town):
    contract = await make.contract(town.org, "2666", tax_number="990140004654", email="firma@example.kz")
    recipient = await make.account(town.org, contract=contract)
    await make.payment(recipient, 5000, "2026-11-01")
    await Organization.filter(id=town.org.id).update(link_proofs="tax_number flat")
    user = await town.person("firma")
    paid = {"taxNumber": "990140004654", "paidOn": "2026-11-01", "paidAmount": "50"}
    assert codes(await town.link(user, {"taxNumber": "990140004654"}, contractNumber="2666")) == [
        ("REQUIRED", ["proofs", "paidOn"]),
        ("REQUIRED", ["proofs", "paidAmount"]),
    ]
    answer = await town.link(user, paid, contractNumber="2666")
    assert (answer["contract"], answer["account"], answer["login"]) == ({"number": "2666"}, None, "vk2666")


async def test_where_nothing_is_asked_only_staff_link(town):
    user = await town.person("one")
    await Organization.filter(id=town.org.id).update(link_proofs="", step_ups="email")
    assert codes(await town.link(user, {})) == [("NOT_OFFERED", [])]
    await Organization.filter(id=town.org.id).update(step_ups="staff")
    assert codes(await town.link(user, {})) == [("REQUIRED", ["stepUp"])]
    clerk = await town.person("clerk")
    await make.staff(clerk, town.org)
    issued = await account_codes.issue(await viewer_of_user(clerk.id, make.TODAY), "account", town.account.id, make.NOW)
    assert (await town.link(user, {}, stepUp=issued.code))["login"] == "02015213"


GIVE = """mutation ($input: IssueAccountCodeInput!) { issueAccountCode(input: $input) {
  ... on IssueAccountCodeDone { code } ... on Rejected { problems { code path } } } }"""


async def given_by_staff(town, **to) -> Any:
    clerk = await town.person(f"clerk{next(make.serial)}")
    await make.staff(clerk, town.org)
    answer = await execute(GIVE, {"input": to}, Context(await viewer_of_user(clerk.id, make.TODAY), make.NOW, make.TODAY))
    return answer.data["issueAccountCode"]


@pytest.mark.parametrize("proofs", ["surname last_payment", "bill_code", ""])
@pytest.mark.parametrize("kind", ["account", "contract"])
async def test_a_code_of_staff_links_by_itself(town, kind: str, proofs: str):
    await Organization.filter(id=town.org.id).update(link_proofs=proofs, step_ups="staff")
    contract = await make.contract(town.org, "2666")
    other = await make.contract(town.org, str(town.account.id))  # whatever its row's number is
    aim, wrong = ({"number": "02015213"}, {"contractNumber": other.number}) if kind == "account" else ({"contractNumber": "2666"}, {"number": "02015213"})
    to = {"account": ids.encode("acc", town.account.id)} if kind == "account" else {"contract": ids.encode("con", contract.id)}
    code = (await given_by_staff(town, **to))["code"]
    user = await town.person("newcomer")
    assert codes(await town.link(user, {}, stepUp=code, **wrong)) == [("WRONG_CODE", ["stepUp"])]
    answer = await town.link(user, {}, stepUp=code, **aim)
    assert answer["login"] == ("02015213" if kind == "account" else "vk2666"), answer
    made, seen = await Membership.get(user=user), await AuditRecord.get(action="membership.prove")
    assert (made.proof, made.proved_by, made.rights) == (Proof.STEP_UP, "step_up:staff", Right.owner())
    assert (seen.details["by"], seen.details["code"]) == ("step_up:staff", (await AccountCode.get()).id)
    assert await ProofBudget.all().count() == 0, "sixty bits need no counting, and nobody can use them up"
    assert codes(await town.link(await town.person("thief"), {}, stepUp=code, **aim)) == [("WRONG_CODE", ["stepUp"])], "it is good once"


async def test_where_the_rules_leave_staff_out_their_code_links_nothing(town):
    await Organization.filter(id=town.org.id).update(step_ups="email bill_code")
    code = (await given_by_staff(town, account=ids.encode("acc", town.account.id)))["code"]
    assert codes(await town.link(await town.person("one"), {}, stepUp=code)) == [("WRONG_CODE", ["stepUp"])]


async def test_a_code_of_a_bill_opens_tries_and_proofs_are_asked_for_still(town):
    [[(_, code)]] = [part async for part in issue_bill_codes("vodokanal", ["02015213"], make.NOW, dt.timedelta(days=1))]
    user = await town.person("one")
    assert {path[-1] for _, path in codes(await town.link(user, {}, stepUp=code))} == {"surname", "paidOn", "paidAmount"}
    assert codes(await town.link(user, WRONG, stepUp=code)) == [("NOT_PROVED", [])]
    assert (await town.link(user, stepUp=code))["login"] == "02015213"
    assert (await Membership.get()).proved_by == "surname last_payment step_up:bill_code"


@pytest.mark.parametrize("to", [{}, {"account": "acc_x", "contract": "con_x"}])
async def test_a_code_is_for_one_thing(town, to):
    assert (await given_by_staff(town, **to))["problems"] == [{"code": "REQUIRED", "path": ["account"]}]


async def test_one_user_cannot_try_a_whole_town(town):
    user = await town.person("one")
    answers = [await town.link(user, WRONG, number=f"{number:08d}") for number in range(MISSES_OF_A_USER[0] + 1)]
    assert codes(answers[-2]) == [("NOT_PROVED", [])]
    assert answers[-1] == "THROTTLED"


async def test_what_is_wrong_by_its_form_costs_no_try(town):
    answer = await town.link(await town.person("one"), {"surname": "", "paidOn": "вчера", "paidAmount": "много"})
    assert codes(answer) == [("REQUIRED", ["proofs", "surname"]), ("INVALID_DATE", ["proofs", "paidOn"]), ("INVALID_AMOUNT", ["proofs", "paidAmount"])]
    assert await ProofBudget.all().count() == 0


async def test_a_guest_for_a_while_who_may_do_all_and_proves_it_stays_for_good(town):
    user, mother = await town.person("son"), await town.person("mother")
    guest = await make.member(user, town.account, invited_by=mother, until_on=make.TODAY + dt.timedelta(days=1))
    await Membership.filter(id=guest.id).update(proof=Proof.INVITATION)
    assert (await town.link(user))["login"] == "02015213"
    made = await Membership.get(user=user)
    assert (made.id, made.proof, made.until_on, made.invited_by_id) == (guest.id, Proof.FACTORS, None, None)
    assert codes(await town.link(user)) == [("ALREADY_LINKED", [])]

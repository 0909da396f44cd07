"""An organization's profile: kept when it is right, used by its imports and nobody else's."""

import threading
from pathlib import Path

import pytest

from adapters.files import NO_PROFILE, Profile, ProfileProblem, ProfileRefused
from adapters.texts import LANGUAGES, speaking
from models import AuditRecord, ImportProfile, Organization
from resolvers.imports import profiles
from tests.adapters.test_profiles import SBER, SBER_FOOTER, SBER_ROW
from tests.resolvers.imports.conftest import assert_whole, rows, taken, write


async def test_an_import_reads_by_the_profile(organization: Organization, tmp_path: Path):
    folder = write(tmp_path / "in", accounts="Лицевой счёт;Фамилия\n02015213;А\n")
    (folder / "sber_0124.txt").write_bytes(f"{SBER_ROW}\r\n{SBER_FOOTER}\r\n".encode("cp1251"))
    assert [file.name for file in (await taken(folder)).files] == ["accounts"], "without a profile texts are left alone"
    await profiles.save(organization.id, SBER, "command line")
    outcome = await taken(folder)
    assert [(file.name, file.taken) for file in outcome.files] == [("accounts", 1), ("sber_0124", 1)]
    assert await rows("SELECT amount, channel FROM payment") == [{"amount": 105_298, "channel": "Сбер"}]
    again = await taken(folder)
    assert {file.changed for file in again.files} == {0}
    await assert_whole()


async def test_a_wrong_profile_leaves_the_former_one(organization: Organization):
    assert await profiles.of(organization.id) == NO_PROFILE
    kept = await profiles.save(organization.id, SBER, "user:1")
    with pytest.raises(ProfileRefused):
        await profiles.save(organization.id, "x = 1", "user:1")
    assert await profiles.of(organization.id) == kept
    assert await profiles.text_of(organization.id) == SBER
    await profiles.save(organization.id, "", "user:2")
    assert await profiles.of(organization.id) == NO_PROFILE
    assert await ImportProfile.all().count() == 1
    assert [(record.actor, record.action) for record in await AuditRecord.all().order_by("id")] == [("user:1", "import_profile"), ("user:2", "import_profile")]


async def test_a_profile_is_of_one_organization(organization: Organization):
    other = await Organization.create(slug="other", name="Другой", currency="KZT", timezone="Asia/Almaty")
    await profiles.save(organization.id, SBER, "user:1")
    assert await profiles.of(other.id) == NO_PROFILE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_its_sentence(language: str):
    source = (Path(__file__).parents[3] / "adapters/files/profiles.py").read_text(encoding="utf-8") + (
        Path(__file__).parents[3] / "adapters/files/patterns.py"
    ).read_text(encoding="utf-8")
    with speaking(language):
        for code in profiles.SENTENCES:
            assert f'"{code}"' in source
            assert "%(" not in profiles.sentence(ProfileProblem("register.1.x", code))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "line",
    ["files = 3", "files = 0", "files = [1]", "encoding = 1", "skip = 'x'", "ignored = 1", "columns = 1", "columns = { account = [] }",
     "footer_sums = { amount = 'x' }", "words = { channel = { a = 1 } }", "constants = { channel = 1 }", "words = { channel = 1 }"],
)  # fmt: skip
def test_what_is_of_the_wrong_kind_is_told_once_and_in_words(language: str, line: str):
    files = "" if line.startswith("files") else 'files = "x"\n'
    with pytest.raises(ProfileRefused) as refused:
        profiles.parse_profile(f'[[register]]\n{files}kind = "payments"\n{line}')
    assert [problem.code for problem in refused.value.problems] == ["wrong_type"]
    with speaking(language):
        sentence = profiles.sentence(refused.value.problems[0]).partition(": ")[2]
    assert sentence
    assert "—" not in sentence
    assert not {"str", "int", "list", "bool"} & set(sentence.replace(".", "").replace(",", "").split())


async def test_nobody_waits_while_a_profile_is_read(organization: Organization, monkeypatch: pytest.MonkeyPatch):
    threads: list[threading.Thread] = []

    def parse(text: str) -> Profile:
        threads.append(threading.current_thread())
        return NO_PROFILE

    monkeypatch.setattr(profiles, "parse_profile", parse)
    await profiles.save(organization.id, SBER, "user:1")
    await profiles.of(organization.id)
    assert len(threads) == 2
    assert threading.main_thread() not in threads

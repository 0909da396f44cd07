"""Files on their way: known by their hash, gone on with after a break, started once."""

import asyncio
import datetime as dt
import errno
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters import shelf
from models import AccountFacts, AuditRecord, ImportFile, ImportProblem, ImportRun, ImportUpload, PersonalAccount
from models.enums import ImportState, TokenScope
from models.errors import Forbidden, NotFound, ProblemCode, Refused
from resolvers.imports import profiles, run_import, starting, taking, undo_import, uploads
from resolvers.imports.forgetting import forget_import_files
from resolvers.imports.starting import Start
from resolvers.viewer import Viewer, viewer_of_user
from settings import settings
from tests import factories as make

ACCOUNTS = "Лицевой счёт;Фамилия\r\n1;А\r\n2;Б\r\n".encode()
OTHER = "Лицевой счёт;Фамилия\r\n1;А\r\n2;В\r\n".encode()
NOW = dt.datetime.now(dt.UTC)
EARLIER = NOW - dt.timedelta(days=1)


@pytest.fixture
async def system(organization) -> Viewer:
    """The organization's billing system."""
    return await make.viewer_of_token(await make.token(organization, TokenScope.IMPORT_REGISTERS), make.TODAY)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def parts(*data: bytes) -> AsyncIterator[bytes]:
    for one in data:
        yield one


async def broken(data: bytes) -> AsyncIterator[bytes]:
    yield data
    raise ConnectionError


async def sent(viewer: Viewer, data: bytes, name: str = "accounts.csv") -> str:
    upload = await uploads.announce(viewer, "vk", sha(data), name, len(data))
    if not upload.is_whole:
        await uploads.append(viewer, upload, upload.received, parts(data[upload.received :]))
    return upload.sha256


def code_of(error: pytest.ExceptionInfo[Refused]) -> ProblemCode:
    return error.value.problems[0].code


async def test_an_upload_goes_on_where_it_broke_off(system):
    upload = await uploads.announce(system, "vk", sha(ACCOUNTS), "accounts.csv", len(ACCOUNTS))
    with pytest.raises(ConnectionError):
        await uploads.append(system, upload, 0, broken(ACCOUNTS[:10]))
    found = await uploads.find_upload(system, "vk", sha(ACCOUNTS))
    assert (found.received, found.is_whole) == (10, False)
    with pytest.raises(Refused) as error:
        await uploads.append(system, found, 5, parts(ACCOUNTS[5:]))
    assert code_of(error) is ProblemCode.WRONG_OFFSET
    with pytest.raises(Refused) as error:  # a damaged part leaves what was there before it
        await uploads.append(system, found, 10, parts(b"xxxx"), hashlib.sha256(b"yyyy").digest())
    assert code_of(error) is ProblemCode.WRONG_DIGEST
    found = await uploads.find_upload(system, "vk", sha(ACCOUNTS))
    assert found.received == 10
    done = await uploads.append(system, found, 10, parts(ACCOUNTS[10:20], ACCOUNTS[20:]))
    assert done.is_whole
    assert done.path.read_bytes() == ACCOUNTS
    assert await AuditRecord.filter(action="import.upload").count() == 1


async def test_whatever_is_sent_later_a_run_takes_what_was_looked_at(system):
    """The same hash, announced longer under another name, must not reach the file that a run links to."""
    run = await starting.start_import(system, Start("vk", (await sent(system, ACCOUNTS),), preview=True), NOW)
    await taking.take(run.pk)
    with pytest.raises(Refused) as error:
        await uploads.announce(system, "vk", sha(ACCOUNTS), "b.csv", len(ACCOUNTS) + 5)
    assert code_of(error) is ProblemCode.INVALID
    found = await uploads.find_upload(system, "vk", sha(ACCOUNTS))
    found.size += 5
    with pytest.raises(Refused):
        await uploads.append(system, found, len(ACCOUNTS), parts(b"3;C\r\n"))
    file = shelf.files_of(run.folder) / "accounts.csv"
    assert file.read_bytes() == ACCOUNTS
    assert file.stat().st_mode & 0o222 == 0
    assert file.stat().st_ino == found.path.stat().st_ino, "not copied"


async def test_a_run_refuses_a_file_that_is_no_longer_what_was_looked_at(system):
    run = await starting.start_import(system, Start("vk", (await sent(system, ACCOUNTS),), preview=True), NOW)
    await taking.take(run.pk)
    file = shelf.files_of(run.folder) / "accounts.csv"
    file.unlink()
    file.write_bytes(OTHER)
    await starting.approve_import(system, run.pk)
    await taking.take(run.pk)
    assert (await ImportRun.get(id=run.pk)).state == ImportState.FAILED.value
    assert [row.code for row in await ImportProblem.all()] == ["changed_while_read"]
    assert await PersonalAccount.all().count() == 0


async def test_the_same_file_under_two_names_is_here_once_and_whole(system):
    await sent(system, ACCOUNTS, "a.csv")
    again = await uploads.announce(system, "vk", sha(ACCOUNTS), "b.csv", len(ACCOUNTS))
    assert (again.is_whole, again.name) == (True, "b.csv")
    assert (await starting.start_import(system, Start("vk", (sha(ACCOUNTS),)), NOW)).state is ImportState.WAITING


async def test_a_file_sent_many_times_at_once_can_be_imported(system):
    async def one() -> bool:
        upload = await uploads.announce(system, "vk", sha(ACCOUNTS), "a.csv", len(ACCOUNTS))
        try:
            return (await uploads.append(system, upload, 0, parts(ACCOUNTS))).is_whole
        except Refused as refused:  # somebody is at it
            return refused.problems[0].code is ProblemCode.WRONG_OFFSET

    await ImportUpload.create(  # announced by somebody who never sent it
        organization_id=next(iter(system.organization_ids)), sha256=sha(ACCOUNTS), name="a.csv", size=999, who="token:9", created_at=NOW
    )
    assert await asyncio.gather(*(one() for _ in range(6))) == [True] * 6
    assert (await uploads.find_upload(system, "vk", sha(ACCOUNTS))).is_whole
    run = await starting.start_import(system, Start("vk", (sha(ACCOUNTS),)), NOW)
    assert [path.read_bytes() for path in shelf.files_of(run.folder).iterdir()] == [ACCOUNTS]


async def test_room_is_kept_for_what_was_announced_and_looked_at_again_as_it_comes(system, monkeypatch: pytest.MonkeyPatch):
    room = [1000]
    monkeypatch.setattr(shelf, "has_room", lambda size: size <= room[0])
    first = await uploads.announce(system, "vk", sha(ACCOUNTS), "a.csv", 600)
    with pytest.raises(Refused) as error:
        await uploads.announce(system, "vk", sha(OTHER), "b.csv", 600)
    assert code_of(error) is ProblemCode.NO_ROOM
    other = await make.viewer_of_token(await make.token(await make.organization("teplo"), TokenScope.IMPORT_REGISTERS), make.TODAY)
    assert (await uploads.announce(other, "teplo", sha(OTHER), "b.csv", 600)).size == 600, "no room is taken from others by announcing"
    room[0] = len(OTHER)
    assert (await uploads.receive(system, "vk", "form.csv", parts(OTHER))).is_whole, "it has come already"
    room[0] = 5
    with pytest.raises(Refused) as error:
        await uploads.append(system, first, 0, parts(ACCOUNTS))
    assert code_of(error) is ProblemCode.NO_ROOM
    room[0] = 1000

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shelf, "append", full)
    with pytest.raises(Refused) as error:
        await uploads.append(system, first, 0, parts(ACCOUNTS))
    assert code_of(error) is ProblemCode.NO_ROOM
    with pytest.raises(Refused) as error:
        await uploads.receive(system, "vk", "a.csv", parts(ACCOUNTS))
    assert code_of(error) is ProblemCode.NO_ROOM


async def test_each_file_that_was_sent_is_told_of_whatever_its_name(system):
    hashes = [await sent(system, ACCOUNTS, "a.csv"), await sent(system, OTHER, "b.txt"), await sent(system, b"\x00\x01\x02", "c.bin")]
    run = await starting.start_import(system, Start("vk", tuple(hashes)), NOW)
    await taking.take(run.pk)
    assert {row.name: row.kind for row in await ImportFile.filter(run_id=run.pk)} == {"a": "accounts", "b": "accounts", "c": ""}


async def test_no_token_lets_pass_what_a_threshold_holds(system, organization):
    """Not by approving a held run, not by asking for a look first, not where only taking it shows what a look had not."""
    wrong = ACCOUNTS + b";X\r\n" * 30
    clerk = await make.user("operator")
    await make.staff(clerk, organization)
    operator = await viewer_of_user(clerk.id, make.TODAY)
    held = await starting.start_import(system, Start("vk", (await sent(system, wrong),)), NOW)
    await taking.take(held.pk)
    looked = await starting.start_import(system, Start("vk", (await sent(system, wrong + b";Y\r\n"),), preview=True), NOW)
    await taking.take(looked.pk)
    for run, state in ((held, ImportState.HELD), (looked, ImportState.PREVIEWED)):
        assert (await ImportRun.get(id=run.pk)).state == state.value
        with pytest.raises(Refused) as error:
            await starting.approve_import(system, run.pk)
        assert code_of(error) is ProblemCode.PERSON_NEEDED
    await ImportRun.filter(id=looked.pk).update(state=ImportState.WAITING.value, preview=False, approved_by=system.actor)
    await taking.take(looked.pk)
    assert (await ImportRun.get(id=looked.pk)).state == ImportState.HELD.value
    await starting.approve_import(operator, looked.pk)
    await taking.take(looked.pk)
    assert (await ImportRun.get(id=looked.pk)).state == ImportState.DONE.value
    another = await make.viewer_of_token(await make.token(organization, TokenScope.IMPORT_REGISTERS), make.TODAY)
    with pytest.raises(Refused) as error:
        await starting.discard_import(another, held.pk)
    assert code_of(error) is ProblemCode.PERSON_NEEDED
    assert (await starting.discard_import(system, held.pk)).state is ImportState.DISCARDED


async def test_what_is_not_what_its_hash_says_is_gone(system):
    upload = await uploads.announce(system, "vk", sha(ACCOUNTS), "accounts.csv", len(ACCOUNTS))
    with pytest.raises(Refused) as error:
        await uploads.append(system, upload, 0, parts(b"x" * len(ACCOUNTS)))
    assert code_of(error) is ProblemCode.WRONG_DIGEST
    assert (await uploads.find_upload(system, "vk", sha(ACCOUNTS))).received == 0
    with pytest.raises(Refused) as error:
        await uploads.append(system, upload, 0, parts(ACCOUNTS, b"more"))
    assert code_of(error) is ProblemCode.UPLOAD_TOO_LARGE


@pytest.mark.parametrize("name", ["", ".", "..", "../../etc/passwd/", ".hidden", "a\0b", "x" * 200, "a\nb"])
async def test_names_stay_inside(system, name: str):
    with pytest.raises(Refused) as error:
        await uploads.announce(system, "vk", sha(ACCOUNTS), name, 3)
    assert code_of(error) is ProblemCode.INVALID
    assert shelf.safe_name("C:\\export\\Начисления.csv") == "Начисления.csv"
    assert shelf.safe_name("/var/x/../начисления.csv") == "начисления.csv"


async def test_too_much_and_a_full_disk_are_told_before_anything_comes(system, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ABONENT_UPLOAD_LIMIT_MB", "1")
    settings.cache_clear()
    with pytest.raises(Refused) as error:
        await uploads.announce(system, "vk", sha(ACCOUNTS), "a.csv", 1024 * 1024 + 1)
    assert code_of(error) is ProblemCode.UPLOAD_TOO_LARGE
    with pytest.raises(Refused) as error:
        await uploads.receive(system, "vk", "a.csv", parts(*[b"x" * 400_000] * 3))
    assert code_of(error) is ProblemCode.UPLOAD_TOO_LARGE
    monkeypatch.setattr(shelf, "ROOM_TO_LEAVE", 10**18)
    with pytest.raises(Refused) as error:
        await uploads.announce(system, "vk", sha(ACCOUNTS), "a.csv", 10)
    assert code_of(error) is ProblemCode.NO_ROOM
    assert not [path for path in (shelf.data() / "uploads").rglob("*") if path.is_file()]


async def test_who_may_not_import_may_not_send(organization, system):
    elsewhere = await make.viewer_of_token(await make.token(await make.organization("teplo")), make.TODAY)
    reader = await make.viewer_of_token(await make.token(organization, TokenScope.READ_MONEY), make.TODAY)
    resident = await viewer_of_user((await make.user("aigul")).id, make.TODAY)
    for viewer, raised in ((elsewhere, NotFound), (reader, Forbidden), (resident, NotFound)):
        with pytest.raises(raised):
            await uploads.announce(viewer, "vk", sha(ACCOUNTS), "a.csv", 3)
        with pytest.raises(raised):
            await starting.start_import(viewer, Start("vk", (sha(ACCOUNTS),)), NOW)
    assert await ImportUpload.all().count() == 0


async def test_the_same_files_start_one_run(system):
    start = Start("vk", (await sent(system, ACCOUNTS),))
    first = await starting.start_import(system, start, NOW)
    assert (await starting.start_import(system, start, NOW)).pk == first.pk
    assert await taking.take(first.pk)
    assert (await ImportRun.get(id=first.pk)).state == ImportState.DONE.value
    assert (await starting.start_import(system, start, NOW)).pk == first.pk, "sent again after a lost answer"
    assert not await taking.take(first.pk), "never twice"
    # figures that go back to what they were are another import
    changed = await starting.start_import(system, Start("vk", (await sent(system, OTHER),)), NOW)
    assert changed.pk != first.pk
    await sent(system, ACCOUNTS)
    back = await starting.start_import(system, start, NOW)
    assert back.pk not in (first.pk, changed.pk)


async def test_files_sent_again_after_another_import_are_taken_again(system, tmp_path: Path):
    start = Start("vk", (await sent(system, ACCOUNTS),))
    first = await starting.start_import(system, start, NOW)
    await taking.take(first.pk)
    (tmp_path / "accounts.csv").write_bytes(OTHER)
    other = await run_import("vk", [tmp_path / "accounts.csv"], approved=True)
    again = await starting.start_import(system, start, NOW)
    assert again.pk > other.run_id
    await taking.take(again.pk)
    latest = await AccountFacts.filter(account__number="2").order_by("-id").first()
    assert latest.surname == "Б", "what was sent last stands"
    assert (await starting.start_import(system, start, NOW)).pk == again.pk
    await undo_import(again.pk, "command line")
    assert (await starting.start_import(system, start, NOW)).pk > again.pk


@pytest.mark.parametrize(
    "ahead", [{"state": "waiting"}, {"state": "running", "started_at": NOW}, {"state": "done", "undone_by": "user:1", "finished_at": EARLIER}]
)
async def test_files_sent_again_before_another_import_ends_are_taken_after_it(system, organization, ahead: dict[str, Any]):
    start = Start("vk", (await sent(system, ACCOUNTS),))
    first = await starting.start_import(system, start, NOW)
    await taking.take(first.pk)
    await ImportRun.create(organization=organization, who="command line", **{"started_at": EARLIER, **ahead})
    assert (await starting.start_import(system, start, NOW)).pk != first.pk


async def test_a_command_that_was_killed_overtakes_nothing(system, organization):
    start = Start("vk", (await sent(system, ACCOUNTS),))
    first = await starting.start_import(system, start, NOW)
    await taking.take(first.pk)
    await ImportRun.create(organization=organization, who="command line", started_at=EARLIER, state="running")
    assert (await starting.start_import(system, start, NOW)).pk == first.pk


async def test_a_preview_is_stale_after_another_profile_or_import(system, organization, tmp_path: Path):
    start = Start("vk", (await sent(system, ACCOUNTS),), preview=True)
    first = await starting.start_import(system, start, NOW)
    assert (await starting.start_import(system, start, NOW)).pk == first.pk, "while it waits"
    await taking.take(first.pk)
    assert (await starting.start_import(system, start, NOW)).pk == first.pk
    await profiles.save(organization.id, '[[register]]\nfiles = "x*"\nkind = "accounts"', "user:1")
    second = await starting.start_import(system, start, NOW)
    assert second.pk != first.pk
    await taking.take(second.pk)
    (tmp_path / "accounts.csv").write_bytes(OTHER)
    await run_import("vk", [tmp_path / "accounts.csv"], preview=True)
    assert (await starting.start_import(system, start, NOW)).pk == second.pk, "another look changes nothing"
    await run_import("vk", [tmp_path / "accounts.csv"], approved=True)
    assert (await starting.start_import(system, start, NOW)).pk not in (first.pk, second.pk)


async def test_problems_name_the_file(system):
    upload = await uploads.announce(system, "vk", sha(ACCOUNTS), "accounts.csv", len(ACCOUNTS))
    await uploads.append(system, upload, 0, parts(ACCOUNTS[:5]))
    one, two = await sent(system, OTHER, "x.csv"), await sent(system, b"other", "X.CSV")
    for hashes, found in (
        ((), [(ProblemCode.REQUIRED, ("uploads",))]),
        ((sha(b"never"), sha(ACCOUNTS)), [(ProblemCode.UNKNOWN_UPLOAD, ("uploads", "0")), (ProblemCode.UPLOAD_INCOMPLETE, ("uploads", "1"))]),
        ((one, two), [(ProblemCode.DUPLICATE_ROW, ("uploads", "1"))]),
        ((one,) * 201, [(ProblemCode.TOO_MANY_ROWS, ("uploads",))]),
    ):
        with pytest.raises(Refused) as error:
            await starting.start_import(system, Start("vk", hashes), NOW)
        assert [(problem.code, problem.path) for problem in error.value.problems] == found
    assert await ImportRun.all().count() == 0


async def test_a_look_is_approved_or_discarded_once(system):
    looked = await starting.start_import(system, Start("vk", (await sent(system, ACCOUNTS),), preview=True), NOW)
    await taking.take(looked.pk)
    assert (await ImportRun.get(id=looked.pk)).state == ImportState.PREVIEWED.value
    assert (await starting.approve_import(system, looked.pk)).state is ImportState.WAITING
    assert (await starting.approve_import(system, looked.pk)).state is ImportState.WAITING, "asked twice, done once"
    await taking.take(looked.pk)
    assert (await starting.approve_import(system, looked.pk)).state is ImportState.DONE
    with pytest.raises(Refused):
        await starting.discard_import(system, looked.pk)
    await starting.ask_undo(system, looked.pk)
    assert [run.undo for run in await taking.waiting()] == [True]
    await taking.take(looked.pk)
    assert (await ImportRun.get(id=looked.pk)).state == ImportState.UNDONE.value
    again = await starting.start_import(system, Start("vk", (sha(ACCOUNTS),), preview=True), NOW)
    dropped = await starting.discard_import(system, again.pk)
    assert (dropped.state, dropped.folder) == (ImportState.DISCARDED, None)
    with pytest.raises(Refused):
        await starting.approve_import(system, again.pk)
    done = await AuditRecord.filter(action__startswith="import.").order_by("id").values_list("action", flat=True)
    assert done == ["import.upload", "import.start", "import.approve", "import.undo", "import.start", "import.discard"]


async def test_what_later_imports_stand_on_is_not_undone(system):
    for data in (ACCOUNTS, OTHER):
        run = await starting.start_import(system, Start("vk", (await sent(system, data),)), NOW)
        await taking.take(run.pk)
    first = (await ImportRun.all().order_by("id").first()).id
    await starting.ask_undo(system, first)
    await taking.take(first)
    found = await ImportRun.get(id=first)
    assert (found.state, found.undone_by, found.error) == (ImportState.DONE.value, None, f"stands {run.pk}")


async def test_files_are_forgotten_and_what_was_said_stays(system):
    run = await starting.start_import(system, Start("vk", (await sent(system, ACCOUNTS),)), NOW)
    await taking.take(run.pk)
    later = NOW + dt.timedelta(days=settings().import_files_days + 1)
    assert (await forget_import_files(NOW))["runs"] == 0
    assert await forget_import_files(later) == {"runs": 1, "uploads": 1, "strays": 0}
    assert not [path for name in ("uploads", "imports") for path in (shelf.data() / name).rglob("*") if path.is_file()]
    assert (await ImportRun.get(id=run.pk)).state == ImportState.DONE.value

"""``abonent mail``: an operator sees whether the mail setting works, in one sentence."""

import subprocess

import pytest
from aiosmtpd.controller import Controller

from adapters.mail import KeptMail
from jobs.commands.letters import send_trial
from models import Letter
from resolvers.letters import queue
from tests import commands
from tests.factories import NOW


class Box:
    def __init__(self, answer: str) -> None:
        self.answer, self.taken = answer, []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the server's own name
        self.taken.append(envelope)
        return self.answer


def tried(*arguments: str, url: str = "") -> subprocess.CompletedProcess[str]:
    done = commands.run("jobs.cli", "mail", *arguments, ABONENT_SMTP_URL=url)
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(("answer", "status", "told"), [
    ("250 OK", 0, "The server took the trial letter to a@b.kz."),
    ("554 Looks like spam", 1, "The mail server refused: 554 Looks like spam"),
])  # fmt: skip
def test_the_servers_answer_is_told(answer: str, status: int, told: str, unused_tcp_port: int):
    box = Box(answer)
    office = Controller(box, hostname="127.0.0.1", port=unused_tcp_port)
    office.start()
    try:
        done = tried("--to", "a@b.kz", "--language", "kk", url=f"smtp://127.0.0.1:{unused_tcp_port}")
    finally:
        office.stop()
    assert done.returncode == status, done.stderr
    assert told in done.stdout + done.stderr
    assert [one.rcpt_tos for one in box.taken] == [["a@b.kz"]]


@pytest.mark.parametrize(("to", "url", "status", "told"), [
    ("a@b.kz", "", 2, "ABONENT_SMTP_URL is not set"),
    ("a@b.kz,evil@x.kz", "smtp://127.0.0.1:1", 2, "--to is not an address"),
    ("a@b.kz", "smtp://u:hunter22@127.0.0.1:1", 1, "ABONENT_SMTP_URL cannot be reached"),
])  # fmt: skip
def test_a_mistake_is_one_sentence(to: str, url: str, status: int, told: str):
    done = tried("--to", to, url=url)
    assert done.returncode == status
    assert told in done.stderr
    assert "hunter22" not in done.stderr
    assert done.stdout == ""


async def test_the_trial_speaks_the_chosen_language():
    mail = KeptMail()
    await send_trial(mail, "a@b.kz", "kk")
    assert mail.letters[0]["Subject"] == "Abonent жүйесінен сынақ хат"


def told(*arguments: str, url: str) -> subprocess.CompletedProcess[str]:
    done = commands.run("jobs.cli", "letters", *arguments, ABONENT_DATABASE_URL=url)
    assert "Traceback" not in done.stderr
    return done


async def test_an_operator_sees_letters_and_sends_anew(database: str, database_url: str):
    for number, (state, error) in enumerate([("failed", "rejected 550 no"), ("failed", "pointless"), ("uncertain", "no_answer"), ("sent", "")]):
        letter = await queue("trial", f"aigul{number}@example.kz", "ru", NOW)
        await Letter.filter(id=letter.id).update(state=state, error=error)
    listed = told("--state", "failed", url=database_url).stdout
    assert listed.startswith("sent 1, uncertain 1, failed 2")
    assert "ABONENT_SMTP_URL is not set: letters wait." in listed
    assert "aigul" not in listed
    assert "Queued anew: 1." in told("--retry-failed", url=database_url).stdout
    uncertain = await Letter.get(state="uncertain")
    assert told("--retry", str(uncertain.id), url=database_url).returncode == 0
    again = told("--retry", str(uncertain.id), url=database_url)
    assert (again.returncode, "cannot be sent anew" in again.stderr) == (1, True)
    assert told("--retry", "999999", url=database_url).stderr.strip() == "There is no letter 999999."
    assert await Letter.filter(state="queued").count() == 2

"""``abonent agreement publish``."""

import subprocess
from pathlib import Path

from models import Agreement
from tests import commands
from tests import factories as make


async def test_a_version_is_published_once(database, tmp_path: Path):
    await make.organization()
    text = tmp_path / "rules.txt"
    text.write_text("# Правила\n\nТекст.", encoding="utf-8")

    def published(*options: str) -> subprocess.CompletedProcess[str]:
        return commands.run("jobs.cli", "agreement", "publish", str(text), "--version", "2", *options)

    done = published("--organization", "vodokanal", "--language", "kk")
    assert (done.returncode, done.stdout) == (0, "Published version 2 in kk for vodokanal.\n"), done.stderr
    again = published("--organization", "vodokanal", "--language", "kk")
    assert again.returncode == 1
    assert "Traceback" not in again.stderr
    assert published("--language", "de").returncode == 1
    assert [(row.version, row.language, row.text) for row in await Agreement.all()] == [("2", "kk", "# Правила\n\nТекст.")]

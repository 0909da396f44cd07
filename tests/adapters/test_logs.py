"""Log lines are JSON and hold nothing personal."""

import json
import logging
import traceback

import pytest

from adapters.logs import configure, log


@pytest.fixture(autouse=True)
def configured(capsys: pytest.CaptureFixture[str]):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []  # configuring closes what it replaces, and these are pytest's own
    configure()
    yield
    root.handlers[:] = before
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_unknown_keys_are_named_and_dropped(capsys: pytest.CaptureFixture[str]):
    log().info("job.done", job="check", counts={"accounts": 2000}, email="a@b.kz")
    (line,) = lines(capsys)
    assert line["counts"] == {"accounts": 2000}
    assert line["dropped"] == ["email"]
    assert "a@b.kz" not in str(line)


def test_an_exception_is_its_type_and_place(capsys: pytest.CaptureFixture[str]):
    try:
        raise ValueError("Иванов 791028302728")
    except ValueError:
        log().exception("page.failed", error_id="x1")
    (line,) = lines(capsys)
    assert line["error"] == "ValueError"
    assert "test_logs.py" in str(line["where"])
    assert "Иванов" not in str(line)


def test_a_librarys_arguments_stay_out(capsys: pytest.CaptureFixture[str]):
    logging.getLogger("library").warning("cannot mail %s", "a@b.kz")
    try:
        raise ValueError("a@b.kz")
    except ValueError:
        logging.getLogger("library").exception("failed for %s", "a@b.kz")
        logging.getLogger("library").error(traceback.format_exc())
    first, second, third = lines(capsys)
    assert first["event"] == "cannot mail %s"
    assert second["error"] == "ValueError"
    assert "test_logs.py" in str(third["where"])
    assert "a@b.kz" not in str((first, second, third))


def test_what_no_json_holds_is_a_line_all_the_same(capsys: pytest.CaptureFixture[str]):
    log().info("request", route="half \ud800", counts={"many": 2**70, 7: ("a", "b")}, statements=6, sql_ms=2.5)
    (line,) = lines(capsys)
    assert line["route"] == "half \ud800"
    assert line["counts"] == {"many": 2**70, "7": ["a", "b"]}
    assert (line["statements"], line["sql_ms"], "dropped" in line) == (6, 2.5, False)


def test_what_the_level_leaves_out_is_not_made(capsys: pytest.CaptureFixture[str]):
    class Dear:
        def __str__(self) -> str:
            raise AssertionError("made for nobody")

    configure("WARNING")
    log().info("request", route=Dear())
    assert lines(capsys) == []


def test_long_values_are_cut(capsys: pytest.CaptureFixture[str]):
    log().info("x", route="y" * 5000)
    assert len(str(lines(capsys)[0]["route"])) == 300

"""Public ids: the same for ever, and nobody's to guess or change."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.errors import BadRequest
from resolvers.sealing import Sealer
from schema import ids


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setattr(ids, "_sealer", Sealer(b"s" * 32))


@given(some.sampled_from(["acc", "con", "chg"]), some.integers(0, 2**63))
def test_there_and_back(prefix, pk):
    text = ids.encode(prefix, pk)
    assert ids.decode(text) == (prefix, pk)
    assert ids.encode(prefix, pk) == text
    assert text.replace("_", "").replace("-", "").isalnum()


def test_an_id_never_changes():
    assert ids.encode("acc", 7) == "acc_7dVzEOp7N1Gd9_IHzp2tbg"
    assert len(ids.encode("acc", 7)) == 26
    assert ids.encode("acc", 7)[4:] != ids.encode("con", 7)[4:]
    assert ids.encode("acc", 7)[:15] != ids.encode("acc", 8)[:15]


@given(some.integers(0, 25), some.sampled_from("AZaz09-_x"))
def test_a_changed_id_is_none(place, letter):
    text = ids.encode("acc", 7)
    changed = text[:place] + letter + text[place + 1 :]
    assert changed == text or ids.decode(changed) is None


@given(some.text(max_size=60))
def test_whatever_else_is_none(text):
    assert ids.decode(text) is None


def test_another_installations_ids_are_none(monkeypatch):
    text = ids.encode("acc", 7)
    monkeypatch.setattr(ids, "_sealer", Sealer(b"t" * 32))
    assert ids.decode(text) is None


@given(some.lists(some.integers(-(2**53), 2**53) | some.text(max_size=12), max_size=3))
def test_cursors(key):
    assert ids.after("payments", ids.cursor("payments", *key)) == key
    with pytest.raises(BadRequest):
        ids.after("charges", ids.cursor("payments", *key))


@pytest.mark.parametrize("text", ["", "x", "acc_7", "\ud800", "я", "A" * 500, "===="])
def test_cursors_that_are_none(text):
    with pytest.raises(BadRequest):
        ids.after("payments", text)

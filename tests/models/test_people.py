"""Telephone and tax numbers as people type them."""

import pytest

from models.errors import ProblemCode, Refused
from models.identity import is_inn
from models.phone import checked_phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+7 701 123-45-67", "+77011234567"), ("8 (701) 123 45 67", "+77011234567"), ("77011234567", "+77011234567"), ("+49 30 1234567", "+49301234567")],
)
def test_a_phone_is_kept_with_its_country_code(typed: str, kept: str):
    assert checked_phone(typed) == kept


@pytest.mark.parametrize("typed", ["", "7011234567", "+7 701 123 45 6", "+0123456789", "+7701123456x", "123", "+٧٧٠١١٢٣٤٥٦٧", "+77011234567,1", "+" + "1" * 16])
def test_what_is_no_phone_is_refused(typed: str):
    with pytest.raises(Refused) as caught:
        checked_phone(typed)
    assert (caught.value.problems[0].code, caught.value.problems[0].path) == (ProblemCode.INVALID_PHONE, ("phone",))


@pytest.mark.parametrize("number", ["7707083893", "7606066274", "6671093163", "500100732259", "667220109459"])
def test_an_inn_is_known_by_its_check_digits(number: str):
    assert is_inn(number)


@pytest.mark.parametrize("number", ["7707083894", "500100732250", "7791815382", "770708389", "0000000000", "000000000000", "770708389x", "", "٧٧٠٧٠٨٣٨٩٣"])
def test_other_numbers_are_no_inn(number: str):
    assert not is_inn(number)

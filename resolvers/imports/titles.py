"""What a code means in a word or two, for tables that count rows by code: a row's own sentence (wording.py) has its numbers."""

from __future__ import annotations

from adapters.texts import gettext
from resolvers.imports.wording import SENTENCES, worded

N_ = str  # marks a text for translation, which happens when it is written

TITLES = {
    "missing": N_("A required cell is empty"),
    "too_few_columns": N_("Fewer cells than headings"),
    "too_many_columns": N_("More cells than headings"),
    "not_a_number": N_("Not a number"),
    "too_large": N_("A number too large"),
    "not_a_date": N_("Not a date"),
    "not_a_period": N_("Not a month"),
    "unknown_word": N_("An unknown value"),
    "too_long": N_("A text too long"),
    "negative": N_("A negative number where none may be"),
    "zero": N_("A zero where none may be"),
    "date_in_future": N_("A date that has not come yet"),
    "unknown_account": N_("Unknown account"),
    "unknown_contract": N_("Unknown contract"),
    "account_and_contract": N_("Both an account and a contract"),
    "unknown_meter": N_("Unknown meter"),
    "check_digit": N_("A wrong check digit in IIN or BIN"),
    "product": N_("Quantity × price is not the sum"),
    "arithmetic": N_("The balance row does not add up"),
    "chain": N_("The opening balance is not the closing one before it"),
    "detail": N_("Details and totals differ"),
    "vanished": N_("Accounts no longer in the register"),
}


def title(code: str) -> str:
    """In the present language; a sentence where the code has no title, the code itself where nobody knows it."""
    if code in TITLES:
        return gettext(TITLES[code])
    return worded(code, {}) if code in SENTENCES else code

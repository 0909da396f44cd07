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
    "part_of_accounts": N_("A register of a part of the accounts: none is said to be missing"),
    "payment_missing": N_("Payments no longer in the register; they stand"),
    "contract_payment_missing": N_("Payments for contracts no longer in the register; they stand"),
    "difference_elsewhere": N_("Balances that no longer follow from each other"),
    "charge_gone": N_("Lines no longer in the register; they were reversed"),
    "zeros_lost": N_("Leading zeros of account numbers lost"),
    "digits_lost": N_("Digits of numbers lost in a spreadsheet"),
    "not_found_in_cell": N_("What the profile looks for is not in the cell"),
    "unreadable": N_("Files that cannot be read"),
    "not_text": N_("Files that are no registers in text"),
    "encoding": N_("An encoding that is not known here"),
    "mixed_encodings": N_("Marked with one encoding, written in another"),
    "too_many_headings": N_("Too many headings"),
    "control_count": N_("Another number of rows than the line of totals says"),
    "control_sum": N_("Another sum than the line of totals says"),
    "unknown_headings": N_("The headings do not tell which register it is"),
    "duplicate_heading": N_("A heading that is there twice"),
    "line_too_long": N_("Lines that are too long"),
    "profile_lacks": N_("Columns that the profile does not place"),
    "name_not_understood": N_("File names that the profile does not understand"),
    "too_many_entries": N_("Too many files in an archive"),
    "zip_bomb": N_("Archives that grow out of all proportion"),
    "unpacks_too_large": N_("Too large when unpacked"),
}


def title(code: str) -> str:
    """In the present language; a sentence where the code has no title, the code itself where nobody knows it."""
    if code in TITLES:
        return gettext(TITLES[code])
    return worded(code, {}) if code in SENTENCES else code

"""The sentence for each code: what is wrong, with the numbers, in the language of whoever reads it (translations in templates/locale)."""

from __future__ import annotations

from collections import defaultdict

from adapters.texts import gettext, language
from resolvers.imports.outcome import Line

N_ = str  # marks a text for translation, which happens when it is written

SENTENCES = {
    # a row
    "account_number_missing": N_("The account number is missing."),
    "account_and_contract": N_("The row names the account %(account)s and the contract %(contract)s: a payment is for one of them."),
    "missing": N_("Column “%(column)s” is empty."),
    "too_few_columns": N_("Cells in this row: %(cells)s, in the headings: %(columns)s."),
    "too_many_columns": N_("Cells in this row: %(cells)s, in the headings: %(columns)s. Perhaps a text holds the separator."),
    "quotes": N_("The quotes in this row are not in order."),
    "unreadable_letters": N_("The row holds characters that do not exist in the file's encoding."),
    "not_a_number": N_("“%(value)s” is not a number (column “%(column)s”)."),
    "too_large": N_("The number “%(value)s” is too large (column “%(column)s”)."),
    "not_a_date": N_("“%(value)s” is not a day such as 31.10.2026 (column “%(column)s”)."),
    "not_a_period": N_("“%(value)s” is not a month such as 2026-10 (column “%(column)s”)."),
    "unknown_word": N_("The value “%(value)s” in column “%(column)s” is unknown."),
    "too_long": N_("Column “%(column)s” holds more than %(longest)s characters."),
    "digits_lost": N_("A spreadsheet made “%(value)s” of the number and lost its digits (column “%(column)s”): the column must be text."),
    "zeros_lost": N_("The account %(account)s is known with leading zeros: a spreadsheet dropped them. The column must be text."),
    "formula": N_("A cell of the row holds a formula without its value."),
    "merged": N_("Cells of the row are merged with others."),
    "not_found_in_cell": N_("What the profile looks for is not in “%(value)s” (column “%(column)s”)."),
    "negative": N_("A negative number in column “%(column)s”."),
    "zero": N_("A zero in column “%(column)s”."),
    "date_in_future": N_("The date in column “%(column)s” has not come yet."),
    "unknown_account": N_("The account %(account)s is unknown or was not taken."),
    "unknown_contract": N_("The contract %(contract)s is unknown."),
    "unknown_meter": N_("The meter %(serial)s is unknown on this day or was not taken."),
    "duplicate_row": N_("A row below speaks of the same: that one was taken."),
    "check_digit": N_("The check digit is wrong (column “%(column)s”); the number is kept as it came."),
    "product": N_("Quantity × price with tax is %(computed)s, the sum says %(printed)s."),
    "arithmetic": N_("The row does not add up: its closing balance is %(computed)s by its own numbers, %(printed)s is printed."),
    "chain": N_("The opening balance is %(printed)s, the closing balance before it %(computed)s."),
    "detail": N_("Charges, recalculations and payments are %(printed)s in this row, %(computed)s by the rows taken from the other registers."),
    "payment_differs": N_("The payment was made here with another sum: the sum of the register counts."),
    "payment_corrected": N_("The payment of this day, channel and document stood here with another sum: it was reversed, this one counts."),
    "difference_elsewhere": N_(
        "Account %(account)s, %(month)s, %(service)s: the balances no longer follow from each other, a difference of %(amount)s was posted."
    ),
    "charge_gone": N_("Account %(account)s, %(month)s: the line “%(service)s” of %(amount)s is not in the register any more and was reversed."),
    "part_of_accounts": N_("The register holds %(count)s of %(accounts)s accounts: it is taken for a part of them, and none is said to be missing."),
    "payment_missing": N_(
        "The payment of %(amount)s of %(day)s, account %(account)s, document %(document)s, was in this register before and no longer is. It stands."
    ),
    "contract_payment_missing": N_(
        "The payment of %(amount)s of %(day)s, contract %(contract)s, document %(document)s, was in this register before and no longer is. It stands."
    ),
    "vanished": N_("The account %(account)s was in earlier registers and is not in this one. Nothing was deleted."),
    # a file
    "unreadable": N_("The file cannot be read: %(reason)s."),
    "no_files": N_("The folder holds no registers."),
    "empty_file": N_("The file is empty."),
    "not_text": N_("This is no register in text (format %(format)s)."),
    "encoding": N_("The encoding %(encoding)s is not known here: Windows-1251 or UTF-8 is needed."),
    "mixed_encodings": N_("The file is marked as %(first)s, but its text is in %(second)s."),
    "too_many_headings": N_("The row of headings has %(columns)s columns; at most %(most)s are read."),
    "changed_while_read": N_("The file changed while it was read. Send it when whoever writes it has finished."),
    "control_count": N_("The line of totals says %(printed)s rows, there are %(computed)s: the file is not whole."),
    "control_sum": N_("The line of totals says %(printed)s in column “%(column)s”, the rows add up to %(computed)s: the file is not whole."),
    "unknown_headings": N_("The headings do not tell which register this is: %(headings)s"),
    "duplicate_heading": N_("The heading “%(heading)s” is there twice."),
    "unclosed_quote": N_("A quote opened in this row is never closed: the rest of the file cannot be understood."),
    "line_too_long": N_("The line is longer than %(longest)s characters."),
    "profile_lacks": N_("The profile does not say where these columns are: %(columns)s."),
    "name_not_understood": N_("The profile looks for %(pattern)s in the file's name, and for column “%(column)s” there is nothing."),
    "damaged": N_("The workbook or archive is damaged, or is none."),
    "encrypted": N_("The archive is protected by a password: send it without one."),
    "macros": N_("The workbook holds macros: save it as XLSX, or as CSV."),
    "old_workbook": N_("This is a workbook of the old format XLS, or one protected by a password: save it as XLSX without a password, or as CSV."),
    "nested_archive": N_("An archive within an archive is not unpacked."),
    "too_many_entries": N_("The archive holds more than %(most)s files."),
    "zip_bomb": N_("The archive would grow out of all proportion to %(megabytes)s MB: it is not unpacked."),
    "unpacks_too_large": N_("Unpacked it takes %(megabytes)s MB; at most %(most)s MB are read. Send it as CSV, or in parts."),
    "disk_full": N_("There is no room on the server's disk to unpack the file."),
    "truncated": N_("The last line is not finished: the file seems to have been cut off on its way."),
}
ALSO = {"detail": N_("Besides, the details differ from the total.")}


def sentence(line: Line) -> str:
    """What a person reads about the row or file, in the present language (adapters.texts.speaking)."""
    text = worded(line.code, line.params)
    also = ALSO.get(str(line.params.get("also")))
    return f"{text} {gettext(also)}" if also else text


def worded(code: str, params: dict[str, object]) -> str:
    """The sentence of a code; one that an earlier release gave and nobody knows now is shown as it is."""
    known = SENTENCES.get(code)
    return gettext(known) % defaultdict(lambda: "—", {name: _shown(value) for name, value in params.items()}) if known else code


def _shown(value: object) -> str:
    text = str(value)
    if value in (None, ""):
        return "—"
    return text.replace(".", ",") if _is_amount(text) and language() != "en" else text


def _is_amount(text: str) -> bool:
    head, point, tail = text.removeprefix("-").partition(".")
    return bool(point) and head.isdigit() and tail.isdigit()

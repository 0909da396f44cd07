"""What can go wrong, as exceptions. Raising rolls the transaction back; texts are made at the edge, in the reader's language.

AbonentError
├── Refused              the input cannot be taken: code + path + params -> `Rejected`
│   └── RefusedMany      several problems of one input at once
├── NeedsConfirmation    can be taken if the person confirms exactly this -> `ConfirmationRequired`
├── NotFound             unknown or foreign: nobody can tell which
├── Forbidden            known to the viewer, but not allowed
├── SignInRequired       a stranger asks for what needs a viewer
├── BadRequest           the question itself is wrong: a cursor that is none, `first` out of range
│   └── WrongSpan        `from` and `to` of a report
├── Throttled            too many attempts; carries seconds to wait
└── Unavailable          the database cannot answer now
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ProblemCode(StrEnum):
    """Every code that a mutation's problem can carry. Clients default on codes they do not know."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    TOO_MANY_ROWS = "too_many_rows"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    TOO_MANY_DIGITS = "too_many_digits"
    DATE_IN_FUTURE = "date_in_future"
    DATE_OUTSIDE_PERIOD = "date_outside_period"
    UNKNOWN_METER = "unknown_meter"
    METER_REMOVED = "meter_removed"
    METER_FAULTY = "meter_faulty"
    METER_WITHOUT_SERIAL = "meter_without_serial"
    VERIFICATION_OVERDUE = "verification_overdue"
    WINDOW_CLOSED = "window_closed"
    DUPLICATE_ROW = "duplicate_row"
    KEY_REUSED = "key_reused"
    CHANGED_MEANWHILE = "changed_meanwhile"
    LOWER_THAN_BEFORE = "lower_than_before"
    MUCH_MORE_THAN_USUAL = "much_more_than_usual"
    SAME_AS_BEFORE = "same_as_before"
    HOT_COLD_SWAPPED = "hot_cold_swapped"
    SOME_METERS_MISSING = "some_meters_missing"
    SENT_LATE = "sent_late"
    OTHER_MONTH = "other_month"
    OUT_OF_RANGE = "out_of_range"
    WRONG_LOGIN_OR_PASSWORD = "wrong_login_or_password"  # noqa: S105 - a code, not a password
    TAKEN = "taken"
    INVALID = "invalid"
    LATER_IMPORTS = "later_imports"
    PASSWORD_TOO_SHORT = "password_too_short"  # noqa: S105 - a code
    PASSWORD_TOO_COMMON = "password_too_common"  # noqa: S105 - a code
    UNKNOWN_UPLOAD = "unknown_upload"
    UPLOAD_INCOMPLETE = "upload_incomplete"
    UPLOAD_TOO_LARGE = "upload_too_large"
    NO_ROOM = "no_room"
    WRONG_DIGEST = "wrong_digest"
    WRONG_OFFSET = "wrong_offset"
    WRONG_STATE = "wrong_state"
    FILES_GONE = "files_gone"
    PERSON_NEEDED = "person_needed"
    WRONG_PROFILE = "wrong_profile"
    INVALID_EMAIL = "invalid_email"
    INVALID_LOGIN = "invalid_login"
    INVALID_NAME = "invalid_name"
    INVALID_PHONE = "invalid_phone"
    INVALID_TAX_NUMBER = "invalid_tax_number"
    PASSWORDS_DIFFER = "passwords_differ"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a code
    CONSENT_REQUIRED = "consent_required"
    NOT_CONFIRMED = "not_confirmed"
    LINK_OVER = "link_over"
    WRONG_CODE = "wrong_code"
    WRONG_HINT = "wrong_hint"
    HUMAN_CHECK_NEEDED = "human_check_needed"
    WRONG_HUMAN_CHECK = "wrong_human_check"
    NOT_PROVED = "not_proved"
    NO_TRIES_LEFT = "no_tries_left"
    ALREADY_LINKED = "already_linked"
    NOT_OFFERED = "not_offered"
    INVALID_DATE = "invalid_date"
    INVALID_AMOUNT = "invalid_amount"
    STEP_UP_NEEDED = "step_up_needed"
    NOT_A_BILL = "not_a_bill"
    LOGIN_STAYS = "login_stays"
    TOKEN_SHOWN = "token_shown"  # noqa: S105 - a code
    MORE_THAN_YOURS = "more_than_yours"
    ONLY_OWNERS = "only_owners"
    LONGER_THAN_YOURS = "longer_than_yours"
    YOUR_INVITER = "your_inviter"
    ALREADY_ANSWERED = "already_answered"
    UNKNOWN_READING = "unknown_reading"
    READING_TWICE = "reading_twice"
    READING_BILLED = "reading_billed"
    READING_REPLACED = "reading_replaced"
    READING_REFUSED = "reading_refused"
    INVALID_URL = "invalid_url"
    UNKNOWN_ACCOUNT = "unknown_account"
    MAY_NOT_SEND = "may_not_send"
    SEVERAL_METERS = "several_meters"
    OTHER_ACCOUNT = "other_account"
    NOT_UNDERSTOOD = "not_understood"
    AMBIGUOUS = "ambiguous"
    PROBABLY_MEANT = "probably_meant"
    BELOW_LAST_READING = "below_last_reading"
    ABOVE_NEXT_READING = "above_next_reading"
    DIGITS_UNKNOWN = "digits_unknown"
    HALF_A_TURN = "half_a_turn"
    LATER_ACTS = "later_acts"
    ALREADY_WITHDRAWN = "already_withdrawn"
    NOT_LOWER = "not_lower"
    WRONG_FILE = "wrong_file"
    MONTH_NOT_OVER = "month_not_over"
    MONTH_WITHOUT_STATEMENTS = "month_without_statements"
    MONTH_CLOSED = "month_closed"
    MONTH_OPEN = "month_open"
    LATER_MONTHS_CLOSED = "later_months_closed"
    IMPORTS_WAIT = "imports_wait"
    DAY_IN_CLOSED_MONTH = "day_in_closed_month"
    MONTH_IN_FUTURE = "month_in_future"
    ACCOUNT_KEY = "account_key"
    DATES_REVERSED = "dates_reversed"
    SPAN_TOO_LONG = "span_too_long"
    DEBT_REMAINS = "debt_remains"
    BALANCE_UNKNOWN = "balance_unknown"
    MAILING_OVER = "mailing_over"
    ASKED_TOO_OFTEN = "asked_too_often"


Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: its code, where in the input it is, and the numbers its sentence needs."""

    code: ProblemCode
    path: Path = ()
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DialName:
    """A dial as people tell it from others, for a problem's params, by the schema's names; without a zone it is the whole meter."""

    resource: str
    zone: str | None
    serial: str | None


class AbonentError(Exception):
    """Base of everything that this product raises on purpose."""


class Refused(AbonentError):
    def __init__(self, code: ProblemCode, path: Sequence[str] = (), **params: Any) -> None:
        super().__init__(code)
        self.problems: list[Problem] = [Problem(code, tuple(path), params)]


class RefusedMany(Refused):
    def __init__(self, problems: Sequence[Problem]) -> None:
        AbonentError.__init__(self, problems[0].code)
        self.problems = list(problems)


class NeedsConfirmation(AbonentError):
    """`understood` is what the input was read as, for showing beside the questions."""

    def __init__(self, problems: Sequence[Problem], understood: Sequence[Any] = ()) -> None:
        super().__init__(problems[0].code)
        self.problems = list(problems)
        self.understood = list(understood)


class NotFound(AbonentError):
    pass


class Forbidden(AbonentError):
    pass


class SignInRequired(AbonentError):
    pass


class BadRequest(AbonentError):
    """Its text is for developers: English, and naming the argument."""


class WrongSpan(BadRequest):
    """A span of days or months that cannot be shown: a page tells its problems beside the fields `from` and `to`."""

    def __init__(self, code: ProblemCode, path: Sequence[str], **params: Any) -> None:
        super().__init__(f"`{'`, `'.join(path)}`: {code.name}")
        self.problems = [Problem(code, tuple(path), params)]


class Unavailable(AbonentError):
    pass


class Throttled(AbonentError):
    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds

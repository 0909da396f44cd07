"""The closed lists of sending readings, of what happens to meters and of what is sent about them; the others are in models/enums.py."""

from enum import StrEnum


class LatePolicy(StrEnum):
    """What happens to readings that residents send when the window is closed."""

    REFUSE = "refuse"
    REVIEW = "review"  # taken for the window's month, in review
    NEXT_MONTH = "next_month"  # counted for the month of the next window


class ReviewReason(StrEnum):
    """Why a reading is in review from its sending on: what `Reading.reason` then holds."""

    LATE = "late"
    LOWER = "lower"  # than the one before it
    SILENT = "silent"  # the organization's address gave no verdict in three days


class MeterEventKind(StrEnum):
    """What happens in the life of a meter."""

    INSTALLED = "installed"
    COMMISSIONED = "commissioned"
    SEALED = "sealed"
    UNSEALED = "unsealed"
    VERIFIED = "verified"
    REPLACED = "replaced"  # this one was taken down and another put in its place
    ROLLED_OVER = "rolled_over"
    REMOVED = "removed"
    BROKEN = "broken"
    REPAIRED = "repaired"


class DocumentKind(StrEnum):
    """What a file that was sent shows."""

    HEAT_PRINTOUT = "heat_printout"  # daily parameters of a heat meter
    ACT = "act"
    CERTIFICATE = "certificate"
    PHOTO = "photo"
    OTHER = "other"


class HookState(StrEnum):
    """How far an organization's own judgement of a reading has come."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"  # gave no usable verdict for as long as it was asked: people judge


class Verdict(StrEnum):
    """What may be said about a reading that was sent."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    REVIEW = "review"  # somebody must look at it
    BILL = "bill"  # a bill was made from it: it can never be changed again


class Judge(StrEnum):
    """Who gave a reading its present state."""

    STAFF = "staff"
    PARTNER = "partner"
    HOOK = "hook"
    IMPORT = "import"

"""What becomes of letters, and when bills go by e-mail."""

from enum import StrEnum


class MailingState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


class BillMailing(StrEnum):
    """When an organization's bills go to whoever asked for them by e-mail."""

    WHEN_IMPORTED = "when_imported"  # as soon as statements of a closed month come
    WHEN_CLOSED = "when_closed"  # after staff close the month
    BY_HAND = "by_hand"  # when staff start it


class LetterTrouble(StrEnum):
    """Why a letter did not leave: the first word of its row's `error`, the server's own words follow."""

    UNREACHABLE = "unreachable"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    NO_ANSWER = "no_answer"
    ADDRESS = "address"
    POINTLESS = "pointless"  # its link or code is spent or over, or its reader wants or may see it no more
    BROKEN = "broken"  # it could not be worded
    NOT_MADE = "not_made"  # its document could not be made for now
    NO_SERVER = "no_server"

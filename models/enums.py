"""The closed lists of the domain. Each is stored as its text value, so that a row reads by itself."""

from enum import IntFlag, StrEnum


class AccountKind(StrEnum):
    INDIVIDUAL = "individual"
    LEGAL = "legal"


class BillingMode(StrEnum):
    """Who computes the bill: the supplier's billing, which sends registers, or this product."""

    SUPPLIER = "supplier"
    OWN = "own"


class OverduePolicy(StrEnum):
    """What happens to readings of a meter whose verification has expired."""

    ACCEPT = "accept"
    REFUSE = "refuse"


class Right(IntFlag):
    """What a membership lets a user do; roles are presets of these."""

    SEE_MONEY = 1
    SEND_READINGS = 2
    PAY = 4
    TICKETS = 8
    MANAGE_MEMBERS = 16

    @classmethod
    def owner(cls) -> "Right":
        return cls.SEE_MONEY | cls.SEND_READINGS | cls.PAY | cls.TICKETS | cls.MANAGE_MEMBERS

    @classmethod
    def tenant(cls) -> "Right":
        return cls.SEE_MONEY | cls.SEND_READINGS | cls.PAY | cls.TICKETS

    @classmethod
    def reader(cls) -> "Right":
        """Sees the account and its meters, no money."""
        return cls(0)


class Proof(StrEnum):
    """How a membership was proved."""

    STAFF = "staff"
    REGISTER = "register"
    FACTORS = "factors"  # what its organization asks for: see the membership's `proved_by`
    STEP_UP = "step_up"  # a code from staff or a bill, or a letter to the register's address, opened the reserve
    INVITATION = "invitation"  # by somebody who manages the members


class Factor(StrEnum):
    """What an organization may ask for before it links an account or shows one; all that it asks for are judged together."""

    SURNAME = "surname"
    FLAT = "flat"
    LAST_PAYMENT = "last_payment"  # its day and amount
    TAX_NUMBER = "tax_number"
    BILL_CODE = "bill_code"  # printed on a bill, or given by staff; once


class StepUp(StrEnum):
    """What opens the reserve of tries where strangers have used up the day's: proof of being the one whom the register names."""

    EMAIL = "email"  # a letter to the address that the register holds
    STAFF = "staff"  # a code that staff give, having seen papers
    BILL_CODE = "bill_code"  # the code printed on the bill


class LookUp(StrEnum):
    """Whether strangers may find an account by address and surname, and see its last month."""

    OFF = "off"
    ON = "on"
    PROOF = "proof"  # with a further proof


class CodeSource(StrEnum):
    BILL = "bill"
    STAFF = "staff"


class Door(StrEnum):
    """Where tries at a target are counted."""

    LINK = "link"
    LOOK_UP = "look_up"
    STEP_UP = "step_up"


class Purpose(StrEnum):
    """What a secret that a letter carried is good for."""

    CONFIRM_REGISTRATION = "confirm_registration"
    RECOVER = "recover"
    CONFIRM_EMAIL = "confirm_email"
    CANCEL_EMAIL = "cancel_email"
    STEP_UP = "step_up"
    INVITATION = "invitation"


class LetterState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DEFERRED = "deferred"  # the server cannot take it now: it is tried again
    UNCERTAIN = "uncertain"  # sent twice with one Message-ID, and never heard whether it was taken
    FAILED = "failed"


class Topic(StrEnum):
    """What a user may have mailed."""

    BILL = "bill"
    READINGS = "readings"  # the window opens, closes; verification is due
    NEWS = "news"


class ReportState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"
    DECLINED = "declined"


class TokenScope(StrEnum):
    """What a bearer token may be used for; it never widens what its owner may do."""

    READ_ACCOUNTS = "read_accounts"
    READ_READINGS = "read_readings"
    READ_MONEY = "read_money"
    SUBMIT_READINGS = "submit_readings"
    JUDGE_READINGS = "judge_readings"
    IMPORT_REGISTERS = "import_registers"


class Resource(StrEnum):
    COLD_WATER = "cold_water"
    HOT_WATER = "hot_water"
    SEWERAGE = "sewerage"
    HEATING = "heating"
    ELECTRICITY = "electricity"
    GAS = "gas"
    OTHER = "other"


class MeterState(StrEnum):
    INSTALLED = "installed"
    REMOVED = "removed"
    FAULTY = "faulty"


class TariffZone(StrEnum):
    DAY = "day"
    NIGHT = "night"
    PEAK = "peak"


class ReadingSource(StrEnum):
    CABINET = "cabinet"
    SITE = "site"
    PHONE = "phone"
    INSPECTOR = "inspector"
    INSTALLATION = "installation"
    REMOVAL = "removal"
    PARTNER = "partner"
    STAFF = "staff"
    OTHER = "other"


class ReadingState(StrEnum):
    SENT = "sent"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    BILLED = "billed"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class ChargeBasis(StrEnum):
    READING = "reading"
    AVERAGE = "average"
    NORM = "norm"
    COMMUNAL = "communal"
    FIXED = "fixed"
    RECALCULATION = "recalculation"
    UNKNOWN = "unknown"


class EntryKind(StrEnum):
    OPENING = "opening"
    CHARGE = "charge"
    RECALCULATION = "recalculation"
    PENALTY = "penalty"
    COMPENSATION = "compensation"
    PAYMENT = "payment"
    REFUND = "refund"
    SUPPLIER_DIFFERENCE = "supplier_difference"


class Component(StrEnum):
    """Parts of a bill whose details a register of their own may bring. Names are those of a statement's figures."""

    CHARGED = "charged"
    RECALCULATION = "recalculation"
    PAID = "paid"

    @property
    def kind(self) -> EntryKind:
        return {"charged": EntryKind.CHARGE, "recalculation": EntryKind.RECALCULATION, "paid": EntryKind.PAYMENT}[self.value]


class DifferenceReason(StrEnum):
    """Why a supplier's printed figures and their details differ."""

    ARITHMETIC = "arithmetic"  # the printed row does not add up by itself
    DETAIL = "detail"  # the row and its details (charges, payments) differ
    CHAIN = "chain"  # its opening is not the former closing


class RegisterDifference(StrEnum):
    """How a supplier's registers of a month contradict each other."""

    ARITHMETIC = "arithmetic"
    CHAIN = "chain"
    CHARGES = "charges"  # the month's figure and the register of charges
    RECALCULATIONS = "recalculations"
    PAYMENTS = "payments"
    VOLUME = "volume"  # what was billed by readings and what the readings say


class StatementFigure(StrEnum):
    """The figures of a statement that are part of its sum."""

    OPENING = "opening"
    CHARGED = "charged"
    RECALCULATION = "recalculation"
    PENALTY = "penalty"
    PAID = "paid"
    COMPENSATION = "compensation"
    CLOSING = "closing"


class StatementState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class PaymentState(StrEnum):
    IN_TRANSIT = "in_transit"  # known here, not yet in the supplier's register
    RECEIVED = "received"
    REFUNDED = "refunded"


class Severity(StrEnum):
    REFUSED = "refused"
    WARNING = "warning"
    NOTICE = "notice"  # nothing is wrong with a row: something is missing that was there before


class ImportState(StrEnum):
    WAITING = "waiting"  # its files are there, a worker will take it
    RUNNING = "running"
    PREVIEWED = "preview"  # nothing was written; it may be taken now
    HELD = "held"  # nothing was written: it passed a threshold and waits for a person's word
    DONE = "done"
    FAILED = "failed"  # nothing was written
    UNDONE = "undone"
    DISCARDED = "dropped"  # looked at and not wanted: nothing was written, its files are gone


class ImportSource(StrEnum):
    """By which way the files came."""

    COMMAND = "command"
    PAGE = "page"
    UPLOAD = "upload"
    FOLDER = "folder"


class Ownership(StrEnum):
    PRIVATE = "private"
    MUNICIPAL = "municipal"

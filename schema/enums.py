"""The closed lists of the domain as the schema shows them, each value with its meaning. Adding a value is no breaking change."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

import strawberry

from models.enums import (
    AccountKind,
    ChargeBasis,
    DifferenceReason,
    Factor,
    ImportSource,
    ImportState,
    LetterState,
    MeterState,
    Ownership,
    PaymentState,
    ReadingSource,
    ReadingState,
    RegisterDifference,
    Resource,
    Right,
    Severity,
    StatementFigure,
    StatementState,
    TariffZone,
    TokenScope,
)
from models.errors import ProblemCode
from models.mail_enums import LetterTrouble
from models.money import Currency
from resolvers.human_checks import HumanDoor
from resolvers.recovery import Hint
from resolvers.viewer import ViewerKind
from schema.problems import MEANINGS

E = TypeVar("E", bound=Enum)


def described(kind: type[E], description: str, meanings: dict[E, str], name: str | None = None) -> None:
    strawberry.enum(kind, name=name, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = meanings[kind[value.name]]


described(Currency, "Currencies of sums.", {Currency.KZT: "Kazakh tenge", Currency.RUB: "Russian rouble"})
described(AccountKind, "Whom an account belongs to.", {AccountKind.INDIVIDUAL: "A person", AccountKind.LEGAL: "A legal entity"})
described(StatementState, "Whether figures may still change.", {StatementState.OPEN: "The month goes on", StatementState.CLOSED: "Final"})
described(TariffZone, "Part of the day that a register counts.", {TariffZone.DAY: "Day", TariffZone.NIGHT: "Night", TariffZone.PEAK: "Peak hours"})
described(
    ViewerKind,
    "Who asks.",
    {
        ViewerKind.RESIDENT: "A person with accounts or contracts of his own",
        ViewerKind.STAFF: "Somebody who works for an organization",
        ViewerKind.PARTNER: "An organization's system",
        ViewerKind.SYSTEM: "This product itself",
        ViewerKind.VISITOR: "A stranger who has looked an account up: sees its statements for a quarter of an hour, without names",
        ViewerKind.LETTER: "Whoever holds a reminder's link: sends readings of one account while its window is open, and sees nothing else",
    },
)
described(
    TokenScope,
    "What a token may be used for. It never widens what its owner may do.",
    {
        TokenScope.READ_ACCOUNTS: "See accounts, contracts and meters",
        TokenScope.READ_READINGS: "See readings",
        TokenScope.READ_MONEY: "See balances, statements, charges and payments",
        TokenScope.SUBMIT_READINGS: "Send readings",
        TokenScope.JUDGE_READINGS: "Give verdicts on readings that residents of the organization sent",
        TokenScope.IMPORT_REGISTERS: "Send the registers of the organization, and see what became of them",
    },
    name="Scope",
)
described(
    Right,
    "What a viewer may do with an account today.",
    {
        Right.SEE_MONEY: "See balances, statements, charges and payments",
        Right.SEND_READINGS: "Send readings",
        Right.PAY: "Pay",
        Right.TICKETS: "Write to the organization",
        Right.MANAGE_MEMBERS: "Decide who else sees the account",
    },
)
described(
    Hint,
    "What a recovery may ask for beside the letter's link.",
    {Hint.TAX_NUMBER: "IIN, BIN or INN", Hint.NUMBER: "The number of any of the user's accounts or contracts"},
    name="RecoveryHint",
)
described(
    Resource,
    "What is supplied.",
    {
        Resource.COLD_WATER: "Cold water",
        Resource.HOT_WATER: "Hot water",
        Resource.SEWERAGE: "Sewerage",
        Resource.HEATING: "Heating",
        Resource.ELECTRICITY: "Electricity",
        Resource.GAS: "Gas",
        Resource.OTHER: "Anything else",
    },
)
described(
    MeterState,
    "Whether a meter works.",
    {
        MeterState.INSTALLED: "It stands and counts",
        MeterState.REMOVED: "It was taken away",
        MeterState.FAULTY: "It stands and does not count",
    },
)
described(
    ReadingSource,
    "How a reading came.",
    {
        ReadingSource.CABINET: "Sent by the resident here",
        ReadingSource.SITE: "Sent by the resident on the supplier's site",
        ReadingSource.PHONE: "Told by telephone",
        ReadingSource.INSPECTOR: "Read by an inspector",
        ReadingSource.INSTALLATION: "From the act of installation",
        ReadingSource.REMOVAL: "From the act of removal",
        ReadingSource.PARTNER: "Sent by a partner's system",
        ReadingSource.STAFF: "Entered by the organization's staff",
        ReadingSource.OTHER: "Otherwise",
    },
)
described(
    ReadingState,
    "How far a reading has come.",
    {
        ReadingState.SENT: "Received, with a receipt",
        ReadingState.IN_REVIEW: "Received, and somebody will look at it",
        ReadingState.ACCEPTED: "The supplier has taken it",
        ReadingState.BILLED: "A bill was made from it",
        ReadingState.REFUSED: "The supplier does not take it",
        ReadingState.SUPERSEDED: "A newer value stands instead",
    },
)
described(
    ChargeBasis,
    "What a charge was computed from.",
    {
        ChargeBasis.READING: "Readings of a meter",
        ChargeBasis.AVERAGE: "The average of former months",
        ChargeBasis.NORM: "The norm",
        ChargeBasis.COMMUNAL: "The house's shared consumption",
        ChargeBasis.FIXED: "A fixed sum",
        ChargeBasis.RECALCULATION: "A correction of another month",
        ChargeBasis.UNKNOWN: "The supplier does not say",
    },
)
described(
    StatementFigure,
    "A figure of a statement.",
    {
        StatementFigure.OPENING: "What was due at the start",
        StatementFigure.CHARGED: "Charges of the month",
        StatementFigure.RECALCULATION: "Corrections of other months",
        StatementFigure.PENALTY: "The penalty",
        StatementFigure.PAID: "What was paid",
        StatementFigure.COMPENSATION: "A compensation that lowers the balance",
        StatementFigure.CLOSING: "What is due at the end",
    },
)
described(
    Ownership,
    "Whose property premises are.",
    {
        Ownership.PRIVATE: "Of a person or a company",
        Ownership.MUNICIPAL: "Of the town or the state",
    },
)
described(
    PaymentState,
    "How far a payment has come.",
    {
        PaymentState.IN_TRANSIT: "Known here, not yet to the supplier",
        PaymentState.RECEIVED: "Counted by the supplier",
        PaymentState.REFUNDED: "Given back",
    },
)
described(
    DifferenceReason,
    "Why the supplier's printed figures and their details differ.",
    {
        DifferenceReason.ARITHMETIC: "The printed row does not add up by itself",
        DifferenceReason.DETAIL: "The row and its details differ",
        DifferenceReason.CHAIN: "Its opening is not the former closing",
    },
)
described(
    RegisterDifference,
    "How a supplier's registers of a month contradict each other.",
    {
        RegisterDifference.ARITHMETIC: "The printed row does not add up by itself",
        RegisterDifference.CHAIN: "Its opening is not the former closing",
        RegisterDifference.CHARGES: "The month's figure and the sum of its charges differ",
        RegisterDifference.RECALCULATIONS: "The month's figure and the sum of its recalculations differ",
        RegisterDifference.PAYMENTS: "The month's figure and the sum of its payments differ",
        RegisterDifference.VOLUME: "What was billed by readings is not what the readings say",
    },
)
described(
    ImportState,
    "How far an import has come.",
    {
        ImportState.WAITING: "Its files are there, a worker will take it",
        ImportState.RUNNING: "It is being taken; nothing is visible before it is done",
        ImportState.PREVIEWED: "It was looked at, nothing was written; it may be approved or discarded",
        ImportState.HELD: "It passed a threshold, nothing was written; it may be approved or discarded",
        ImportState.DONE: "It was taken",
        ImportState.FAILED: "It broke off, nothing was written",
        ImportState.UNDONE: "It was taken and undone",
        ImportState.DISCARDED: "It was not wanted, nothing was written",
    },
)
described(
    ImportSource,
    "By which way the files of an import came.",
    {
        ImportSource.COMMAND: "The command line",
        ImportSource.PAGE: "The page for staff",
        ImportSource.UPLOAD: "Sent by a billing system",
        ImportSource.FOLDER: "The watched folder",
    },
)
described(
    Severity,
    "What became of a row.",
    {
        Severity.REFUSED: "It was not taken",
        Severity.WARNING: "It was taken, and something about it is doubtful",
        Severity.NOTICE: "Nothing is wrong with a row: something is missing that was there before",
    },
)
described(
    LetterState,
    "How far a letter has come.",
    {
        LetterState.QUEUED: "It waits for its turn",
        LetterState.SENT: "The mail server took it",
        LetterState.DEFERRED: "The mail server does not take it now: it is tried again, for three days",
        LetterState.UNCERTAIN: "It was handed over twice, and no answer was heard: it may have arrived",
        LetterState.FAILED: "It did not leave and is not tried again by itself",
    },
)
described(
    LetterTrouble,
    "Why a letter did not leave at its last attempt.",
    {
        LetterTrouble.UNREACHABLE: "The mail server could not be reached",
        LetterTrouble.DEFERRED: "The mail server did not take it for now, or takes nothing from this cabinet",
        LetterTrouble.REJECTED: "The mail server refused it or its address",
        LetterTrouble.NO_ANSWER: "The mail server was given it and did not answer",
        LetterTrouble.ADDRESS: "Its address is none that letters can go to",
        LetterTrouble.POINTLESS: "It had no use any more: its link or code was over, or its reader no longer wanted or might see what it tells",
        LetterTrouble.BROKEN: "It could not be written; the log says why",
        LetterTrouble.NOT_MADE: "The document that it takes along could not be made for now",
        LetterTrouble.NO_SERVER: "No mail server was set for a month",
    },
)
described(ProblemCode, "What is wrong with an input. Treat a code that you do not know as a refusal.", MEANINGS)
described(
    HumanDoor,
    "Where a human check may be asked for.",
    {
        HumanDoor.SIGN_IN: "Signing in",
        HumanDoor.REGISTER: "Registering",
        HumanDoor.CONFIRM: "Typing the code of a confirmation",
        HumanDoor.RESEND: "Asking for a confirmation once more",
        HumanDoor.RECOVER: "Recovering a name or a password",
        HumanDoor.LINK: "Proving an account or a contract",
        HumanDoor.STEP_UP: "Asking for a step-up",
        HumanDoor.LOOK_UP: "Finding an account without registration",
        HumanDoor.PROFILE: "Typing one's password again",
    },
)
described(
    Factor,
    "What an organization may ask for before it links an account or shows one.",
    {
        Factor.SURNAME: "The holder's surname, or the company's name",
        Factor.FLAT: "The number of the flat",
        Factor.LAST_PAYMENT: "The day and the sum of the last payment",
        Factor.TAX_NUMBER: "IIN, BIN or INN of the holder",
        Factor.BILL_CODE: "A code printed on the bill, or given by staff",
    },
)

"""What each problem is called for developers, and the sentence that people read (English here, translations in templates/locale)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.dial_names import dial_name
from adapters.formats import money, period, quantity
from adapters.texts import gettext, language
from models.errors import DialName, Problem, ProblemCode
from models.money import Money
from models.period import Period
from models.quantity import Quantity

C = ProblemCode
N_ = str  # marks a text for translation, which happens when it is written

MEANINGS: dict[ProblemCode, str] = {
    C.REQUIRED: "Something must be given here",
    C.TOO_LONG: "Longer than allowed",
    C.TOO_MANY_ROWS: "More rows than one request may have",
    C.NOT_A_NUMBER: "Cannot be read as a number",
    C.NEGATIVE: "Below zero",
    C.TOO_MANY_DIGITS: "More digits than the dial has",
    C.DATE_IN_FUTURE: "The day has not come yet",
    C.DATE_OUTSIDE_PERIOD: "The day is not in the month that readings are taken for",
    C.UNKNOWN_METER: "The account has no such meter",
    C.METER_REMOVED: "The meter was removed",
    C.METER_FAULTY: "The meter does not work",
    C.METER_WITHOUT_SERIAL: "The meter has no factory number",
    C.VERIFICATION_OVERDUE: "The meter's verification has expired and the organization takes no such readings",
    C.WINDOW_CLOSED: "Readings are not taken on this day",
    C.DUPLICATE_ROW: "The same meter twice in one request",
    C.KEY_REUSED: "The idempotency key belongs to another input",
    C.CHANGED_MEANWHILE: "The data changed since it was shown",
    C.UNKNOWN_ACCOUNT: "No such account, or not yours: you cannot tell which",
    C.MAY_NOT_SEND: "Your rights to the account do not include sending readings",
    C.SEVERAL_METERS: "More than one dial fits what was named: give its resource, zone, inlet or id",
    C.OTHER_ACCOUNT: "The text names another account than the one that it was sent for",
    C.NOT_UNDERSTOOD: "A part of the text that means no reading of this account",
    C.AMBIGUOUS: "Asks back: a part of the text that can mean several things",
    C.PROBABLY_MEANT: "Asks back: a part of the text that probably, but not surely, means its one choice",
    C.LOWER_THAN_BEFORE: "Asks back: lower than the previous reading",
    C.MUCH_MORE_THAN_USUAL: "Asks back: many times the usual consumption",
    C.SAME_AS_BEFORE: "Asks back: the same as the previous reading",
    C.HOT_COLD_SWAPPED: "Asks back: cold and hot water seem to be swapped",
    C.SOME_METERS_MISSING: "Asks back: other meters of the account have no value",
    C.SENT_LATE: "Asks back: the window closed after the form was opened, and the readings would be taken for review",
    C.OTHER_MONTH: "Asks back: the window closed after the form was opened, and the readings would count for another month",
    C.OUT_OF_RANGE: "A number outside of what is possible",
    C.WRONG_LOGIN_OR_PASSWORD: "No user with this login and password",
    C.TAKEN: "Somebody else has it",
    C.INVALID: "Not of the right form",
    C.ACCOUNT_KEY: "An account at a bank whose key does not suit the BIC: a digit of either is wrong",
    C.LATER_IMPORTS: "Later imports stand on this one: they are to be undone first",
    C.PASSWORD_TOO_SHORT: "A password has at least 8 characters",
    C.PASSWORD_TOO_COMMON: "One of the passwords that everybody tries first",
    C.UNKNOWN_UPLOAD: "No file with this hash has been sent",
    C.UPLOAD_INCOMPLETE: "A part of the file has not come yet",
    C.UPLOAD_TOO_LARGE: "The file is larger than this installation takes, or than was announced",
    C.NO_ROOM: "The disk has no room for the file",
    C.WRONG_DIGEST: "What came is not what its hash says",
    C.WRONG_OFFSET: "The part does not begin where the file ends so far",
    C.WRONG_STATE: "The run is in a state where this cannot be done",
    C.WRONG_PROFILE: "The mapping profile cannot be used; the path ends with the key",
    C.FILES_GONE: "The files of the run are no longer kept",
    C.INVALID_EMAIL: "Not one plain e-mail address",
    C.INVALID_LOGIN: "Not what a free login may be",
    C.INVALID_NAME: "A name that could pass for an address, a telephone number or a message",
    C.INVALID_PHONE: "Not a phone number with its country code",
    C.INVALID_TAX_NUMBER: "Not an IIN, BIN or INN: its last digits check the others",
    C.PASSWORDS_DIFFER: "The password and its repetition are not the same",
    C.WRONG_PASSWORD: "Not the present password",
    C.CONSENT_REQUIRED: "The agreement has not been accepted in its present version",
    C.NOT_CONFIRMED: "The registration waits for its confirmation by letter",
    C.LINK_OVER: "The link is unknown, used or too old",
    C.WRONG_CODE: "The code is wrong, used or too old",
    C.WRONG_HINT: "Not what is on record for the user",
    C.HUMAN_CHECK_NEEDED: "Too many attempts: `humanCheck` must be solved first",
    C.WRONG_HUMAN_CHECK: "The human check is not solved, used already or too old",
    C.MONTH_NOT_OVER: "The month still goes on where the organization is",
    C.MONTH_WITHOUT_STATEMENTS: "The organization has no statement of this month",
    C.MONTH_CLOSED: "The month is closed, by itself or with a later one",
    C.MONTH_OPEN: "The month is open",
    C.IMPORTS_WAIT: "Imports that speak of the month, or of one before it, wait for somebody's word",
    C.DAY_IN_CLOSED_MONTH: "A day of a month that is closed",
    C.MONTH_IN_FUTURE: "The month has not come yet",
    C.LATER_MONTHS_CLOSED: "A later month is closed: that one is to be opened first",
    C.NOT_PROVED: "What was given does not prove this account",
    C.NO_TRIES_LEFT: "Nobody can try this again today but by a step-up",
    C.ALREADY_LINKED: "The account or contract is linked already",
    C.NOT_OFFERED: "The organization does not offer this",
    C.INVALID_DATE: "Not a day",
    C.INVALID_AMOUNT: "Not a sum of money",
    C.STEP_UP_NEEDED: "Surname, last payment and look-up need at least one step-up",
    C.NOT_A_BILL: "Neither an account number nor the text of a bill's QR code that names one",
    C.LOGIN_STAYS: "A free login is chosen once",
    C.TOKEN_SHOWN: "The token of this idempotency key was made, and its text has been shown",
    C.MORE_THAN_YOURS: "Nobody gives a right that he has not himself",
    C.ALREADY_ANSWERED: "Somebody else has answered it meanwhile",
    C.ONLY_OWNERS: "Whoever proved the account is changed only by somebody who proved it too",
    C.LONGER_THAN_YOURS: "Nobody gives access for longer than he has it himself",
    C.YOUR_INVITER: "Nobody who has not proved the account changes who invited him",
    C.UNKNOWN_READING: "The organization was sent no such reading",
    C.READING_TWICE: "Two verdicts on one reading in one request",
    C.READING_BILLED: "A bill was made from the reading: nothing changes it any more",
    C.READING_REPLACED: "A newer value stands instead of the reading",
    C.READING_REFUSED: "A refused reading cannot be billed",
    C.INVALID_URL: "Not an https address that can be reached from outside",
    C.BELOW_LAST_READING: "A closing value below a reading that stands: a rollover is to be recorded first",
    C.ABOVE_NEXT_READING: "Above a reading of a later day that stands",
    C.DIGITS_UNKNOWN: "How many digits the dial shows is not known, so nobody can compute across its rollover",
    C.HALF_A_TURN: "More than half a turn of the dial would have gone by since the reading before: no rollover, as consumption counts it",
    C.LATER_ACTS: "Later readings or events stand on this one: they are to be withdrawn first",
    C.ALREADY_WITHDRAWN: "The event was withdrawn before",
    C.NOT_LOWER: "The reading does not wait in review with a value below the one before it",
    C.WRONG_FILE: "Neither a PDF nor a JPEG nor a PNG, or one that is damaged or carries more than pages and pictures",
    C.DATES_REVERSED: "`from` lies behind `to`",
    C.SPAN_TOO_LONG: "More days or months at once than a report has",
    C.DEBT_REMAINS: "The account owes something: nobody certifies that it does not",
    C.BALANCE_UNKNOWN: "The supplier has never said the account's balance",
    C.MAILING_OVER: "The mailing neither runs nor has letters that wait",
    C.ASKED_TOO_OFTEN: "As many letters have been asked for as go in an hour",
    C.PERSON_NEEDED: "Only a person may do this, no token: the run is held, or somebody else has sent it",
}

SENTENCES: dict[ProblemCode, str] = {
    C.REQUIRED: N_("Please fill this in."),
    C.TOO_LONG: N_("This is too long."),
    C.TOO_MANY_ROWS: N_("Too many values at once: at most %(limit)s."),
    C.NOT_A_NUMBER: N_("Please type the reading as a number, for example %(example)s."),
    C.NEGATIVE: N_("A reading cannot be less than zero."),
    C.TOO_MANY_DIGITS: N_("The dial of this meter shows %(integer)s digits before the comma and %(fraction)s after it. Type, for example, %(example)s."),
    C.DATE_IN_FUTURE: N_("This day has not come yet."),
    C.DATE_OUTSIDE_PERIOD: N_("The day must be between %(first)s and %(last)s."),
    C.UNKNOWN_METER: N_("This account has no such meter."),
    C.METER_REMOVED: N_("Readings cannot be sent for a meter that is not working!"),
    C.METER_FAULTY: N_("Readings cannot be sent for a meter that is not working!"),
    C.METER_WITHOUT_SERIAL: N_("Readings are not taken for a water meter without a factory number!"),
    C.VERIFICATION_OVERDUE: N_("The verification of this meter expired on %(due)s. Please have it verified, then send its readings."),
    C.WINDOW_CLOSED: N_("Readings are taken from %(opens)s to %(closes)s."),
    C.DUPLICATE_ROW: N_("This meter is listed twice."),
    C.KEY_REUSED: N_("The values sent first with this form were taken. To correct them, send once more."),
    C.CHANGED_MEANWHILE: N_("This reading has already been billed and can no longer be changed."),
    C.DATES_REVERSED: N_("The beginning lies behind the end."),
    C.SPAN_TOO_LONG: N_("This is too long a span: at most %(years)s years."),
    C.DEBT_REMAINS: N_("There is a debt of %(debt)s. The certificate is given when the supplier has counted the payment."),
    C.BALANCE_UNKNOWN: N_("The supplier has not said the balance of this account yet."),
    C.UNKNOWN_ACCOUNT: N_("There is no such account, or it is not yours."),
    C.MAY_NOT_SEND: N_("Your access to this account does not include sending readings."),
    C.SEVERAL_METERS: N_("Several meters fit this. Please say which one."),
    C.OTHER_ACCOUNT: N_("%(piece)s: this is another account."),
    C.NOT_UNDERSTOOD: N_("%(piece)s: this was not understood."),
    C.AMBIGUOUS: N_("%(piece)s: this can mean several things. Which one do you mean?"),
    C.PROBABLY_MEANT: N_("%(piece)s: did you mean this?"),
    C.LOWER_THAN_BEFORE: N_(
        "%(value)s is less than the previous reading %(previous)s. "
        "Did you misread it, has the meter passed zero, or was it replaced? If the value is right, confirm it."
    ),
    C.MUCH_MORE_THAN_USUAL: N_(
        "Usually about %(usual)s, this would be %(consumption)s. Please look at the meter once more; if %(value)s is right, confirm it."
    ),
    C.SAME_AS_BEFORE: N_("%(value)s is the same as the previous reading: nothing was used. If it is right, confirm it."),
    C.HOT_COLD_SWAPPED: N_("Cold and hot water seem to be swapped: before it was %(cold)s cold and %(hot)s hot. If the values are right, confirm them."),
    C.SOME_METERS_MISSING: N_("No value is given for: %(meters)s. Send the others alone?"),
    C.SENT_LATE: N_("Readings for %(month)s were taken until %(closed)s. Sent now, they are late: the supplier looks at them first. Send them so?"),
    C.OTHER_MONTH: N_("Readings for %(former)s were taken until %(closed)s. Sent now, they count for %(month)s. Send them so?"),
    C.OUT_OF_RANGE: N_("Please give a whole number from %(least)s to %(most)s."),
    C.WRONG_LOGIN_OR_PASSWORD: N_("The login or the password is wrong."),
    C.TAKEN: N_("This is already in use."),
    C.INVALID: N_("This is not of the right form."),
    C.ACCOUNT_KEY: N_("This account does not suit the BIC: a digit of one of them is wrong. Check both."),
    C.LATER_IMPORTS: N_("Later imports stand on this one (%(runs)s). Undo them first."),
    C.PASSWORD_TOO_SHORT: N_("Please choose a password of at least 8 characters."),
    C.PASSWORD_TOO_COMMON: N_("This password is too easy to guess. Please choose another one."),
    C.UNKNOWN_UPLOAD: N_("Please choose at least one file: this one has not been sent."),
    C.UPLOAD_INCOMPLETE: N_("The file has come only in part. Please send it again."),
    C.UPLOAD_TOO_LARGE: N_("The file is too large: at most %(limit)s MB."),
    C.NO_ROOM: N_("The server's disk has no room for this file. Please tell whoever runs it."),
    C.WRONG_DIGEST: N_("The file was damaged on its way. Please send it again."),
    C.WRONG_OFFSET: N_("This part of the file does not follow what has come so far."),
    C.WRONG_STATE: N_("This can no longer be done: the import has gone on meanwhile."),
    C.WRONG_PROFILE: "%(problem)s",
    C.FILES_GONE: N_("The files of this import are no longer kept. Please send them again."),
    C.INVALID_EMAIL: N_("Please type one e-mail address, for example aigul@example.kz."),
    C.INVALID_LOGIN: N_(
        "A login starts with a letter and has letters, digits, hyphens or underscores, at most 30. Logins of accounts and contracts come by linking them."
    ),
    C.INVALID_NAME: N_("Please write a name alone: no addresses of sites or mailboxes, no telephone numbers; leave a blank after a dot."),
    C.INVALID_PHONE: N_("Please type the phone number with its country code, for example +7 701 123 45 67."),
    C.INVALID_TAX_NUMBER: N_("Please check the number: a digit is wrong or missing."),
    C.PASSWORDS_DIFFER: N_("The two passwords are not the same."),
    C.WRONG_PASSWORD: N_("The present password is wrong."),
    C.CONSENT_REQUIRED: N_("Please read and accept the agreement."),
    C.NOT_CONFIRMED: N_("This registration is not confirmed yet: please follow the link in the letter, or have it sent again."),
    C.LINK_OVER: N_("This link has been used or is too old. Please ask for a new letter."),
    C.WRONG_CODE: N_("The code is wrong, has been used or is too old."),
    C.WRONG_HINT: N_("This is not what the organization has on record for you. Please compare it with your bill or papers."),
    C.HUMAN_CHECK_NEEDED: N_("Please show that you are not a machine."),
    C.WRONG_HUMAN_CHECK: N_("This was not right or took too long. Please try once more."),
    C.NOT_PROVED: N_("What you typed does not prove this account. Please compare it with your bill, and check every field."),
    C.NO_TRIES_LEFT: N_("This account cannot be tried any more today."),
    C.ALREADY_LINKED: N_("This is linked to you already."),
    C.NOT_OFFERED: N_("This organization does not offer this."),
    C.INVALID_DATE: N_("Please type the day as on the receipt, for example 25.05.2026."),
    C.INVALID_AMOUNT: N_("Please type the sum as on the receipt, for example 123,45."),
    C.STEP_UP_NEEDED: N_("Surname, last payment and look-up can be guessed at: switch on at least one other way, so that no stranger can keep an owner out."),
    C.NOT_A_BILL: N_("This is no account number, and no QR code of a bill that names one."),
    C.LOGIN_STAYS: N_("A login is chosen once and then stays."),
    C.TOKEN_SHOWN: N_("This token was made already, and its text is not shown again. Revoke it below and make another one if you did not keep it."),
    C.MORE_THAN_YOURS: N_("You can give only those rights that you have yourself."),
    C.ALREADY_ANSWERED: N_("Somebody has answered this already."),
    C.ONLY_OWNERS: N_("This person proved the account with the supplier's data. Only somebody who did so too can change these rights."),
    C.LONGER_THAN_YOURS: N_("Your own access ends before that day. Choose one no later than your own last day."),
    C.YOUR_INVITER: N_("You have your own access by this person's invitation. Only somebody else can change these rights."),
    C.UNKNOWN_READING: N_("There is no such reading here."),
    C.READING_TWICE: N_("This reading is listed twice."),
    C.READING_BILLED: N_("A bill was made from this reading: it stays as it is."),
    C.READING_REPLACED: N_("A newer value was sent meanwhile: this one no longer counts."),
    C.READING_REFUSED: N_("This reading is refused: accept it first."),
    C.INVALID_URL: N_("Please give an https:// address that can be reached from the internet, without a password in it."),
    C.BELOW_LAST_READING: N_("This is less than the reading %(previous)s of %(day)s. If the dial has passed zero, record that first."),
    C.ABOVE_NEXT_READING: N_("This is more than the reading %(next)s of the later day %(day)s. Check both."),
    C.DIGITS_UNKNOWN: N_("How many digits this dial shows is not known. The register of meters must say so first."),
    C.HALF_A_TURN: N_("More than half a turn of the dial would have gone by since %(previous)s: that is a misread value, and no passing of zero."),
    C.LATER_ACTS: N_("Later readings or events stand on this one. Withdraw them first."),
    C.ALREADY_WITHDRAWN: N_("This was withdrawn already."),
    C.NOT_LOWER: N_("There is no value here that is below the one before it and waits for a decision."),
    C.WRONG_FILE: N_("Please choose a PDF, or a photo as JPEG or PNG. This file is none, or is damaged."),
    C.MONTH_NOT_OVER: N_("%(period)s is not over yet: it can be closed when the next month has begun."),
    C.MONTH_WITHOUT_STATEMENTS: N_("No statements of %(period)s have come."),
    C.IMPORTS_WAIT: N_("Registers about it wait for somebody's word (imports %(runs)s). What they bring will be posted in the next month."),
    C.DAY_IN_CLOSED_MONTH: N_("%(period)s is closed: please choose a day after it."),
    C.MONTH_IN_FUTURE: N_("This month has not come yet."),
    C.MONTH_CLOSED: N_("%(period)s is closed already."),
    C.MONTH_OPEN: N_("%(period)s is open already."),
    C.LATER_MONTHS_CLOSED: N_("Later months are closed. Open %(period)s first."),
    C.MAILING_OVER: N_("The mailing for %(period)s is over, or was never started."),
    C.ASKED_TOO_OFTEN: N_("%(limit)s letters have been sent to you within an hour. Please try again later."),
    C.PERSON_NEEDED: N_("Somebody of the staff must decide this, on the page of the import."),
}


# The same questions for who may send readings and not read them: none of these tells what stood before.
WITHOUT_FORMER: dict[ProblemCode, str] = {
    C.LOWER_THAN_BEFORE: N_(
        "%(value)s is less than the previous reading. Did you misread it, has the meter passed zero, or was it replaced? If the value is right, confirm it."
    ),
    C.MUCH_MORE_THAN_USUAL: N_("This would be much more than usual. Please look at the meter once more; if %(value)s is right, confirm it."),
    C.HOT_COLD_SWAPPED: N_("Cold and hot water seem to be swapped. If the values are right, confirm them."),
    C.ABOVE_NEXT_READING: N_("This is more than a reading of a later day. Check the value."),
}


def sentence(problem: Problem, *, discreet: bool = False) -> str:
    """The problem in the present language, with its numbers as that language writes them; `discreet` without those of former readings."""
    params = {name: _written(value) for name, value in problem.params.items()}
    said = gettext((WITHOUT_FORMER if discreet else {}).get(problem.code, SENTENCES[problem.code]), **params)
    if problem.code is C.METER_REMOVED and "successor" in params:
        said += " " + gettext("Since %(since)s the meter № %(successor)s stands in its place.", **params)
    return said


def _written(value: Any) -> str:
    if isinstance(value, Quantity):
        return quantity(value)
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, Period):
        return period(value)
    if isinstance(value, dt.date):
        return value.isoformat() if language() == "en" else value.strftime("%d.%m.%Y")
    if isinstance(value, DialName):
        return dial_name(value.resource, value.zone, value.serial)
    if isinstance(value, list | tuple):
        return "; ".join(_written(one) for one in value)
    return str(value)

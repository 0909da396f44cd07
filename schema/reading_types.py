"""Types of meters and readings that show nothing beyond the field that gave them; schema/policies.py puts each field with it.

What stood before a reading is not among them: whoever sends one may not be allowed to read others.
"""

READINGS = {
    "ConfirmationRequired": "problems understood",
    "JudgeReadingsDone": "rows",
    "JudgedReading": "changed problems reading",
    "ParseReadingsDone": "problems questions understood",
    "ParsedReading": "from register value",
    "PublicReceipt": "display maskedSerial number organization resource state submittedAt takenOn value zone",
    "Reading": (
        "account checkCode decidedAt decidedBy display id isLate period reason receiptNumber register source sourceLabel state submittedAt takenOn value"
    ),
    "ReadingChoice": "readings",
    "ReadingHook": "failed lastError url waiting",
    "ReadingQuestion": "choices code from message",
    "ReadingReceipt": "number reading",
    "ReadingWindow": "closesAt closesOn countsFor daysLeft isOpen last latePolicy next opensAt opensOn period state",
    "SetReadingHookDone": "hook secret",
    "SubmitReadingsDone": "receipts understood",
    "TextProblem": "code from message",
    "UnderstoodReading": "display path register value",
}

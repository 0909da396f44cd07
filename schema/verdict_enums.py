"""The closed lists of judging readings, each value with its meaning."""

from __future__ import annotations

from models.meter_enums import Judge, Verdict
from schema.enums import described

described(
    Verdict,
    "What may be said about a reading that was sent.",
    {
        Verdict.ACCEPT: "It is taken",
        Verdict.REFUSE: "It is not taken: it no longer counts, and the resident may send another one in the window",
        Verdict.REVIEW: "Somebody must look at it",
        Verdict.BILL: "A bill was made from it: it can never be changed again",
    },
)
described(
    Judge,
    "Who decided the state of a reading.",
    {
        Judge.STAFF: "Somebody who works for the organization",
        Judge.PARTNER: "The organization's system",
        Judge.HOOK: "The address that judges the organization's readings",
        Judge.IMPORT: "A register of the supplier that brought the same value",
    },
)

"""The closed lists about people, described as schema/enums.py does."""

from __future__ import annotations

from models.enums import Proof, ReportState, Topic
from models.reported import ReportedAttribute
from schema.enums import described

described(
    ReportedAttribute,
    "What of an account may be reported as wrong.",
    {
        ReportedAttribute.HOLDER_NAME: "The holder",
        ReportedAttribute.ADDRESS: "The address",
        ReportedAttribute.RESIDENTS: "How many live there",
        ReportedAttribute.AREA: "The area",
        ReportedAttribute.IRRIGATED_AREA: "The irrigated area",
        ReportedAttribute.OWNERSHIP: "Whose property it is",
        ReportedAttribute.TARIFF_GROUP: "The tariff group",
        ReportedAttribute.METER: "A meter: its number, place, state or verification",
    },
)
described(
    ReportState,
    "How far a report has come.",
    {
        ReportState.OPEN: "The staff have not answered yet",
        ReportState.SETTLED: "It was right, and is being corrected",
        ReportState.DECLINED: "It stays as it is",
    },
)
described(
    Proof,
    "How somebody got to see an account or contract.",
    {
        Proof.STAFF: "By the organization's staff",
        Proof.REGISTER: "By the organization's register",
        Proof.FACTORS: "By proving it",
        Proof.STEP_UP: "By proving it, with a code or letter besides",
        Proof.INVITATION: "By the invitation of somebody who manages the members",
    },
)
described(
    Topic,
    "What may be mailed.",
    {
        Topic.BILL: "The month's bill, when the supplier has sent it",
        Topic.READINGS: "That readings are taken, that the days end, that a verification is due",
        Topic.NEWS: "News and outages",
    },
)

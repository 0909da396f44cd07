"""The closed lists of what happens to meters and of files, as the schema shows them. The others are in schema/enums.py."""

from __future__ import annotations

from models.meter_enums import DocumentKind, MeterEventKind
from schema.enums import described

described(
    MeterEventKind,
    "What happens in the life of a meter.",
    {
        MeterEventKind.INSTALLED: "It was put in",
        MeterEventKind.COMMISSIONED: "It was taken into use for settlements",
        MeterEventKind.SEALED: "It was sealed",
        MeterEventKind.UNSEALED: "Its seal was taken off",
        MeterEventKind.VERIFIED: "It was verified",
        MeterEventKind.REPLACED: "It was taken down and another put in its place",
        MeterEventKind.ROLLED_OVER: "Its dial passed zero",
        MeterEventKind.REMOVED: "It was taken down",
        MeterEventKind.BROKEN: "It was found not to work",
        MeterEventKind.REPAIRED: "It works again",
    },
)
described(
    DocumentKind,
    "What a file shows.",
    {
        DocumentKind.HEAT_PRINTOUT: "The daily parameters of a heat meter",
        DocumentKind.ACT: "An act",
        DocumentKind.CERTIFICATE: "A certificate of verification",
        DocumentKind.PHOTO: "A photo of the dial",
        DocumentKind.OTHER: "Something else",
    },
)

"""What of an account may be reported as wrong."""

from enum import StrEnum


class ReportedAttribute(StrEnum):
    """What of an account a resident may report as wrong."""

    HOLDER_NAME = "holderName"
    ADDRESS = "address"
    RESIDENTS = "residents"
    AREA = "area"
    IRRIGATED_AREA = "irrigatedArea"
    OWNERSHIP = "ownership"
    TARIFF_GROUP = "tariffGroup"
    METER = "meter"

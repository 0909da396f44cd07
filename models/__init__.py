"""Rows, enums and value types. This module is what Tortoise discovers: every table is named here once.

The first line of a model's docstring becomes a comment of its table, and migrations split SQL at semicolons: it holds none.
"""

from models.accounts import AccountFacts, Contract, Membership, PersonalAccount
from models.audit import AuditRecord, IdempotencyKey, Installation, JobRun
from models.charges import Charge
from models.imports import ImportFile, ImportProblem, ImportRun
from models.ledger import LedgerEntry
from models.meters import Meter, MeterRegister, Reading
from models.organizations import Organization, Service, Supplier, Tariff
from models.payments import Payment
from models.people import ApiToken, LoginAlias, Session, StaffRole, User
from models.places import House, Premises
from models.statements import Statement

__all__ = [
    "AccountFacts", "ApiToken", "AuditRecord", "Charge", "Contract", "House", "IdempotencyKey", "ImportFile", "ImportProblem",
    "ImportRun", "Installation", "JobRun", "LedgerEntry", "LoginAlias", "Membership", "Meter", "MeterRegister", "Organization",
    "Payment", "PersonalAccount", "Premises", "Reading", "Service", "Session", "StaffRole", "Statement", "Supplier", "Tariff", "User",
]  # fmt: skip

"""Rows, enums and value types. This module is what Tortoise discovers: every table is named here once.

The first line of a model's docstring becomes a comment of its table, and migrations split SQL at semicolons: it holds none.
"""

from models.accounts import AccountFacts, Contract, Membership, PersonalAccount
from models.audit import AuditRecord, IdempotencyKey, Installation, JobRun
from models.charges import Charge
from models.imports import ImportChange, ImportFile, ImportProblem, ImportProfile, ImportRun, ImportUpload
from models.ledger import LedgerEntry
from models.meters import Meter, MeterRegister, Reading
from models.organizations import Organization, Service, Supplier, Tariff
from models.payments import Payment
from models.people import ApiToken, LoginAlias, Session, StaffRole, User
from models.places import House, Premises
from models.statements import Statement, StatementLine

__all__ = [
    "AccountFacts", "ApiToken", "AuditRecord", "Charge", "Contract", "House", "IdempotencyKey", "ImportChange", "ImportFile",
    "ImportProblem", "ImportProfile", "ImportRun", "ImportUpload", "Installation", "JobRun", "LedgerEntry", "LoginAlias", "Membership",
    "Meter", "MeterRegister", "Organization", "Payment", "PersonalAccount", "Premises", "Reading", "Service", "Session", "StaffRole",
    "Statement", "StatementLine", "Supplier", "Tariff", "User",
]  # fmt: skip

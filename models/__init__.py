"""Rows, enums and value types. This module is what Tortoise discovers: every table is named here once.

The first line of a model's docstring becomes a comment of its table, and migrations split SQL at semicolons: it holds none.
"""

from models.accounts import AccountCode, AccountFacts, Contract, DataReport, Membership, PersonalAccount, ProofBudget, Subscription
from models.allocation import AllocationChoice
from models.audit import AuditRecord, IdempotencyKey, Installation, JobRun, SpentChallenge
from models.certificates import DebtCertificate
from models.charges import Charge
from models.imports import ImportChange, ImportFile, ImportProblem, ImportProfile, ImportRun, ImportUpload
from models.ledger import LedgerEntry, PeriodClosing
from models.letters import Letter, MailedSecret
from models.mailings import Mailing
from models.meters import Document, HookCall, HouseMeter, HouseReading, Meter, MeterEvent, MeterRegister, Reading
from models.organizations import BankDetails, Organization, Service, Supplier, Tariff
from models.payments import Payment
from models.people import Agreement, ApiToken, Consent, LoginAlias, Registration, Session, StaffRole, User
from models.places import House, Premises
from models.statements import Statement, StatementLine

__all__ = [
    "AccountCode", "AccountFacts", "Agreement", "AllocationChoice", "ApiToken", "AuditRecord", "BankDetails",
    "Charge", "Consent", "Contract", "DataReport", "DebtCertificate", "Document",
    "HookCall", "House", "HouseMeter", "HouseReading", "IdempotencyKey", "ImportChange", "ImportFile", "ImportProblem", "ImportProfile", "ImportRun",
    "ImportUpload", "Installation", "JobRun", "LedgerEntry", "Letter", "LoginAlias", "MailedSecret", "Mailing", "Membership", "Meter", "MeterEvent",
    "MeterRegister", "Organization", "Payment", "PeriodClosing", "PersonalAccount", "Premises", "ProofBudget", "Reading", "Registration", "Service", "Session",
    "SpentChallenge", "StaffRole", "Statement", "StatementLine", "Subscription", "Supplier", "Tariff", "User",
]  # fmt: skip

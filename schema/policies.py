"""Who may see each field, in one table. The schema is not built while a field has no row here: deny by default.

Which rows exist for a viewer is decided where rows are fetched (resolvers/scope.py); a policy decides what of such a row is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema

from models.enums import Right, TokenScope
from models.errors import SignInRequired
from resolvers.imports.runs import may_import
from resolvers.memberships import manages
from resolvers.outgoing import may_read_letters
from resolvers.statement_versions import may_look_back
from schema.context import Context
from schema.personal_types import PERSONAL
from schema.plain_types import LISTS, PLAIN


class Policy(Enum):
    PUBLIC = "anybody, strangers too"
    SIGNED_IN = "a viewer; the rows that exist for this viewer"
    WITH_PARENT = "whoever sees the object that it belongs to"
    NAMES = "whoever sees the object that it belongs to, but for a stranger's look-up; null otherwise"
    STATEMENTS = "READ_MONEY, and SEE_MONEY now or once: months that touch the days in which it held; null otherwise"
    MONEY = "as STATEMENTS, but for a stranger's look-up; null otherwise"
    MONEY_TODAY = "READ_MONEY, and SEE_MONEY today, but for a stranger's look-up; null otherwise"
    READINGS = "READ_READINGS; null otherwise"
    IN_PERSON = "the person himself, not by a token; null otherwise"
    MEMBERS = "MANAGE_MEMBERS today, in person; null otherwise"
    STAFF = "the organization's staff; null otherwise"
    STAFF_IN_PERSON = "the organization's staff, in person; null otherwise"
    PERSON = "somebody who is signed in, in person and with no token; null otherwise"
    IMPORTS = "the organization's staff, or its own system with IMPORT_REGISTERS; null otherwise"


P = Policy

POLICIES: dict[str, dict[str, Policy]] = {
    "Query": {
        "viewer": P.PUBLIC,
        "organization": P.PUBLIC,
        "organizationByHost": P.PUBLIC,
        "organizations": P.PUBLIC,
        "humanCheck": P.PUBLIC,
        **dict.fromkeys(("agreement", "loginPreview", "pendingRegistration", "recoveryForm"), P.PUBLIC),
        "emailChange": P.PUBLIC,
        "invitation": P.PUBLIC,
        "node": P.SIGNED_IN,
        "account": P.SIGNED_IN,
        "accounts": P.SIGNED_IN,
        "contract": P.SIGNED_IN,
        "contracts": P.SIGNED_IN,
    },
    "Mutation": {
        "signIn": P.PUBLIC,
        "findAccount": P.PUBLIC,
        **dict.fromkeys(("registerUser", "resendConfirmation", "confirmRegistration", "requestRecovery", "recoverPassword"), P.PUBLIC),
        "signOut": P.SIGNED_IN,
        "submitReadings": P.SIGNED_IN,
        **dict.fromkeys(("confirmEmail", "cancelEmailChange"), P.PUBLIC),
        **dict.fromkeys(("updateProfile", "changeEmail", "withdrawEmailChange", "changePassword", "endSession", "endOtherSessions"), P.SIGNED_IN),
        **dict.fromkeys(("inviteMember", "revokeInvitation", "acceptInvitation", "changeMember", "revokeMember", "unlinkAccount"), P.SIGNED_IN),
        **dict.fromkeys(("createToken", "revokeToken", "reportMistake", "settleReport", "deleteUser", "setSubscriptions", "withdrawConsent"), P.SIGNED_IN),
        **dict.fromkeys(("startImport", "approveImport", "discardImport", "undoImport", "saveImportProfile"), P.SIGNED_IN),
        "retryLetter": P.SIGNED_IN,
        **dict.fromkeys(("linkAccount", "requestStepUp", "issueAccountCode", "setAccessRules"), P.SIGNED_IN),
    },
    "Account": {
        **dict.fromkeys(("id", "number", "kind", "organization", "branch", "may", "address", "premises", "residents"), P.WITH_PARENT),
        **dict.fromkeys(("contract", "holderName"), P.NAMES),
        **dict.fromkeys(("area", "irrigatedArea", "tariffGroup", "ownership", "readingWindow", "meters"), P.WITH_PARENT),
        **dict.fromkeys(("members", "invitations"), P.MEMBERS),
        "reports": P.PERSON,
        **dict.fromkeys(("balance", "balanceAsOf", "inTransit"), P.MONEY_TODAY),
        **dict.fromkeys(("statement", "statementPeriods", "statements"), P.STATEMENTS),
        **dict.fromkeys(("charges", "payments", "consumption"), P.MONEY),
        "readings": P.READINGS,
        "statementVersions": P.STAFF,
    },
    "Contract": {
        **dict.fromkeys(("id", "number", "payerName", "organization", "recipients", "may"), P.WITH_PARENT),
        **dict.fromkeys(("members", "invitations"), P.MEMBERS),
        "balance": P.MONEY_TODAY,
        **dict.fromkeys(("statement", "statementPeriods"), P.MONEY),
    },
    "Organization": {
        **dict.fromkeys(("accent", "contacts", "currency", "id", "languages", "lookUp", "name", "readingWindow", "slug", "timezone"), P.WITH_PARENT),
        **dict.fromkeys(("importProfile", "importRuns"), P.IMPORTS),
        **dict.fromkeys(("letters", "dataReports"), P.STAFF_IN_PERSON),
        **dict.fromkeys(("streets", "street", "house", "flat", "stepUpTarget"), P.PERSON),
        "linkRules": P.WITH_PARENT,
        "accessRules": P.STAFF_IN_PERSON,
    },
    "StatementHead": {
        **dict.fromkeys(("address", "area", "branch", "irrigatedArea", "ownership", "residents", "tariffGroup"), P.WITH_PARENT),
        **dict.fromkeys(("contractNumber", "holderName"), P.NAMES),
    },
    "User": {
        **dict.fromkeys(("email", "id", "language", "login", "name"), P.WITH_PARENT),
        **dict.fromkeys(
            ("freeLogin", "kind", "phone", "taxNumber", "newEmail", "sessions", "tokens", "subscriptions", "consents", "memberships", "wantedLink"), P.IN_PERSON
        ),
    },
    "MeterRegister": {
        **dict.fromkeys(("id", "meter", "zone", "unit", "integerDigits", "fractionDigits"), P.WITH_PARENT),
        **dict.fromkeys(("lastReading", "previousReading", "currentReading"), P.READINGS),
    },
}
# Objects that show nothing beyond the field that gave them: each field of theirs, by name, goes with it.
_PLAIN = PERSONAL | {
    "Agreement": "language publishedAt text textHash version versions",
    "ConfirmRegistrationDone": "already invitation login loginTaken",
    "LoginPreview": "afterLinking login",
    "PendingRegistration": "askedAt confirmed email invitation kind login",
    "RecoverPasswordDone": "login",
    "RecoveryForm": "asks login",
    "RegisterUserDone": "email login registration",
    "RequestRecoveryDone": "done",
    "ResendConfirmationDone": "done",
    "Charge": (
        "amount basis correctsPeriod id isGroup paid parent period quantity recalculation service shortfallAmount shortfallDays "
        "socialNormAmount supplier tariff tariffWithTax taxPercent tier unit zone"
    ),
    "ConfirmationRequired": "problems understood",
    "ContractRow": "account charge position recipientName tariffGroup",
    "ContractStatement": "asOf period rows state total totals",
    "ContractTotal": "amount quantity service",
    "ApproveImportDone": "run",
    "DiscardImportDone": "run",
    "HumanCheck": "expiresAt image proofOfWork",
    "FindAccountDone": "expiresAt numbers token",
    "House": "id locality number street",
    "ImportAccounts": "changed counts new vanished",
    "ImportChanges": "changed new same vanished",
    "ImportCode": "amount code count message severity",
    "ImportDetails": "charged paid recalculation",
    "ImportFigures": "charged closing compensation opening paid penalty recalculation",
    "ImportFile": "changed delimiter encoding kind name refused rows sha256 taken warned",
    "ImportHold": "code limit message subject value",
    "ImportMonth": "after before chainBreaks details period statements",
    "ImportPayments": "amount changed matched new withdrawn",
    "ImportProblem": "code column file line message row severity",
    "ImportProgress": "done stage total",
    "ImportReadings": "changed new",
    "ImportRun": (
        "approvable codes error files finishedAt held id number organizationSlug preview problems progress source startedAt state summary undoing "
        "undoneAt who working"
    ),
    "ImportSummary": "accounts months payments readings rows",
    "SaveImportProfileDone": "registers",
    "StartImportDone": "run",
    "UndoImportDone": "run",
    "Letter": "attempts id language message nextTryAt queuedAt recipient retriable sentAt serverSaid state title trouble",
    "RetryLetterDone": "letter",
    "LookUpRules": "isOffered proof streets",
    "Meter": "id inlet installedOn place refusal registers removedOn resource serial state verificationDueOn verificationOverdue",
    "Money": "amount currency",
    "MonthlyConsumption": "period resource volume",
    "PageInfo": "endCursor hasNextPage",
    "Payment": "amount channel document fee id paidOn state",
    "Premises": "flat flatPrefix house id",
    "Problem": "code message path registration",
    "Quantity": "unit value",
    "Reading": "consumption display id previous receiptNumber register source sourceLabel state submittedAt takenOn value",
    "ReadingReceipt": "number reading",
    "ReadingWindow": "closesOn daysLeft isOpen opensOn period",
    "Rejected": "problems",
    "Service": "id name resource",
    "SignInDone": "expiresAt token user",
    "SignOutDone": "done",
    "Statement": (
        "asOf charged charges closing compensation compensationNote derived differences dueOn head lines opening paid penalty period "
        "recalculation recalculations state toPay version volumes"
    ),
    "StatementLine": "charged closing compensation derived opening paid penalty recalculation service",
    "SubmitReadingsDone": "receipts",
    "StatementVersion": "asOf charged charges closing compensation opening paid penalty recalculation until version",
    "Supplier": "id name",
    "SupplierDifference": "amount reason service",
    "UnderstoodReading": "consumption path previous register value",
    "UnitPrice": "amount currency per taxIncluded",
    "Viewer": "kind organization organizations scopes user",
    "Volume": "fromOn fromValue inlet place resource serial toOn toValue volume zone",
}
_LISTS = [
    "Account",
    "Charge",
    "Contract",
    "DataReport",
    "ContractRow",
    "ImportProblem",
    "ImportRun",
    "Letter",
    "Organization",
    "Payment",
    "Reading",
    "Statement",
]
POLICIES |= {name: dict.fromkeys(fields.split(), P.WITH_PARENT) for name, fields in (_PLAIN | PLAIN).items()}
POLICIES |= {f"{name}Connection": dict.fromkeys(("edges", "nodes", "pageInfo"), P.WITH_PARENT) for name in (*_LISTS, *LISTS)}
POLICIES |= {f"{name}Edge": dict.fromkeys(("cursor", "node"), P.WITH_PARENT) for name in (*_LISTS, *LISTS)}


def enforce(schema: GraphQLSchema) -> None:
    """Put each policy before its field; raises LookupError for a field without one and for a row without field."""
    shown = {name: kind for name, kind in schema.type_map.items() if isinstance(kind, GraphQLObjectType) and not name.startswith("__")}
    problems = []
    for name, kind in shown.items():
        table = POLICIES.get(name, {})
        problems += [f"{name}.{field} has no policy" for field in kind.fields if field not in table]
        problems += [f"{name}.{field} has a policy and no field" for field in table if field not in kind.fields]
        for field, policy in table.items():
            if field in kind.fields and policy in _CHECKS:
                kind.fields[field].resolve = _checked(kind.fields[field].resolve, _CHECKS[policy])
    problems += [f"{name} has policies and no type" for name in POLICIES if name not in shown]
    if problems:
        raise LookupError("; ".join(problems))


def _checked(resolve: Callable[..., Any] | None, check: Callable[[Any, Context], bool]) -> Callable[..., Any]:
    assert resolve is not None

    def checked(root: Any, info: Any, **arguments: Any) -> Any:
        return resolve(root, info, **arguments) if check(root, info.context) else None

    return checked


def _is_signed_in(_root: Any, context: Context) -> bool:
    if context.viewer is None:
        raise SignInRequired
    return True


def _is_no_visitor(_root: Any, context: Context) -> bool:
    return context.viewer is None or not context.viewer.is_visitor


def _has_seen_statements(root: Any, _context: Context) -> bool:
    return any(Right.SEE_MONEY in span.rights for span in root.access.spans)


def _has_seen_money(root: Any, context: Context) -> bool:
    return _is_no_visitor(root, context) and _has_seen_statements(root, context)


def _sees_money(root: Any, context: Context) -> bool:
    return _is_no_visitor(root, context) and bool(root.access.may(Right.SEE_MONEY))


def _reads_readings(_root: Any, context: Context) -> bool:
    return context.viewer is not None and context.viewer.has(TokenScope.READ_READINGS)


def _is_himself(root: Any, context: Context) -> bool:
    return context.viewer is not None and context.viewer.is_person and context.viewer.user_id == root.pk


def _is_person(_root: Any, context: Context) -> bool:
    return context.viewer is not None and context.viewer.user_id is not None and context.viewer.is_person


def _manages_members(root: Any, context: Context) -> bool:
    return context.viewer is not None and manages(context.viewer, root.access)


def _imports(root: Any, context: Context) -> bool:
    return may_import(context.viewer, root.pk)


def _is_staff(root: Any, context: Context) -> bool:
    return may_look_back(context.viewer, root.organization.pk)


def _is_staff_in_person(root: Any, context: Context) -> bool:
    return may_read_letters(context.viewer, root.pk)


_CHECKS: dict[Policy, Callable[[Any, Context], bool]] = {
    Policy.SIGNED_IN: _is_signed_in,
    Policy.NAMES: _is_no_visitor,
    Policy.STATEMENTS: _has_seen_statements,
    Policy.MONEY: _has_seen_money,
    Policy.MONEY_TODAY: _sees_money,
    Policy.READINGS: _reads_readings,
    Policy.IN_PERSON: _is_himself,
    Policy.PERSON: _is_person,
    Policy.MEMBERS: _manages_members,
    Policy.IMPORTS: _imports,
    Policy.STAFF: _is_staff,
    Policy.STAFF_IN_PERSON: _is_staff_in_person,
}

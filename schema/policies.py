"""Who may see each field, in one table. The schema is not built while a field has no row here: deny by default.

Which rows exist for a viewer is decided where rows are fetched (resolvers/scope.py); a policy decides what of such a row is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema

from schema.context import Context
from schema.personal_types import PERSONAL
from schema.plain_types import LISTS, PLAIN
from schema.policy_kinds import CHECKS
from schema.policy_kinds import Policy as Policy
from schema.reading_types import READINGS

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
        **dict.fromkeys(("readingReceipt", "debtCertificate"), P.PUBLIC),
        "node": P.SIGNED_IN,
        "account": P.SIGNED_IN,
        "accounts": P.SIGNED_IN,
        "accountsByIds": P.SIGNED_IN,
        "accountsByNumbers": P.SIGNED_IN,
        "contract": P.SIGNED_IN,
        "contracts": P.SIGNED_IN,
    },
    "Mutation": {
        "signIn": P.PUBLIC,
        "findAccount": P.PUBLIC,
        "unsubscribe": P.PUBLIC,
        **dict.fromkeys(("registerUser", "resendConfirmation", "confirmRegistration", "requestRecovery", "recoverPassword"), P.PUBLIC),
        "signOut": P.SIGNED_IN,
        "submitReadings": P.SIGNED_IN,
        **dict.fromkeys(("submitReadingsBulk", "parseReadings"), P.SIGNED_IN),
        **dict.fromkeys(("confirmEmail", "cancelEmailChange"), P.PUBLIC),
        **dict.fromkeys(("updateProfile", "changeEmail", "withdrawEmailChange", "changePassword", "endSession", "endOtherSessions"), P.SIGNED_IN),
        **dict.fromkeys(("inviteMember", "revokeInvitation", "acceptInvitation", "changeMember", "revokeMember", "unlinkAccount"), P.SIGNED_IN),
        **dict.fromkeys(("createToken", "revokeToken", "reportMistake", "settleReport", "deleteUser", "setSubscriptions", "withdrawConsent"), P.SIGNED_IN),
        **dict.fromkeys(("startImport", "approveImport", "discardImport", "undoImport", "saveImportProfile"), P.SIGNED_IN),
        **dict.fromkeys(
            ("retryLetter", "judgeReadings", "setReadingHook", "closePeriod", "reopenPeriod", "setBankDetails", "setPayingRules", "issueDebtCertificate"),
            P.SIGNED_IN,
        ),
        **dict.fromkeys(("startMailing", "pauseMailing", "setBillMailing", "mailBill", "issueBillCodes"), P.SIGNED_IN),
        **dict.fromkeys(("recordMeterEvent", "replaceMeter", "installMeter", "withdrawMeterEvent"), P.SIGNED_IN),
        **dict.fromkeys(("attachDocument", "saveHouseMeter", "recordHouseReading"), P.SIGNED_IN),
        **dict.fromkeys(("linkAccount", "requestStepUp", "issueAccountCode", "setAccessRules", "setReadingRules", "setHouseWindow"), P.SIGNED_IN),
    },
    "Account": {
        **dict.fromkeys(("id", "number", "kind", "organization", "branch", "may", "address", "premises", "residents"), P.WITH_PARENT),
        **dict.fromkeys(("contract", "holderName"), P.NAMES),
        **dict.fromkeys(("area", "irrigatedArea", "tariffGroup", "ownership", "readingWindow", "meters", "heatMeter", "needsHeatPrintout"), P.WITH_PARENT),
        "documents": P.DOCUMENTS,
        **dict.fromkeys(("members", "invitations"), P.MEMBERS),
        "reports": P.PERSON,
        **dict.fromkeys(("balance", "balanceAsOf", "inTransit", "settlement", "certificates"), P.MONEY_TODAY),
        **dict.fromkeys(("statement", "statementPeriods", "statements"), P.STATEMENTS),
        **dict.fromkeys(("charges", "payments", "consumption", "charged", "movements", "reconciliation", "statementVersions"), P.MONEY),
        **dict.fromkeys(("readings", "readingHistory", "meterConsumption", "receiptSheet"), P.READINGS),
        "readingForm": P.SENDING,
    },
    "Contract": {
        **dict.fromkeys(("id", "number", "payerName", "organization", "recipients", "may"), P.WITH_PARENT),
        **dict.fromkeys(("members", "invitations"), P.MEMBERS),
        **dict.fromkeys(("balance", "settlement"), P.MONEY_TODAY),
        **dict.fromkeys(("statement", "statementPeriods", "payments", "movements", "reconciliation"), P.MONEY),
    },
    "Organization": {
        **dict.fromkeys(
            ("accent", "contacts", "currency", "id", "languages", "lookUp", "name", "readingWindow", "slug", "timezone", "tariffs", "bankDetails"),
            P.WITH_PARENT,
        ),
        **dict.fromkeys(("importProfile", "importRuns"), P.IMPORTS),
        **dict.fromkeys(
            ("letters", "dataReports", "readingHook", "payingRules", "periods", "registerDifferences", "mailings", "billMailing"), P.STAFF_IN_PERSON
        ),
        "readings": P.JUDGES,
        **dict.fromkeys(("streets", "street", "house", "flat", "stepUpTarget"), P.PERSON),
        "linkRules": P.WITH_PARENT,
        **dict.fromkeys(("accessRules", "readingRules", "houseWindows", "houseWindow"), P.STAFF_IN_PERSON),
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
    "House": {**dict.fromkeys(("id", "locality", "number", "organization", "street"), P.WITH_PARENT), "meters": P.READINGS},
    "MeterRegister": {
        **dict.fromkeys(("id", "meter", "zone", "unit", "integerDigits", "fractionDigits"), P.WITH_PARENT),
        **dict.fromkeys(("lastReading", "previousReading", "currentReading", "refusedReading", "history", "consumption"), P.READINGS),
    },
    "Meter": {
        **dict.fromkeys(("account", "id", "inlet", "installedOn", "place", "refusal", "registers", "removedOn"), P.WITH_PARENT),
        **dict.fromkeys(("resource", "serial", "state", "successor"), P.WITH_PARENT),
        **dict.fromkeys(("verificationDueOn", "verificationDueSoon", "verificationOverdue"), P.WITH_PARENT),
        **dict.fromkeys(("history", "consumption", "events"), P.READINGS),
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
        "amount basis correctsPeriod id isGroup monthsByAverage paid parent period quantity recalculation service shortfallAmount shortfallDays "
        "socialNormAmount supplier tariff tariffWithTax taxPercent tier unit zone"
    ),
    "ContractRow": "account charge position recipientName tariffGroup",
    "ContractStatement": "asOf compared correctedLater correctsEarlier penalty period recalculation rows state total totalWithPenalty totals",
    "ContractTotal": "amount quantity recalculation service",
    "ApproveImportDone": "run",
    "DiscardImportDone": "run",
    "HumanCheck": "expiresAt image proofOfWork",
    "FindAccountDone": "expiresAt numbers token",
    "ImportRun": (
        "approvable codes error files finishedAt held id number organizationSlug preview problems progress source startedAt state summary undoing "
        "undoneAt who working"
    ),
    "SaveImportProfileDone": "registers",
    "StartImportDone": "run",
    "UndoImportDone": "run",
    "Letter": "attempts id language message nextTryAt queuedAt recipient retriable sentAt serverSaid state title trouble",
    "RetryLetterDone": "letter",
    "LookUpRules": "isOffered proof streets",
    "Money": "amount currency",
    "MonthCorrection": "amount period",
    "MonthlyConsumption": "period resource volume",
    "PageInfo": "endCursor hasNextPage",
    "Payment": "allocations amount channel document fee id paidOn state",
    "Premises": "flat flatPrefix house id",
    "Problem": "code message path registration",
    "Quantity": "unit value",
    "Rejected": "problems",
    "Service": "id name resource",
    "SignInDone": "expiresAt token user",
    "SignOutDone": "done",
    "Statement": (
        "asOf bill charged charges closedWith closing compared compensation compensationNote correctedLater correctsEarlier derived "
        "differences dueOn forMonth head lines opening paid penalty period "
        "recalculation recalculations state toPay version volumes"
    ),
    "StatementLine": "charged closing compensation derived opening paid penalty recalculation service",
    "StatementVersion": "asOf charged charges closing compensation opening paid penalty recalculation until version",
    "Supplier": "id name",
    "SupplierDifference": "amount reason service",
    "UnitPrice": "amount currency per taxIncluded",
    "Viewer": "kind organization organizations scopes user",
    "Volume": "fromOn fromValue inlet place resource serial toOn toValue volume zone",
}
_LISTS = [
    "Account",
    "Charge",
    "Contract",
    "DataReport",
    "Document",
    "ContractRow",
    "ImportProblem",
    "ImportRun",
    "Letter",
    "Organization",
    "Payment",
    "Reading",
    "Statement",
]
POLICIES |= {name: dict.fromkeys(fields.split(), P.WITH_PARENT) for name, fields in (_PLAIN | PLAIN | READINGS).items()}
POLICIES["Reading"] |= dict.fromkeys(("previous", "consumption"), P.FORMER)
POLICIES["UnderstoodReading"] |= dict.fromkeys(("previous", "previousOn", "consumption"), P.READINGS)
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
            if field in kind.fields and policy in CHECKS:
                kind.fields[field].resolve = _checked(kind.fields[field].resolve, CHECKS[policy])
    problems += [f"{name} has policies and no type" for name in POLICIES if name not in shown]
    if problems:
        raise LookupError("; ".join(problems))


def _checked(resolve: Callable[..., Any] | None, check: Callable[[Any, Context], bool]) -> Callable[..., Any]:
    assert resolve is not None

    def checked(root: Any, info: Any, **arguments: Any) -> Any:
        return resolve(root, info, **arguments) if check(root, info.context) else None

    checked.plan_guard = (check, resolve)  # type: ignore[attr-defined]  # for compiled operations: calls `resolve` alone when the check holds
    return checked

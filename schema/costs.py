"""What a document costs before it runs: a point for each row that it may read, counted from its `first` arguments.

Value types cost nothing; a list without pages is priced by its usual size. Fragments and aliases count as often as they are executed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

MOST_DEPTH = 12
MOST_FIELDS = 1000
MOST_ALIASES = 60
MOST_DIRECTIVES = 40
MOST_REPEATED = 10  # checking that repetitions agree takes the square of their number
LARGEST_PAGE = 100
FREE = {
    "StartMailingDone", "PauseMailingDone", "SetBillMailingDone", "MailBillDone", "IssueBillCodesDone",
    "BankDetails", "Bill", "SetBankDetailsDone", "UnsubscribeDone",
    "ClosePeriodDone", "ReopenPeriodDone", "JudgeReadingsDone", "ReadingHook", "SetReadingHookDone", "RecordHouseReadingDone", "SaveHouseMeterDone",
    "AttachDocumentDone", "InstallMeterDone", "RecordMeterEventDone", "ReplaceMeterDone", "WithdrawMeterEventDone",
    "AccessRules", "IssueAccountCodeDone", "LinkAccountDone", "LinkRules", "RequestStepUpDone", "SetAccessRulesDone",
    "ApproveImportDone", "ChangePart", "ConfirmationRequired", "DiscardImportDone", "Edge", "ImportAccounts", "ImportChanges", "ImportDetails", "ImportFigures",
    "ImportHold", "ImportPayments", "ImportProgress", "ImportReadings", "ImportSummary", "Money", "PageInfo", "Problem", "Quantity", "ReadingWindow",
    "Rejected", "SaveImportProfileDone", "Service", "SignInDone", "SignOutDone", "StartImportDone", "StatementHead", "SubmitReadingsDone", "Supplier",
    "ParseReadingsDone", "ReadingChoice", "SubmitReadingsBulkDone",
    "Allocation", "DebtAge", "Turnover", "PayingRules", "SetPayingRulesDone", "IssueDebtCertificateDone", "PublicCertificate", "ServiceBalance",
    "ReadingForm", "ReadingRules", "SetHouseWindowDone", "SetReadingRulesDone", "UndoImportDone", "UnitPrice", "Viewer", "WindowDays",
}  # fmt: skip
INTROSPECTED = 5  # each selection inside __schema or __type lists types, fields or arguments: the usual query has some forty
USUAL_SIZE = {
    "Query.accountsByIds": 30,
    "Query.accountsByNumbers": 100,
    "IssueBillCodesDone.codes": 100,
    "Account.charged": 24,
    "MonthCharged.services": 6,
    "Account.certificates": 2,
    "Account.consumption": 12,
    "Movements.months": 12,
    "Account.meterConsumption": 4,
    "Account.meters": 4,
    "Meter.events": 6,
    "House.meters": 3,
    "HouseMeter.readings": 24,
    "MeterEvent.values": 1,
    "Account.statementVersions": 3,
    "MeterRegister.consumption": 24,
    "PlaceConsumption.months": 12,
    "ZoneConsumption.months": 12,
    "ContractStatement.totals": 4,
    "Statement.charges": 8,
    "StatementVersion.charges": 8,
    "Statement.recalculations": 2,
    "Statement.volumes": 4,
    "ContractStatement.correctedLater": 1,
    "ContractStatement.correctsEarlier": 1,
    "Statement.differences": 1,
    "Statement.correctedLater": 1,
    "Statement.correctsEarlier": 1,
    "Statement.lines": 3,
    "StatementChange.lines": 8,
    "StatementChange.parts": 3,
    "LineChange.parts": 3,
    "ContractChange.parts": 3,
    "ContractMovements.months": 12,
    "Contract.settlement": 5,
    "Contract.movements": 5,
    "Contract.reconciliation": 5,
    "RecipientChange.parts": 3,
    "RecipientChange.lines": 3,
    "Account.invitations": 1,
    "Account.members": 2,
    "Account.reports": 1,
    "Contract.invitations": 1,
    "Contract.members": 2,
    "User.memberships": 3,
    "User.consents": 2,
    "User.sessions": 4,
    "User.subscriptions": 4,
    "User.tokens": 2,
    "Viewer.organizations": 2,
    "ImportRun.codes": 6,
    "ImportRun.files": 8,
    "ImportSummary.months": 2,
    "Mutation.submitReadingsBulk": 100,  # rows are judged and written together, in a fixed number of statements
    "ParseReadingsDone.understood": 4,
    "ReadingChoice.readings": 2,
    "ReadingQuestion.choices": 3,
    "ParseReadingsDone.questions": 2,
    "Mutation.parseReadings": 2,
    "SubmitReadingsDone.receipts": 4,
    "Account.receiptSheet": 4,
    "JudgeReadingsDone.rows": 50,
    "ConfirmationRequired.understood": 4,
}


@dataclass(slots=True, eq=False)
class Cost:
    """`own` points, and those of the children as many times as `first` (a number, or a variable's name) or `size` says."""

    own: int = 0
    size: int = 1
    first: int | str | None = None
    children: list[Cost] = field(default_factory=list)

    def points(self, variables: Mapping[str, Any]) -> int:
        times = self._times(variables.get(self.first) if isinstance(self.first, str) else self.first or self.size)
        return self.own + times * sum(child.points(variables) for child in self.children)

    def settle(self) -> bool:
        """Where no variable decides, count the points once, here, and forget the children. Whether that was so."""
        open_children = sum(not child.settle() for child in self.children)
        if open_children or isinstance(self.first, str):
            return False
        self.own, self.children = self.points({}), []
        return True

    @staticmethod
    def _times(wanted: object) -> int:
        return min(max(wanted, 1), LARGEST_PAGE) if isinstance(wanted, int) else LARGEST_PAGE


@dataclass(frozen=True, slots=True)
class Plan:
    """The price of each operation of a document, and the defaults of its own variables."""

    operations: dict[str | None, Cost]
    defaults: dict[str | None, dict[str, int]]

    def cost(self, operation: str | None, variables: Mapping[str, Any] | None) -> int:
        name = operation if operation in self.operations else next(iter(self.operations))
        return max(1, self.operations[name].points({**self.defaults[name], **(variables or {})}))


def measured(schema: GraphQLSchema, document: DocumentNode) -> tuple[Plan, list[GraphQLError]]:
    """The plan, and what is beyond the limits of depth, fields, aliases, directives and repetition."""
    walk = _Walk(schema, document)
    operations: dict[str | None, Cost] = {}
    defaults: dict[str | None, dict[str, int]] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            name = definition.name.value if definition.name else None
            operations[name] = walk.selections(definition.selection_set, root, (name or "",), ())
            operations[name].settle()
            given = [(one.variable.name.value, one.default_value) for one in definition.variable_definitions or ()]
            defaults[name] = {variable: int(value.value) for variable, value in given if isinstance(value, IntValueNode)}
    return Plan(operations, defaults), walk.problems()


class _Walk:
    """Walks a document as it is executed, fragments unfolded, until the allowance of fields is spent."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
        self._paths: Counter[tuple[str, ...]] = Counter()
        self._fields = self._aliases = self._directives = 0
        self._too_deep = False

    def problems(self) -> list[GraphQLError]:
        repeated = max(self._paths.values(), default=0)
        wrong = {
            f"The document is nested more than {MOST_DEPTH} levels deep.": self._too_deep,
            f"The document executes more than {MOST_FIELDS} fields.": self._fields > MOST_FIELDS,
            f"The document has more than {MOST_ALIASES} aliases.": self._aliases > MOST_ALIASES,
            f"The document has more than {MOST_DIRECTIVES} directives.": self._directives > MOST_DIRECTIVES,
            f"The document selects one field more than {MOST_REPEATED} times.": repeated > MOST_REPEATED,
        }
        return [GraphQLError(message) for message, is_so in wrong.items() if is_so]

    def selections(self, node: SelectionSetNode, parent: Any, path: tuple[str, ...], inside: tuple[str, ...]) -> Cost:
        """The cost of what is selected of `parent` at `path`; `inside` names the fragments that this selection stands in."""
        cost = Cost()
        for selection in node.selections:
            self._fields += 1
            self._directives += len(selection.directives or ())
            if self._fields > MOST_FIELDS:
                break
            if isinstance(selection, FieldNode):
                cost.children.append(self._field(selection, parent, path, inside))
            elif isinstance(selection, InlineFragmentNode):
                condition = self._schema.get_type(selection.type_condition.name.value) if selection.type_condition else parent
                cost.children.append(self.selections(selection.selection_set, condition, path, inside))
            else:
                assert isinstance(selection, FragmentSpreadNode)
                cost.children.append(self._fragment(selection.name.value, path, inside))
        return cost

    def _fragment(self, name: str, path: tuple[str, ...], inside: tuple[str, ...]) -> Cost:
        fragment = self._fragments.get(name)
        if fragment is None or name in inside:
            return Cost()  # validation tells about unknown and circular fragments
        condition = self._schema.get_type(fragment.type_condition.name.value)
        return self.selections(fragment.selection_set, condition, path, (*inside, name))

    def _field(self, node: FieldNode, parent: Any, path: tuple[str, ...], inside: tuple[str, ...]) -> Cost:
        name, inner_path = node.name.value, (*path, (node.alias or node.name).value)
        self._paths[inner_path] += 1
        self._aliases += node.alias is not None
        if node.selection_set is None:
            return Cost()
        if parent is None or name.startswith("__") or parent.name.startswith("__"):  # introspection goes deeper than data, and never on for ever
            return Cost(INTROSPECTED, children=[self.selections(node.selection_set, None, inner_path, inside)])
        if len(path) > MOST_DEPTH:
            self._too_deep = True
            return Cost()
        known = parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        kind = get_named_type(known.type) if known else None
        size = USUAL_SIZE.get(f"{parent.name}.{name}", 1) if parent else 1
        own = 0 if kind is None or kind.name in FREE or name == "edges" else size
        first = _first(node) if kind is not None and kind.name.endswith("Connection") else None
        return Cost(own, size, first, [self.selections(node.selection_set, kind, inner_path, inside)])


def _first(node: FieldNode) -> int | str:
    for argument in node.arguments or ():
        if argument.name.value == "first":
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                return argument.value.name.value
    return LARGEST_PAGE

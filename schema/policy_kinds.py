"""What a policy asks before it shows a field; schema/policies.py says which field has which."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from models.enums import Right, TokenScope
from models.errors import SignInRequired
from resolvers.documents import sees_documents
from resolvers.imports.runs import may_import
from resolvers.judging import may_see_queue
from resolvers.memberships import manages
from resolvers.outgoing import may_read_letters
from schema.context import Context


class Policy(Enum):
    PUBLIC = "anybody, strangers too"
    SIGNED_IN = "a viewer; the rows that exist for this viewer"
    WITH_PARENT = "whoever sees the object that it belongs to"
    NAMES = "whoever sees the object that it belongs to, but for look-ups and letters' links; null otherwise"
    STATEMENTS = "READ_MONEY, and SEE_MONEY now or once: months that touch the days in which it held; null otherwise"
    MONEY = "as STATEMENTS, but for look-ups and letters' links; null otherwise"
    MONEY_TODAY = "READ_MONEY, and SEE_MONEY today, but for look-ups and letters' links; null otherwise"
    READINGS = "READ_READINGS; null otherwise"
    FORMER = "READ_READINGS or JUDGE_READINGS; null otherwise"
    SENDING = "SUBMIT_READINGS, and SEND_READINGS today; null otherwise"
    IN_PERSON = "the person himself, not by a token; null otherwise"
    MEMBERS = "MANAGE_MEMBERS today, in person; null otherwise"
    DOCUMENTS = "READ_READINGS, and SEND_READINGS today; null otherwise"
    STAFF_IN_PERSON = "the organization's staff, in person; null otherwise"
    PERSON = "somebody who is signed in, in person and with no token; null otherwise"
    JUDGES = "the organization's staff in person, or its own system with READ_ACCOUNTS and JUDGE_READINGS or READ_READINGS; null otherwise"
    IMPORTS = "the organization's staff, or its own system with IMPORT_REGISTERS; null otherwise"


def _is_signed_in(_root: Any, context: Context) -> bool:
    if context.viewer is None:
        raise SignInRequired
    return True


def _is_no_guest(_root: Any, context: Context) -> bool:
    return context.viewer is None or not context.viewer.is_guest


def _has_seen_statements(root: Any, _context: Context) -> bool:
    return any(Right.SEE_MONEY in span.rights for span in root.access.spans)


def _has_seen_money(root: Any, context: Context) -> bool:
    return _is_no_guest(root, context) and _has_seen_statements(root, context)


def _sees_money(root: Any, context: Context) -> bool:
    return _is_no_guest(root, context) and bool(root.access.may(Right.SEE_MONEY))


def _reads_readings(_root: Any, context: Context) -> bool:
    return context.viewer is not None and context.viewer.has(TokenScope.READ_READINGS)


def _reads_or_judges(_root: Any, context: Context) -> bool:
    return context.viewer is not None and (context.viewer.has(TokenScope.READ_READINGS) or context.viewer.has(TokenScope.JUDGE_READINGS))


def _sends_readings(root: Any, _context: Context) -> bool:
    return bool(root.access.may(Right.SEND_READINGS))


def _sees_documents(root: Any, context: Context) -> bool:
    return sees_documents(context.viewer, root)


def _is_himself(root: Any, context: Context) -> bool:
    return context.viewer is not None and context.viewer.is_person and context.viewer.user_id == root.pk


def _is_person(_root: Any, context: Context) -> bool:
    return context.viewer is not None and context.viewer.user_id is not None and context.viewer.is_person


def _manages_members(root: Any, context: Context) -> bool:
    return context.viewer is not None and manages(context.viewer, root.access)


def _imports(root: Any, context: Context) -> bool:
    return may_import(context.viewer, root.pk)


def _judges(root: Any, context: Context) -> bool:
    return may_see_queue(context.viewer, root.pk)


def _is_staff_in_person(root: Any, context: Context) -> bool:
    return may_read_letters(context.viewer, root.pk)


CHECKS: dict[Policy, Callable[[Any, Context], bool]] = {
    Policy.SIGNED_IN: _is_signed_in,
    Policy.NAMES: _is_no_guest,
    Policy.STATEMENTS: _has_seen_statements,
    Policy.MONEY: _has_seen_money,
    Policy.MONEY_TODAY: _sees_money,
    Policy.READINGS: _reads_readings,
    Policy.FORMER: _reads_or_judges,
    Policy.SENDING: _sends_readings,
    Policy.DOCUMENTS: _sees_documents,
    Policy.IN_PERSON: _is_himself,
    Policy.PERSON: _is_person,
    Policy.MEMBERS: _manages_members,
    Policy.IMPORTS: _imports,
    Policy.JUDGES: _judges,
    Policy.STAFF_IN_PERSON: _is_staff_in_person,
}

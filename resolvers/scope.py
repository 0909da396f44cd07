"""The one predicate that decides which accounts exist for a viewer. ORM querysets and set-based SQL both take it."""

from __future__ import annotations

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import Contract, PersonalAccount
from models.enums import TokenScope
from resolvers.viewer import Viewer


def accounts(viewer: Viewer) -> QuerySet[PersonalAccount]:
    """The accounts that exist for the viewer; everything else about accounts hangs on one of these."""
    return PersonalAccount.filter(_accounts_q(viewer))


def contracts(viewer: Viewer) -> QuerySet[Contract]:
    return Contract.filter(_contracts_q(viewer))


def accounts_sql(viewer: Viewer, alias: str = "a") -> str:
    """The same predicate for hand-written SQL over `personal_account AS alias`. It holds only integers, hence no parameters."""
    if not viewer.has(TokenScope.READ_ACCOUNTS):
        return "1 = 0"
    account_ids, contract_ids = _granted(viewer)
    wanted = ((f"{alias}.id", account_ids), (f"{alias}.contract_id", contract_ids), (f"{alias}.organization_id", sorted(viewer.organization_ids)))
    parts = [f"{column} IN ({', '.join(str(int(i)) for i in ids)})" for column, ids in wanted if ids]
    return f"({' OR '.join(parts)})" if parts else "1 = 0"


def _accounts_q(viewer: Viewer) -> Q:
    if not viewer.has(TokenScope.READ_ACCOUNTS):
        return Q(id__in=[])
    account_ids, contract_ids = _granted(viewer)
    return Q(id__in=account_ids) | Q(contract_id__in=contract_ids) | Q(organization_id__in=sorted(viewer.organization_ids))


def _contracts_q(viewer: Viewer) -> Q:
    if not viewer.has(TokenScope.READ_ACCOUNTS):
        return Q(id__in=[])
    return Q(id__in=_granted(viewer)[1]) | Q(organization_id__in=sorted(viewer.organization_ids))


def _granted(viewer: Viewer) -> tuple[list[int], list[int]]:
    return (
        sorted({g.account_id for g in viewer.grants if g.account_id is not None}),
        sorted({g.contract_id for g in viewer.grants if g.contract_id is not None}),
    )

"""What a run of an import changes, or would change: typed from the summary that the run keeps (resolvers/imports/summary.py)."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import field

from adapters.formats import number
from adapters.texts import gettext
from models.period import Period
from resolvers.imports.runs import RunRow
from schema.values import Money


@strawberry.type(description="How many of something a run found, against what was known.")
class ImportChanges:
    new: int = field(description="Not known before.")
    changed: int = field(description="Known, and said otherwise now.")
    same: int = field(description="Known, and said the same.")
    vanished: int = field(description="Known, and no longer in the register. Nothing is deleted.")


@strawberry.type(description="Accounts of a run.")
class ImportAccounts:
    counts: ImportChanges = field(description="How many.")
    new: list[str] = field(description="Numbers of the first new ones.")
    changed: list[str] = field(description="Numbers of the first changed ones.")
    vanished: list[str] = field(description="Numbers of the first vanished ones.")


@strawberry.type(description="Sums over all statements of a month.")
class ImportFigures:
    opening: Money | None = field(description="Due at the start.")
    charged: Money | None = field(description="Charged.")
    recalculation: Money | None = field(description="Recalculated.")
    penalty: Money | None = field(description="Penalties.")
    paid: Money | None = field(description="Paid.")
    compensation: Money | None = field(description="Compensations.")
    closing: Money | None = field(description="Due at the end.")


@strawberry.type(description="What the detail registers of a month come to: control totals of its statements.")
class ImportDetails:
    charged: Money | None = field(description="The sum of charges.")
    recalculation: Money | None = field(description="The sum of recalculations.")
    paid: Money | None = field(description="The sum of payments.")


@strawberry.type(description="A month that a run is about.")
class ImportMonth:
    period: Period = field(description="The month.")
    statements: ImportChanges = field(description="Its statements.")
    before: ImportFigures | None = field(description="Totals as they were; null where the month was not known.")
    after: ImportFigures | None = field(description="Totals as they are after the run.")
    chain_breaks: int = field(description="Statements whose opening is not the closing before it.")
    details: ImportDetails = field(description="Control totals.")
    posted_in: Period | None = field(description="The month is closed, and this open one takes in what the run posts about it; null where nothing of the kind.")
    posted_later: Money | None = field(description="What these entries come to: by how much the run corrects the closed month.")


@strawberry.type(description="Payments of a run.")
class ImportPayments:
    new: int = field(description="Not known before.")
    changed: int = field(description="Known, with another sum now.")
    matched: int = field(description="Made here and now confirmed by the register.")
    withdrawn: int = field(description="Taken back.")
    amount: Money | None = field(description="The sum of those in the register.")


@strawberry.type(description="Readings of a run.")
class ImportReadings:
    new: int = field(description="Not known before.")
    changed: int = field(description="Known, with another value now.")


@strawberry.type(description="What a run changes, or would change.")
class ImportSummary:
    accounts: ImportAccounts = field(description="Accounts.")
    months: list[ImportMonth] = field(description="Months, oldest first.")
    payments: ImportPayments = field(description="Payments.")
    readings: ImportReadings = field(description="Readings.")
    rows: int = field(description="Rows read.")


@strawberry.type(description="A threshold that a run has passed.")
class ImportHold:
    code: str = field(description="`refused_share` (too many rows of a file refused) or `total_moved` (a month's total moved too far).")
    subject: str = field(description="The file or month.")
    value: str = field(description="Percent.")
    limit: str = field(description="The organization's threshold, in percent.")
    message: str = field(description="The same for people.")


CHANGES = ("new", "changed", "same", "vanished")
FIGURES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")


class SummaryOf:
    """The kept summary as the schema shows it. What an older release did not keep counts as nothing."""

    def __init__(self, run: RunRow) -> None:
        self._run, self._kept = run, run.summary or {}
        self.rows = int(self._kept.get("rows") or 0)

    @property
    def accounts(self) -> ImportAccounts:
        found = self._kept.get("accounts") or {}
        examples = found.get("examples") or {}
        return ImportAccounts(counts=_changes(found), **{name: [str(one) for one in examples.get(name) or ()] for name in ("new", "changed", "vanished")})

    @property
    def months(self) -> list[ImportMonth]:
        return [self._month(one) for one in self._kept.get("months") or ()]

    @property
    def payments(self) -> ImportPayments:
        found = self._kept.get("payments") or {}
        counts = {name: int(found.get(name) or 0) for name in ("new", "changed", "matched", "withdrawn")}
        return ImportPayments(**counts, amount=self._run.money(found.get("amount")))  # type: ignore[arg-type]

    @property
    def readings(self) -> ImportReadings:
        found = self._kept.get("readings") or {}
        return ImportReadings(new=int(found.get("new") or 0), changed=int(found.get("changed") or 0))

    def _month(self, one: dict[str, Any]) -> ImportMonth:
        later = one.get("posted_later") or {}
        return ImportMonth(
            period=Period.parse(one["period"]),
            statements=_changes(one.get("statements") or {}),
            before=self._figures(one.get("before")),
            after=self._figures(one.get("after")),
            chain_breaks=int(one.get("chain_breaks") or 0),
            details=ImportDetails(**{name: self._run.money((one.get("details") or {}).get(name)) for name in ("charged", "recalculation", "paid")}),  # type: ignore[arg-type]
            posted_in=Period.parse(later["period"]) if later else None,
            posted_later=self._run.money(later.get("amount")),  # type: ignore[arg-type]
        )

    def _figures(self, found: dict[str, Any] | None) -> ImportFigures | None:
        return ImportFigures(**{name: self._run.money(found.get(name)) for name in FIGURES}) if found else None  # type: ignore[arg-type]


def holds_of(run: RunRow) -> list[ImportHold]:
    return [_hold(one) for one in (run.summary or {}).get("held") or ()]


def _hold(one: dict[str, Any]) -> ImportHold:
    subject = str(one.get("subject") or one.get("file") or one.get("period") or "")
    value, limit = f"{one.get('value'):g}", f"{one.get('limit'):g}"
    shown = {"subject": subject, "value": number(value), "limit": number(limit)}
    texts = {
        "refused_share": gettext("%(value)s %% of the rows of %(subject)s would be refused, the threshold is %(limit)s %%.", **shown),
        "total_moved": gettext("The total of %(subject)s would move by %(value)s %%, the threshold is %(limit)s %%.", **shown),
    }
    return ImportHold(code=str(one["code"]), subject=subject, value=value, limit=limit, message=texts.get(one["code"], str(one["code"])))


def _changes(found: dict[str, Any]) -> ImportChanges:
    return ImportChanges(**{name: int(found.get(name) or 0) for name in CHANGES})

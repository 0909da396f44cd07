"""Files that people have sent about an account."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, field

from models.meter_enums import DocumentKind
from models.period import Period
from resolvers.accounts import accounts_by_ids
from resolvers.document_uploads import Attachment, attach
from resolvers.documents import DocumentRow
from resolvers.meters import meters_by_ids
from schema import ids
from schema import meter_enums as meter_enums
from schema.context import Info
from schema.results import Rejected
from schema.values import Node

if TYPE_CHECKING:
    from schema.accounts import Account
    from schema.meters import Meter


@strawberry.type(description="A file that was sent about an account. Its bytes are at `/o/<slug>/documents/<id>`, for whoever sees it here.")
class Document(Node):
    kind: DocumentKind = field(description="What it shows.")
    period: Period | None = field(description="Of a print-out: the month that it is for.")
    name: str = field(description="What its sender called it, cleaned for showing.")
    media_type: str = field(description="`application/pdf`, `image/jpeg` or `image/png`, by its content.")
    size: int = field(description="Bytes.")
    by_staff: bool = field(description="Whether staff sent it.")
    uploaded_at: dt.datetime = field(description="When it came.")

    @field(description="Opaque and stable.")
    def id(root: Parent[DocumentRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("doc", root.pk))

    @field(description="Of which account.")
    async def account(root: Parent[DocumentRow], info: Info) -> Annotated[Account, strawberry.lazy("schema.accounts")] | None:  # noqa: N805
        return await info.context.loaders.by_id(accounts_by_ids, root.account_pk)

    @field(description="About which meter, where it is about one.")
    async def meter(root: Parent[DocumentRow], info: Info) -> Annotated[Meter, strawberry.lazy("schema.meters")] | None:  # noqa: N805
        return await info.context.loaders.by_id(meters_by_ids, root.meter_pk) if root.meter_pk is not None else None

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, DocumentRow)


@strawberry.input(description="A file that came, and what it is for.")
class AttachDocumentInput:
    account: strawberry.ID = field(description="The account.")
    upload: str = field(description="What the door `/o/<slug>/documents` answered when the file was sent there, by the same sender within a day.")
    kind: DocumentKind = field(description="What it shows.")
    idempotency_key: str = field(description="1 to 100 characters, new for each new form.")
    period: Period | None = field(default=None, description="For HEAT_PRINTOUT: its month; that of the reading window when omitted.")
    meter: strawberry.ID | None = field(default=None, description="About which meter.")
    event: strawberry.ID | None = field(default=None, description="Which event of a meter it shows, for staff.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The file is kept with the account.")
class AttachDocumentDone:
    document: Document | None = field(description="The file; null with `validateOnly`.")


AttachDocumentResult = Annotated[AttachDocumentDone | Rejected, strawberry.union("AttachDocumentResult", description="How it ends.")]
TheFile = Annotated[AttachDocumentInput, strawberry.argument(description="The file, and what it is for.")]


@strawberry.type
class DocumentMutations:
    @field(
        description="Put a file to an account, with the right to send readings. The same file for the same purpose again is the one that is there. "
        "Codes: UNKNOWN_UPLOAD, INVALID, DATE_OUTSIDE_PERIOD, UNKNOWN_METER, TOO_MANY_ROWS (30 files a day), REQUIRED, TOO_LONG, KEY_REUSED."
    )
    async def attach_document(self, info: Info, input: TheFile) -> AttachDocumentResult:  # noqa: A002
        context = info.context
        given = Attachment(
            account_pk=ids.pk_or_0(input.account, "acc"), upload=input.upload, kind=input.kind, key=input.idempotency_key, period=input.period,
            meter_pk=ids.pk_or_0(input.meter, "mtr") if input.meter is not None else None,
            event_pk=ids.pk_or_0(input.event, "evt") if input.event is not None else None, validate_only=input.validate_only,
        )  # fmt: skip
        return AttachDocumentDone(document=await attach(context.signed_in, given, context.now, context.fixed_today))  # type: ignore[arg-type]

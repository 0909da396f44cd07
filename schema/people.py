"""What hangs on a person and is shown to that person alone: sessions, tokens, subscriptions, consents."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Parent, field

from adapters.texts import gettext
from models.enums import TokenScope, Topic
from resolvers.accounts import accounts_by_ids
from resolvers.devices import SessionRow
from resolvers.personal_tokens import TokenRow
from resolvers.registration import WantedLink as WantedRow
from resolvers.subscriptions import ConsentRow, SubscriptionRow
from schema import ids
from schema.accounts import Account
from schema.context import Info


@strawberry.type(description="A place where the person is signed in.")
class Session:
    created_at: dt.datetime = field(description="When it began.")
    last_used_at: dt.datetime = field(description="When it was last used, to the hour.")
    expires_at: dt.datetime = field(description="When it ends at the latest.")
    is_this: bool = field(description="Whether it is the one that asks.")

    @field(description="Opaque and stable.")
    def id(root: Parent[SessionRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("ses", root.pk))

    @field(description="Browser and system in words of the viewer's language: «Chrome на Android».")
    def device(root: Parent[SessionRow]) -> str:  # noqa: N805
        if root.browser and root.system:
            return gettext("%(browser)s on %(system)s", browser=root.browser, system=root.system)
        return root.browser or root.system or gettext("Unknown device")


@strawberry.type(description="What a person named when registering and has not linked yet.")
class WantedLink:
    @field(description="The organization's name in addresses.")
    def organization_slug(root: Parent[WantedRow]) -> str:  # noqa: N805
        return root.slug

    @field(description="The account's number.")
    def account_number(root: Parent[WantedRow]) -> str | None:  # noqa: N805
        return root.account_number or None

    @field(description="The contract's number.")
    def contract_number(root: Parent[WantedRow]) -> str | None:  # noqa: N805
        return root.contract_number or None


@strawberry.type(description="What the link of a letter about a change of e-mail would do.")
class EmailChange:
    email: str = field(description="The address that it would make the person's own.")
    is_confirmation: bool = field(description="Whether it confirms the new address; else it puts the old one back.")


@strawberry.type(description="A personal API token. Its text is shown once, when it is made.")
class ApiToken:
    label: str = field(description="What the person calls it.")
    hint: str = field(description="How its text begins.")
    scopes: list[TokenScope] = field(description="What it may be used for.")
    created_at: dt.datetime = field(description="When it was made.")
    expires_at: dt.datetime | None = field(description="When it ends; null: when it is revoked.")
    last_used_at: dt.datetime | None = field(description="When it was last used, to the hour; null: never.")
    is_over: bool = field(description="Whether it has expired.")

    @field(description="Opaque and stable.")
    def id(root: Parent[TokenRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("tok", root.pk))


@strawberry.type(description="Something that the person wants mailed.")
class Subscription:
    topic: Topic = field(description="What.")
    created_at: dt.datetime = field(description="Since when.")

    @field(description="Of which account; null: of all, those that come later too.")
    async def account(root: Parent[SubscriptionRow], info: Info) -> Account | None:  # noqa: N805
        return await info.context.loaders.by_id(accounts_by_ids, root.account_pk) if root.account_pk is not None else None


@strawberry.type(description="That the person agreed to a version of the agreement.")
class Consent:
    version: str = field(description="Which version.")
    language: str = field(description="In which language it was read.")
    given_at: dt.datetime = field(description="When it was given.")
    withdrawn_at: dt.datetime | None = field(description="When it was withdrawn; null: it stands.")

    @field(description="Opaque and stable.")
    def id(root: Parent[ConsentRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("cns", root.pk))

"""Who asks: viewer, user, and signing in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import Parent, field

from models.enums import AccountKind, TokenScope
from resolvers.devices import sessions_of
from resolvers.memberships import memberships_of
from resolvers.organizations import organizations_by_ids, organizations_of
from resolvers.personal_tokens import tokens_of
from resolvers.profile import personal_data
from resolvers.registration import wanted_link
from resolvers.sessions import SignedIn, UserRow, user_by_id
from resolvers.subscriptions import consents_of, subscriptions_of
from resolvers.viewer import Viewer as ViewerValue
from resolvers.viewer import ViewerKind
from schema import ids
from schema.context import Info
from schema.human_checks import HumanCheckInput
from schema.loaders import listed, reads
from schema.organizations import Organization
from schema.values import Node

if TYPE_CHECKING:
    from schema.members import Membership
    from schema.people import ApiToken, Consent, Session, Subscription, WantedLink


@strawberry.type(description="A login identity.")
class User(Node):
    login: str = field(description="The login that signs in everywhere: the one chosen, else the e-mail.")
    email: str = field(description="The e-mail, which signs in too.")
    name: str | None = field(description="The name.")
    language: str | None = field(description="The language chosen: `ru`, `kk`, `en`.")

    @field(description="Opaque and stable.")
    def id(root: Parent[UserRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("usr", root.pk))

    @field(description="The free login; null where none was chosen.")
    async def free_login(root: Parent[UserRow], info: Info) -> str | None:  # noqa: N805
        return (await _personal(root, info)).free_login

    @field(description="A person, or a legal entity.")
    async def kind(root: Parent[UserRow], info: Info) -> AccountKind | None:  # noqa: N805
        return (await _personal(root, info)).kind

    @field(description="The mobile number, `+77011234567`.")
    async def phone(root: Parent[UserRow], info: Info) -> str | None:  # noqa: N805
        return (await _personal(root, info)).phone

    @field(description="IIN, BIN or INN, as the person says.")
    async def tax_number(root: Parent[UserRow], info: Info) -> str | None:  # noqa: N805
        return (await _personal(root, info)).tax_number

    @field(description="The e-mail that waits for its confirmation.")
    async def new_email(root: Parent[UserRow], info: Info) -> str | None:  # noqa: N805
        return (await _personal(root, info)).new_email

    @field(description="Where the person is signed in: this place first, then the last used.")
    async def sessions(root: Parent[UserRow], info: Info) -> list[Annotated[Session, strawberry.lazy("schema.people")]] | None:  # noqa: N805
        return await info.context.loaders.of(sessions_of, root, info.context.now) or []

    @field(description="Personal API tokens that are not revoked, the newest first.")
    async def tokens(root: Parent[UserRow], info: Info) -> list[Annotated[ApiToken, strawberry.lazy("schema.people")]] | None:  # noqa: N805
        return await info.context.loaders.of(tokens_of, root, info.context.now) or []

    @field(description="What the person wants mailed.")
    @reads(subscriptions_of)
    def subscriptions(root: Parent[UserRow], info: Info) -> list[Annotated[Subscription, strawberry.lazy("schema.people")]] | None:  # noqa: N805
        return info.context.loaders.answer(subscriptions_of, root, then=listed)

    @field(description="What the person named when registering and has not linked yet.")
    async def wanted_link(root: Parent[UserRow]) -> Annotated[WantedLink, strawberry.lazy("schema.people")] | None:  # noqa: N805
        return await wanted_link(root.pk)  # type: ignore[return-value]

    @field(description="To which accounts and contracts the person is linked, past links too.")
    @reads(memberships_of)
    def memberships(root: Parent[UserRow], info: Info) -> list[Annotated[Membership, strawberry.lazy("schema.members")]] | None:  # noqa: N805
        return info.context.loaders.answer(memberships_of, root, then=listed)

    @field(description="What the person agreed to, the newest first.")
    @reads(consents_of)
    def consents(root: Parent[UserRow], info: Info) -> list[Annotated[Consent, strawberry.lazy("schema.people")]] | None:  # noqa: N805
        return info.context.loaders.answer(consents_of, root, then=listed)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, UserRow)


async def _personal(root: UserRow, info: Info) -> Any:
    return await info.context.loaders.of(personal_data, root, info.context.now)


@strawberry.type(description="Who asks.")
class Viewer:
    kind: ViewerKind = field(description="A resident, staff, or a partner's system.")

    @field(description="The person; null for a partner's system.")
    async def user(root: Parent[ViewerValue]) -> User | None:  # noqa: N805
        return await user_by_id(root.user_id) if root.user_id is not None else None  # type: ignore[return-value]

    @field(description="The organization that staff or a partner's system works for.")
    async def organization(root: Parent[ViewerValue]) -> Organization | None:  # noqa: N805
        if not root.organization_ids:
            return None
        chosen = min(root.organization_ids)
        return (await organizations_by_ids([chosen])).get(chosen)  # type: ignore[return-value]

    @field(description="The organizations at which the viewer has accounts or contracts, or had, and those that the viewer works for.")
    async def organizations(root: Parent[ViewerValue]) -> list[Organization]:  # noqa: N805
        return await organizations_of(root)  # type: ignore[return-value]

    @field(description="What this session or token may be used for.")
    def scopes(root: Parent[ViewerValue]) -> list[TokenScope]:  # noqa: N805
        return [scope for scope in TokenScope if scope in root.scopes]


@strawberry.input(description="How to sign in.")
class SignInInput:
    login: str = field(description="E-mail, login, or an account's or contract's login within the organization.")
    password: str = field(description="The password, exactly as it was chosen.")
    organization_slug: str | None = field(default=None, description="The organization on whose pages this happens.")
    remember: bool = field(default=False, description="Stay signed in for 90 days instead of one.")
    human_check: HumanCheckInput | None = field(default=None, description="The answer to `humanCheck(door: SIGN_IN)`, where it was asked for.")


@strawberry.type(description="Signed in.")
class SignInDone:
    token: str = field(description="The session: a cookie for pages, a bearer token for apps. Shown once.")
    expires_at: dt.datetime = field(description="When it ends at the latest; 14 days without use end it sooner.")
    user: User = field(description="Who signed in.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, SignedIn)


@strawberry.type(description="Signed out.")
class SignOutDone:
    done: bool = field(description="Whether there was a session to end.")

"""``abonent organization | user | membership | token``: what an operator sets up by hand."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, TypeVar

import typer

from jobs.console import Stop, opened, out
from resolvers.organizations import create_organization, set_thresholds
from resolvers.tokens import create_token
from resolvers.users import create_user, grant_membership

Result = TypeVar("Result")

organization = typer.Typer(no_args_is_help=True, help="Suppliers: the tenants of this installation.")
user = typer.Typer(no_args_is_help=True, help="People who sign in.")
membership = typer.Typer(no_args_is_help=True, help="Which user may see which account or contract.")
token = typer.Typer(no_args_is_help=True, help="Bearer tokens of /graphql.")


@organization.command("create")
def organization_create(
    slug: Annotated[str, typer.Option(help="its name in addresses: /o/SLUG/")],
    name: Annotated[str, typer.Option(help="its name for people")],
    currency: Annotated[str, typer.Option(help="KZT or RUB")],
    timezone: Annotated[str, typer.Option(help="such as Asia/Almaty")],
) -> None:
    """Make an organization."""
    made = _run(create_organization(slug, name, currency, timezone))
    out.print(f"Made organization {made.slug}.")


@organization.command("thresholds")
def organization_thresholds(
    slug: Annotated[str, typer.Argument(help="the organization")],
    refused: Annotated[int, typer.Option(min=0, max=100, help="percent of a file's rows that may be refused; 100 never holds")] = 20,
    moved: Annotated[int, typer.Option(min=0, max=10_000, help="percent by which charges may move; 0 never holds")] = 50,
) -> None:
    """Say what holds an import until a person has looked at it."""
    _run(set_thresholds(slug, None if refused == 100 else refused, moved or None))
    out.print(f"Imports of {slug} are held above {refused} % refused rows, or where charges move by more than {moved} %.", markup=False)


@user.command("create")
def user_create(
    login: Annotated[str, typer.Option(help="a letter first; not like an account or contract number")],
    email: Annotated[str, typer.Option()],
    password: Annotated[str, typer.Option(help="8 to 128 characters")],
    staff: Annotated[str | None, typer.Option(metavar="SLUG", help="the organization that the user works for")] = None,
) -> None:
    """Make a user who can sign in."""
    made = _run(create_user(login, email, password, staff))
    out.print(f"Made user {made.login}.", markup=False)


@membership.command("grant")
def membership_grant(
    login: Annotated[str, typer.Argument(help="login or e-mail of the user")],
    slug: Annotated[str, typer.Argument(help="the organization")],
    number: Annotated[str | None, typer.Argument(help="account number")] = None,
    contract: Annotated[str | None, typer.Option(help="contract number, instead of an account")] = None,
) -> None:
    """Let a user see an account, or all recipients of a contract."""
    if (number is None) == (contract is None):
        raise Stop("Name either an account number or --contract with its number.", status=2)
    _run(grant_membership(login, slug, number, contract))
    out.print(f"Granted {'contract ' + contract if contract else 'account ' + str(number)} to {login}.", markup=False)


@token.command("create")
def token_create(
    user: Annotated[str | None, typer.Option(metavar="LOGIN", help="the token sees what this user sees")] = None,
    organization: Annotated[str | None, typer.Option(metavar="SLUG", help="the token sees all accounts there")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="what it may be used for, repeatable; everything when omitted")] = None,
) -> None:
    """Make a bearer token and print it, alone and once."""
    if (user is None) == (organization is None):
        raise Stop("Name either --user or --organization.", status=2)
    text = _run(create_token(user, organization, scope or ()))
    print(text)  # noqa: T201 - the token alone, for scripts


def _run(work: Awaitable[Result]) -> Result:
    async def inside() -> Result:
        async with opened():
            return await work

    try:
        return asyncio.run(inside())
    finally:
        if asyncio.iscoroutine(work):
            work.close()  # where the database could not be opened it has never run

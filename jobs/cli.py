"""``abonent``: the command line. A composition root: here alone the rooms are put together."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from tortoise.exceptions import DBConnectionError, OperationalError

from adapters import logs
from jobs.commands import agreements, bills, codes, imports, letters, outbox, paying, people, reading_rules, registers
from jobs.console import Stop, err, opened, out, progress, run_long, sentence
from models import database
from models.errors import AbonentError
from settings import Misconfigured, Mode, settings

SNAPSHOT = Path(__file__).parent.parent / "schema" / "schema.graphql"

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Abonent: a subscriber's cabinet.")
app.add_typer(people.organization, name="organization")
app.add_typer(people.user, name="user")
app.add_typer(people.membership, name="membership")
app.add_typer(people.token, name="token")
app.add_typer(agreements.agreement, name="agreement")
app.add_typer(imports.imports, name="imports")
app.command("import")(registers.import_registers)
people.organization.command("access")(codes.access)
people.organization.command("readings")(reading_rules.readings)
people.organization.command("paying")(paying.paying)
app.command("codes")(codes.codes)
app.command("bills")(bills.bills)
app.command("mail")(letters.mail)
app.command("letters")(outbox.letters)


def main() -> None:
    """Run a command; what its user did wrong is one sentence on standard error, never a traceback."""
    try:
        app()
    except Misconfigured as error:
        _leave(*error.problems, status=2)
    except Stop as error:
        _leave(str(error), status=error.status)
    except AbonentError as error:
        _leave(sentence(error))
    except (DBConnectionError, OperationalError, sqlite3.DatabaseError, asyncpg.PostgresError, OSError) as error:
        _leave(f"The database or a file cannot be used: {error}")


@app.command()
def migrate() -> None:
    """Bring the database to this release's schema. Safe to repeat, and from two places at once."""
    url = settings().database
    with progress() as bars:
        task = bars.add_task("Migrating", total=None)
        steps = asyncio.run(database.migrate(url, lambda *step: bars.update(task, description=f"Migrating: {' '.join(map(str, step))}")))
    out.print(f"{steps} {'step' if steps == 1 else 'steps'} run." if steps else "The database is up to date.")


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="0.0.0.0 to be seen from other machines")] = "127.0.0.1",
) -> None:
    """Serve the pages and /graphql."""
    run_long(_serve(host, port))


@app.command()
def worker(once: Annotated[bool, typer.Option(help="do what is due and end")] = False) -> None:
    """Do the periodic work: run one beside the web processes, or several."""
    from jobs.serving import work

    logs.configure()
    run_long(work(once=once))


@app.command()
def check() -> None:
    """Recompute every balance and statement chain; exits with 1 where something is damaged."""
    raise typer.Exit(asyncio.run(registers.check()))


@app.command()
def schema(
    write: Annotated[bool, typer.Option("--write", help="write the snapshot, schema/schema.graphql")] = False,
    compare: Annotated[bool, typer.Option("--check", help="exit with 1 where the snapshot differs")] = False,
) -> None:
    """Print the GraphQL schema, or keep its snapshot."""
    from schema.snapshot import text

    now = text()
    if write:
        SNAPSHOT.write_text(now, encoding="utf-8")
    elif compare:
        if not SNAPSHOT.exists() or SNAPSHOT.read_text(encoding="utf-8") != now:
            raise Stop("schema/schema.graphql is not what the code says. If the change is meant: make schema")
    else:
        print(now, end="")  # noqa: T201 - for pipes


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    data: Annotated[Path, typer.Option(help="the demo's own folder")] = Path("data/demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="start over")] = False,
) -> None:
    """Try it: a water utility with 2,000 accounts over 14 months, imported and served."""
    from jobs.demo import Demo

    run_long(Demo(data.resolve(), port).run(_serve, fresh=fresh))


async def _serve(host: str, port: int, started: Callable[[int], object] | None = None) -> None:
    from jobs.serving import serve as serving
    from web.app import create_app

    logs.configure("WARNING" if settings().mode is Mode.DEMO else "INFO")  # the demo's terminal shows its sign-ins
    async with opened():
        pass  # what keeps the pages from working is told here, not by their first visitor
    await serving(create_app(), host, port, started or (lambda bound: out.print(f"Serving on http://{host}:{bound}")))


def _leave(*sentences: str, status: int = 1) -> None:
    for line in sentences:
        err.print(line, style="bold red", markup=False)
    sys.exit(status)


if __name__ == "__main__":
    main()

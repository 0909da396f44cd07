"""What the database itself refuses, beyond what migrations can say on both databases.

Triggers keep the ledger append-only and out of closed months, partial unique indexes let one version of a thing be current, and rows that belong to an
account or a contract belong to exactly one. All of it is (re)created after every migration, because SQLite's table rebuilds
drop such things silently, and verified at start-up and by `abonent check`.
"""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

_LEDGER = "ledger_entry"
_FORMER = ("ledger_entry_one_per_charge",)  # a charge that comes back after an import was undone is posted once more
_ONE_OWNER = (_LEDGER, "payment", "membership")  # tables whose rows have account_id or contract_id, never both or none
_CURRENT = {  # index: (table and columns, condition)
    "membership_user_account": ("membership (user_id, account_id)", "until_on IS NULL AND account_id IS NOT NULL"),
    "membership_user_contract": ("membership (user_id, contract_id)", "until_on IS NULL AND contract_id IS NOT NULL"),
    "subscription_all": ("subscription (user_id, topic)", "account_id IS NULL"),
    "subscription_account": ("subscription (user_id, topic, account_id)", "account_id IS NOT NULL"),
    "agreement_own": ("agreement (version, language)", "organization_id IS NULL"),
    "agreement_organization": ("agreement (organization_id, version, language)", "organization_id IS NOT NULL"),
    "reading_current_day": ("reading (register_id, taken_on, source)", "is_current AND NOT by_resident"),
    "reading_current_resident": ("reading (register_id, period)", "is_current AND by_resident"),
    # unique by its id anyway: the queue of readings to judge is found by it, however many readings registers have brought
    "reading_to_judge": ("reading (organization_id, state, id)", "is_current AND submitted_at IS NOT NULL"),
    "house_reading_current": ("house_reading (meter_id, taken_on)", "is_current"),
    "charge_current_key": ("charge (account_id, period, key)", "is_current"),
    "statement_current": ("statement (account_id, period)", "is_current"),
    "payment_current_key": ("payment (account_id, key)", "is_current AND account_id IS NOT NULL"),
    "payment_current_contract_key": ("payment (contract_id, key)", "is_current AND contract_id IS NOT NULL"),
    "ledger_entry_account_key": ("ledger_entry (account_id, key)", "account_id IS NOT NULL"),
    "ledger_entry_contract_key": ("ledger_entry (contract_id, key)", "contract_id IS NOT NULL"),
    "ledger_entry_one_reversal": ("ledger_entry (reverses_id)", "reverses_id IS NOT NULL"),
    # unique by its id anyway, and small: only what came about closed months
    "ledger_entry_late": ("ledger_entry (account_id, posted_in, id)", "posted_in IS NOT NULL"),
    "period_closing_standing": ("period_closing (organization_id, period)", "reopened_at IS NULL"),
}


async def create(connection: BaseDBAsyncClient) -> None:
    """Create what is missing or stands by name only, drop what earlier releases kept; harmless to repeat."""
    for name in _FORMER:
        await connection.execute_script(f"DROP INDEX IF EXISTS {name}")
    for name in await missing(connection):
        await connection.execute_script(_drop(name, _is_sqlite(connection)))
    for statement in _SQLITE if _is_sqlite(connection) else (*_INDEXES.values(), *_POSTGRES):
        await connection.execute_script(statement)


async def missing(connection: BaseDBAsyncClient) -> list[str]:
    """Names of guards that should stand and do not, are disabled, or stand and say something else."""
    listed = await connection.execute_query_dict(_LIST_SQLITE if _is_sqlite(connection) else _LIST_POSTGRES)
    standing = {row["name"]: _plain(row["definition"]) for row in listed}
    expected = _expected_of_sqlite() if _is_sqlite(connection) else _expected_of_postgres()
    return [name for name, definition in expected.items() if standing.get(name) != _plain(definition)]


def _is_sqlite(connection: BaseDBAsyncClient) -> bool:
    return bool(connection.capabilities.dialect == "sqlite")


def _plain(definition: str | None) -> str:
    """A definition without what databases add or leave out: quotes of names, white space, IF NOT EXISTS."""
    return " ".join((definition or "").replace('"', "").replace(" IF NOT EXISTS", "").split())


def _expected_of_sqlite() -> dict[str, str]:
    """Guards by name, each as `sqlite_master` keeps its text."""
    return {statement.split(" IF NOT EXISTS ")[1].split()[0]: statement for statement in _SQLITE}


def _expected_of_postgres() -> dict[str, str]:
    """Guards by name, as _LIST_POSTGRES says them: a trigger with its function's text, a constraint, that an index is unique."""
    triggers = {f"{_LEDGER}_no_{verb}": f"{_trigger(verb)} {_BODY}" for verb in ("update", "delete", "truncate")}
    triggers[_NOT_INTO_CLOSED] = f"{_TRIGGER_CLOSED} {_BODY_CLOSED}"
    owners = dict.fromkeys((f"{table}_one_owner" for table in _ONE_OWNER), "CHECK (((account_id IS NULL) <> (contract_id IS NULL)))")
    return {**dict.fromkeys(_CURRENT, "UNIQUE"), **triggers, **owners}


def _drop(name: str, sqlite: bool) -> str:
    """What makes room for a guard. On PostgreSQL triggers are replaced where they stand."""
    if name in _CURRENT:
        return f"DROP INDEX IF EXISTS {name}"
    if sqlite:
        return f"DROP TRIGGER IF EXISTS {name}"
    if name.endswith("_one_owner"):
        return f"ALTER TABLE {name.removesuffix('_one_owner')} DROP CONSTRAINT IF EXISTS {name}"
    return f"DROP TRIGGER IF EXISTS {name} ON {_LEDGER}"


def _trigger(verb: str) -> str:
    each = "STATEMENT" if verb == "truncate" else "ROW"
    return f"CREATE TRIGGER {_LEDGER}_no_{verb} BEFORE {verb.upper()} ON {_LEDGER} FOR EACH {each} EXECUTE FUNCTION {_LEDGER}_refuse()"


_LAW = "ledger entries are appended, never changed"
_CLOSED = "no entry is posted into a closed month"
_OWNER = "a row belongs to one account or to one contract"

_NOT_INTO_CLOSED = f"{_LEDGER}_not_into_closed"
_TRIGGER_CLOSED = (  # once for all rows of a statement: imports bring millions
    f"CREATE TRIGGER {_NOT_INTO_CLOSED} AFTER INSERT ON {_LEDGER} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION {_LEDGER}_refuse_closed()"
)
_BODY_CLOSED = f"""BEGIN IF EXISTS (SELECT 1 FROM fresh f JOIN period_closing c ON c.organization_id = f.organization_id
    WHERE c.reopened_at IS NULL AND c.period >= COALESCE(f.posted_in, f.period)) THEN
    RAISE EXCEPTION '{_CLOSED}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL; END"""

_INDEXES = {name: f"CREATE UNIQUE INDEX IF NOT EXISTS {name} ON {target} WHERE {condition}" for name, (target, condition) in _CURRENT.items()}
_SQLITE = (
    *_INDEXES.values(),
    *(
        f"CREATE TRIGGER IF NOT EXISTS {_LEDGER}_no_{verb} BEFORE {verb.upper()} ON {_LEDGER} BEGIN SELECT RAISE(ABORT, '{_LAW}'); END"
        for verb in ("update", "delete")
    ),
    (
        f"CREATE TRIGGER IF NOT EXISTS {_NOT_INTO_CLOSED} BEFORE INSERT ON {_LEDGER} WHEN EXISTS (SELECT 1 FROM period_closing c "
        "WHERE c.organization_id = NEW.organization_id AND c.reopened_at IS NULL AND c.period >= COALESCE(NEW.posted_in, NEW.period)) "
        f"BEGIN SELECT RAISE(ABORT, '{_CLOSED}'); END"
    ),
    *(
        f"CREATE TRIGGER IF NOT EXISTS {table}_one_owner BEFORE INSERT ON {table} "
        f"WHEN (NEW.account_id IS NULL) = (NEW.contract_id IS NULL) BEGIN SELECT RAISE(ABORT, '{_OWNER}'); END"
        for table in _ONE_OWNER
    ),
)
_BODY = f"BEGIN RAISE EXCEPTION '{_LAW}' USING ERRCODE = 'restrict_violation'; END"
_POSTGRES = (
    "ALTER TABLE personal_account SET (fillfactor = 50)",  # every import writes every balance: with room beside it, a row leaves its indexes alone
    f"CREATE OR REPLACE FUNCTION {_LEDGER}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {_BODY} $$",
    *(_trigger(verb).replace("CREATE", "CREATE OR REPLACE", 1) for verb in ("update", "delete", "truncate")),
    f"CREATE OR REPLACE FUNCTION {_LEDGER}_refuse_closed() RETURNS trigger LANGUAGE plpgsql AS $$ {_BODY_CLOSED} $$",
    _TRIGGER_CLOSED.replace("CREATE", "CREATE OR REPLACE", 1),
    *(
        f"""DO $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{table}_one_owner') THEN
            ALTER TABLE {table} ADD CONSTRAINT {table}_one_owner CHECK ((account_id IS NULL) <> (contract_id IS NULL));
        END IF; END $$"""
        for table in _ONE_OWNER
    ),
)
_LIST_SQLITE = "SELECT name, sql AS definition FROM sqlite_master WHERE type IN ('trigger', 'index')"
_LIST_POSTGRES = f"""
    SELECT t.tgname AS name, REPLACE(pg_get_triggerdef(t.oid, true), current_schema() || '.', '') || ' ' || p.prosrc AS definition
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgenabled IN ('O', 'A') AND t.tgrelid = to_regclass('{_LEDGER}')
    UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE convalidated AND connamespace = current_schema()::regnamespace
    UNION ALL SELECT c.relname, CASE WHEN i.indisunique AND i.indisvalid THEN 'UNIQUE' END FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = current_schema()::regnamespace"""

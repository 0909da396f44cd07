"""What the database itself refuses, beyond what migrations can say on both databases.

Triggers keep the ledger append-only, partial unique indexes let one version of a thing be current, and rows that belong to an
account or a contract belong to exactly one. All of it is (re)created after every migration, because SQLite's table rebuilds
drop such things silently, and verified at start-up and by `abonent check`.
"""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

_LEDGER = "ledger_entry"
_ONE_OWNER = (_LEDGER, "payment", "membership")  # tables whose rows have account_id or contract_id, never both or none
_CURRENT = {  # index: (table and columns, condition)
    "membership_user_account": ("membership (user_id, account_id)", "until_on IS NULL AND account_id IS NOT NULL"),
    "membership_user_contract": ("membership (user_id, contract_id)", "until_on IS NULL AND contract_id IS NOT NULL"),
    "reading_current_day": ("reading (register_id, taken_on, source)", "is_current AND NOT by_resident"),
    "reading_current_resident": ("reading (register_id, period)", "is_current AND by_resident"),
    "charge_current_key": ("charge (account_id, period, key)", "is_current"),
    "statement_current": ("statement (account_id, period)", "is_current"),
    "payment_current_key": ("payment (account_id, key)", "is_current AND account_id IS NOT NULL"),
    "ledger_entry_account_key": ("ledger_entry (account_id, key)", "account_id IS NOT NULL"),
    "ledger_entry_contract_key": ("ledger_entry (contract_id, key)", "contract_id IS NOT NULL"),
    "ledger_entry_one_reversal": ("ledger_entry (reverses_id)", "reverses_id IS NOT NULL"),
    "ledger_entry_one_per_charge": ("ledger_entry (charge_id)", "charge_id IS NOT NULL AND reverses_id IS NULL"),
}


async def create(connection: BaseDBAsyncClient) -> None:
    """Create what is missing; harmless to repeat."""
    for name, (target, condition) in _CURRENT.items():
        await connection.execute_script(f"CREATE UNIQUE INDEX IF NOT EXISTS {name} ON {target} WHERE {condition}")
    for statement in _SQLITE if _is_sqlite(connection) else _POSTGRES:
        await connection.execute_script(statement)


async def missing(connection: BaseDBAsyncClient) -> list[str]:
    """Names of guards that should stand and do not, or are disabled."""
    standing = {row["name"] for row in await connection.execute_query_dict(_LIST_SQLITE if _is_sqlite(connection) else _LIST_POSTGRES)}
    return [name for name in _expected(connection) if name not in standing]


def _is_sqlite(connection: BaseDBAsyncClient) -> bool:
    return bool(connection.capabilities.dialect == "sqlite")


def _expected(connection: BaseDBAsyncClient) -> list[str]:
    verbs = ("update", "delete") if _is_sqlite(connection) else ("update", "delete", "truncate")
    return [*_CURRENT, *(f"{_LEDGER}_no_{verb}" for verb in verbs), *(f"{table}_one_owner" for table in _ONE_OWNER)]


_LAW = "ledger entries are appended, never changed"
_OWNER = "a row belongs to one account or to one contract"

_SQLITE = (
    *(
        f"CREATE TRIGGER IF NOT EXISTS {_LEDGER}_no_{verb} BEFORE {verb.upper()} ON {_LEDGER} BEGIN SELECT RAISE(ABORT, '{_LAW}'); END"
        for verb in ("update", "delete")
    ),
    *(
        f"CREATE TRIGGER IF NOT EXISTS {table}_one_owner BEFORE INSERT ON {table} "
        f"WHEN (NEW.account_id IS NULL) = (NEW.contract_id IS NULL) BEGIN SELECT RAISE(ABORT, '{_OWNER}'); END"
        for table in _ONE_OWNER
    ),
)
_POSTGRES = (
    f"""CREATE OR REPLACE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_LAW}' USING ERRCODE = 'restrict_violation'; END $$""",
    *(
        f"CREATE OR REPLACE TRIGGER {_LEDGER}_no_{verb} BEFORE {verb.upper()} ON {_LEDGER} "
        f"FOR EACH {'STATEMENT' if verb == 'truncate' else 'ROW'} EXECUTE FUNCTION ledger_entry_refuse()"
        for verb in ("update", "delete", "truncate")
    ),
    *(
        f"""DO $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{table}_one_owner') THEN
            ALTER TABLE {table} ADD CONSTRAINT {table}_one_owner CHECK ((account_id IS NULL) <> (contract_id IS NULL));
        END IF; END $$"""
        for table in _ONE_OWNER
    ),
)
_LIST_SQLITE = "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'index')"
_LIST_POSTGRES = f"""
    SELECT tgname AS name FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND tgrelid = to_regclass('{_LEDGER}')
    UNION ALL SELECT conname FROM pg_constraint WHERE convalidated AND connamespace = current_schema()::regnamespace
    UNION ALL SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"""

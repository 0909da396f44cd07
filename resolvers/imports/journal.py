"""What a run writes over is kept first, so that the run can be undone as if it had not been."""

from __future__ import annotations

from models import sql

# What imports change in rows that were there before. New rows are known by being newer, or by their file.
KEPT: dict[str, dict[str, str]] = {
    "contract": {"payer_name": "text", "tax_number": "text", "email": "text"},
    "tariff": {"price": "bigint", "price_includes_tax": "boolean", "tax_percent": "int", "unit": "text", "document": "text"},
    "personal_account": {
        "kind": "text",
        "branch": "text",
        "premises_id": "bigint",
        "contract_id": "bigint",
        "heat_meter": "boolean",
        "withdrawn_at": "timestamptz",
    },
    "account_facts": {
        **dict.fromkeys(("surname", "name", "patronymic", "tax_number", "email", "tariff_group", "ownership", "search"), "text"),
        **dict.fromkeys(("area", "irrigated_area", "contract_id"), "bigint"),
        "residents": "int",
    },
    "meter": {
        **dict.fromkeys(("place", "register_state"), "text"),
        "inlet": "int",
        **dict.fromkeys(("installed_on", "verification_due_on", "removed_on"), "date"),
        "withdrawn_at": "timestamptz",
    },
    "meter_register": {"integer_digits": "int", "fraction_digits": "int"},
    "reading": {"is_current": "boolean", "state": "text"},
    "charge": {"is_current": "boolean", "parent_id": "bigint", "corrects_id": "bigint"},
    "payment": {"is_current": "boolean", "state": "text", "register_key": "text", "period": "date"},
    "statement": {"is_current": "boolean"},
}


async def keep(run_id: int, subject: str, ids: str, **values: object) -> None:
    """Before rows of the table `subject` are changed: remember those whose ids the query `ids` gives."""
    said = ", ".join(f"'{column}', t.{column}" for column in KEPT[subject])
    await sql.execute(
        f"""INSERT INTO import_change (run_id, subject, row_id, before)
        SELECT :run, :subject, t.id, CAST(JSON_OBJECT({said}) AS text) FROM {subject} t WHERE t.id IN ({ids})""",
        run=run_id,
        subject=subject,
        **values,
    )

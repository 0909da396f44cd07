"""Between the forms of meters and the mutations' inputs: what each kind of event asks for, and whose field a problem is about."""

from collections.abc import Callable
from typing import Any

from web.forms import rows
from web.typed import Said, Typed

# What staff may record on a form, and the fields that it has beside the day and the note.
KINDS: dict[str, tuple[str, ...]] = {
    "VERIFIED": ("dueOn",),
    "COMMISSIONED": ("seal",),
    "SEALED": ("seal",),
    "UNSEALED": ("seal",),
    "ROLLED_OVER": ("values",),
    "BROKEN": (),
    "REPAIRED": (),
    "REMOVED": ("values",),
}
ZONES = ("day", "night", "peak")
Names = Callable[[Any], list[Said]]
Read = tuple[dict[str, Any], list[Said], Names]


def acted(meter: Any, fields: dict[str, str]) -> tuple[dict[str, Any], list[Said]]:
    """The input of `recordMeterEvent`."""
    typed, kind = Typed(fields), fields.get("kind") if fields.get("kind") in KINDS else "VERIFIED"
    given: dict[str, Any] = {"meter": meter.id, "kind": kind, "happenedOn": typed.day("happenedOn"), **_papers(fields)}
    wants = KINDS[str(kind)]
    if "dueOn" in wants:
        given["dueOn"] = typed.day("dueOn")
    if "seal" not in wants:
        given["seal"] = ""
    if fields.get("reading"):
        given["reading"] = fields["reading"]
    elif "values" in wants:
        given["values"] = [row for row in _dials(fields, "values") if kind == "REMOVED" or row["value"].strip()]
    return given, typed.problems


def replaced(meter: Any, fields: dict[str, str]) -> Read:
    """The input of `replaceMeter`; `names` turns its problems' paths into the form's fields."""
    typed = Typed(fields)
    new, zones = _new(typed)
    given = {"meter": meter.id, "happenedOn": typed.day("happenedOn"), "closing": _dials(fields, "closing"), **new, **_papers(fields)}
    return given, typed.problems, _names(zones)


def installed(account: Any, fields: dict[str, str]) -> Read:
    """The input of `installMeter`."""
    typed = Typed(fields)
    new, zones = _new(typed)
    where = {"inlet": typed.count("inlet"), "place": fields.get("place", ""), "resource": fields.get("resource", "")}
    given = {"account": account.id, "happenedOn": typed.day("happenedOn"), **where, **new, **_papers(fields)}
    return given, typed.problems, _names(zones)


def _new(typed: Typed) -> tuple[dict[str, Any], list[str]]:
    """What is put in: one dial, or one for each zone that has a value."""
    fields = typed.fields
    zones = [zone for zone in ZONES if fields.get(f"opening-{zone}", "").strip()]
    names = [f"opening-{zone}" for zone in zones] or ["opening"]
    opening: list[dict[str, Any]] = [{"zone": zone.upper(), "value": fields[f"opening-{zone}"]} for zone in zones]
    opening = opening or [{"zone": None, "value": fields.get("opening", "")}]
    new = {
        "serial": fields.get("serial", ""), "zones": len(names), "opening": opening, "dueOn": typed.day("dueOn", required=False),
        "integerDigits": typed.count("integerDigits", 5), "fractionDigits": typed.count("fractionDigits", 3),
    }  # fmt: skip
    return new, names


def _papers(fields: dict[str, str]) -> dict[str, str]:
    return {name: fields.get(name, "") for name in ("seal", "note", "idempotencyKey")}


def _dials(fields: dict[str, str], name: str) -> list[dict[str, str]]:
    return [{"register": row.get("register", ""), "value": row.get("value", "")} for row in rows(fields, name).values()]


def _names(zones: list[str]) -> Names:
    def name(path: list[str]) -> tuple[str, ...]:
        if path and path[0] == "opening":
            index = int(path[1]) if len(path) > 1 and path[1].isdigit() else 0
            return (zones[min(index, len(zones) - 1)],)
        return tuple(path)

    return lambda problems: [Said(name([str(part) for part in problem.path]), problem.message, str(problem.code)) for problem in problems]

"""A dial by the name by which people tell it from others."""

from __future__ import annotations

from adapters import formats


def dial_name(resource_code: str, zone_code: str | None, serial: str | None) -> str:
    """«Электроэнергия, ночь, № 31880001»."""
    serial = (serial or "").strip()
    return ", ".join(part for part in (formats.resource(resource_code), formats.zone(zone_code), f"№ {serial}" if serial else "") if part)

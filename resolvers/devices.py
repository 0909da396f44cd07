"""Where a person is signed in: sessions, each with its browser and system, to be ended one by one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from models import Session
from models.database import transaction
from models.errors import NotFound
from resolvers import audit
from resolvers.digests import text_hash
from resolvers.sessions import IDLE, UserRow
from resolvers.subscriptions import end_links
from resolvers.tokens import new_text
from resolvers.viewer import Viewer

# The first that fits says which: browsers name each other's names, systems too.
_BROWSERS = (
    ("YaBrowser/", "Yandex Browser"), ("SamsungBrowser/", "Samsung Internet"), ("MiuiBrowser/", "Mi Browser"), ("HuaweiBrowser/", "Huawei Browser"),
    ("UCBrowser/", "UC Browser"), ("Opera Mini", "Opera Mini"), ("OPR/", "Opera"), ("Opera", "Opera"), ("Edg", "Edge"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("MSIE", "Internet Explorer"),
    ("Trident/", "Internet Explorer"), ("curl/", "curl"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows Phone", "Windows Phone"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"), ("Macintosh", "macOS"), ("KAIOS", "KaiOS"), ("J2ME", "Java"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SessionRow:
    pk: int
    browser: str | None
    system: str | None
    created_at: dt.datetime
    last_used_at: dt.datetime
    expires_at: dt.datetime
    is_this: bool


def device(agent: str) -> tuple[str | None, str | None]:
    """The browser and the system that a User-Agent names: («Chrome», «Android»); None where it names none we know."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), None)
    system = next((name for mark, name in _SYSTEMS if re.search(rf"\b{re.escape(mark)}", agent)), None)
    return browser, system


async def sessions_of(viewer: Viewer, rows: Iterable[UserRow], now: dt.datetime) -> dict[int, list[SessionRow]]:
    """The viewer's own living sessions: this one first, then the last used. One statement."""
    if viewer.user_id not in {row.pk for row in rows}:
        return {}
    found = await Session.filter(user_id=viewer.user_id, expires_at__gt=now, last_used_at__gte=now - IDLE).order_by("-last_used_at").limit(100)
    listed = [_row(session, session.id == viewer.session_id) for session in found]
    return {viewer.user_id or 0: sorted(listed, key=lambda one: not one.is_this)}


async def end_session(viewer: Viewer, pk: int) -> None:
    """Sign out another place, or this one; raises NotFound for a session of somebody else's, as for none."""
    async with transaction():
        if not await Session.filter(id=pk, user_id=viewer.user_id).delete():
            raise NotFound("session")
        await audit.record(viewer.actor, "session.end", f"user:{viewer.user_id}")


async def end_other_sessions(viewer: Viewer) -> int:
    """Sign out everywhere but here, and end the links of reminders; how many places that were."""
    async with transaction():
        await end_links(viewer.user_id)
        ended = await Session.filter(user_id=viewer.user_id).exclude(id=viewer.session_id or 0).delete()
        await audit.record(viewer.actor, "session.end_others", f"user:{viewer.user_id}", ended=ended)
    return ended


async def renewed(session_id: int | None) -> tuple[str, Session] | None:
    """The same session under a new token, in the caller's transaction: whoever had the old one has nothing."""
    found = await Session.get_or_none(id=session_id) if session_id is not None else None
    if found is None:
        return None
    token = new_text()
    await Session.filter(id=found.id).update(token_hash=text_hash(token))
    return token, found


def _row(session: Session, is_this: bool) -> SessionRow:
    return SessionRow(session.id, *device(session.device), session.created_at, session.last_used_at, session.expires_at, is_this)

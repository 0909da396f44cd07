"""`abonent organization readings`, as an operator types it."""

from models import AuditRecord, Organization
from models.enums import OverduePolicy
from models.meter_enums import LatePolicy
from tests import factories as make
from tests.test_cli import abonent


async def test_rules_are_said_and_kept(database):
    await make.organization()
    done = abonent("organization", "readings", "vodokanal", "--first-day", "25", "--last-day", "5", "--late", "review", "--grace", "0", "--overdue", "refuse")
    assert "from day 25 to day 5, 0 minutes of grace" in done.stdout
    of = await Organization.get(slug="vodokanal")
    assert (of.window_first_day, of.window_last_day, of.late_policy, of.form_grace_minutes) == (25, 5, LatePolicy.REVIEW, 0)
    assert (of.overdue_policy, of.verification_notice_days) == (OverduePolicy.REFUSE, 30), "what is left out stays"
    assert "7 days of notice" in abonent("organization", "readings", "vodokanal", "--notice", "7").stdout
    assert [one.actor for one in await AuditRecord.filter(action="organization.readings")] == ["command line"] * 2


async def test_what_cannot_be_is_refused(database):
    await make.organization()
    for wrong in (("--first-day", "32"), ("--late", "drop"), ("--grace", "-1"), ("--notice", "366")):
        abonent("organization", "readings", "vodokanal", *wrong, status=2)
    abonent("organization", "readings", "teplo", "--notice", "7", status=1)
    assert await AuditRecord.filter(action="organization.readings").count() == 0

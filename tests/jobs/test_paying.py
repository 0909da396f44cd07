"""`abonent organization paying`, as an operator types it."""

from models import AuditRecord, Organization
from tests import factories as make
from tests.test_cli import abonent


async def test_when_to_pay_and_when_data_come(database):
    await make.organization()
    assert "to pay by day 25" in abonent("organization", "paying", "vodokanal", "--due-day", "25", "--update-days", "4, 1").stdout
    of = await Organization.get(slug="vodokanal")
    assert (of.payment_due_day, of.update_days) == (25, "1 4")
    assert "no day to pay by. Registers come on weekdays 1 4" in abonent("organization", "paying", "vodokanal", "--due-day", "0").stdout
    assert (await Organization.get(slug="vodokanal")).payment_due_day is None
    abonent("organization", "paying", "vodokanal")
    for wrong, status in ((("--due-day", "32"), 2), (("--update-days", "8"), 1), (("--update-days", "пн"), 1)):
        abonent("organization", "paying", "vodokanal", *wrong, status=status)
    assert await AuditRecord.filter(action="organization.paying").count() == 2

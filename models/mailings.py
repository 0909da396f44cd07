"""Bills by e-mail: one mailing for each organization and month."""

from tortoise import fields
from tortoise.models import Model

from models.mail_enums import MailingState
from models.organizations import Organization


class Mailing(Model):
    """How far the bills of one month have been put into the outbox.

    It goes through the users who asked for bills in the order of their keys. `cursor` is the last one dealt with and moves in the transaction
    that writes the letters, so whatever kills a worker, the next one goes on where that one stood. Begun again it passes through all of them
    once more: who has a letter of the month already gets no other.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    period = fields.DateField()
    state = fields.CharEnumField(MailingState, max_length=8, default=MailingState.RUNNING)
    cursor = fields.BigIntField(default=0)
    subscribers = fields.IntField(default=0)  # how many there were when it began
    seen = fields.IntField(default=0)  # of these, dealt with since
    started_by = fields.CharField(max_length=64)  # an actor, as in the audit
    first_started_at = fields.DatetimeField()
    started_at = fields.DatetimeField()  # the last time
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mailing"
        unique_together = (("organization", "period"),)
        indexes = (("state",),)

"""Where things are supplied: houses and the premises in them."""

from tortoise import fields
from tortoise.models import Model

from models.organizations import Organization


class House(Model):
    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    locality = fields.CharField(max_length=120, default="")
    street = fields.CharField(max_length=160, default="")
    number = fields.CharField(max_length=32, default="")
    search = fields.CharField(max_length=320, default="")  # search_key of locality, street and number
    window_first_day = fields.SmallIntField(null=True)  # override of the organization's reading window
    window_last_day = fields.SmallIntField(null=True)

    class Meta:
        table = "house"
        unique_together = (("organization", "locality", "street", "number"),)
        indexes = (("organization_id", "search"),)


class Premises(Model):
    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    house: fields.ForeignKeyRelation[House] = fields.ForeignKeyField("models.House", on_delete=fields.RESTRICT, related_name=False)
    house_id: int
    flat = fields.CharField(max_length=32, default="")
    flat_prefix = fields.CharField(max_length=16, default="")

    class Meta:
        table = "premises"
        unique_together = (("house", "flat", "flat_prefix"),)
        indexes = (("organization_id",),)

"""Every run of an import, its files, and what was said of their rows."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.enums import Severity
from models.organizations import Organization


class ImportRun(Model):
    """`state`: running, done, failed. `who` is a user's id or the words "command line", never a name."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=8, default="running")
    who = fields.CharField(max_length=40)

    class Meta:
        table = "import_run"
        indexes = (("organization_id", "started_at"),)


class ImportFile(Model):
    """One file of a run. `covers` names the components of a bill (charged, recalculation, paid) whose details it brings, for the
    months that it has rows of, refused ones included (`months`, "2026-09 2026-10"): in these the balances register is only a control
    of them. A file that was taken before months were kept covers `first_period` to `last_period`.

    `controls` are sums over the rows that the file made, by table and month: `check` counts them again.
    """

    id = fields.BigIntField(primary_key=True)
    run: fields.ForeignKeyRelation[ImportRun] = fields.ForeignKeyField("models.ImportRun", on_delete=fields.RESTRICT, related_name=False)
    run_id: int
    name = fields.CharField(max_length=300)
    kind = fields.CharField(max_length=16)  # accounts, meters, readings, …
    sha256 = fields.CharField(max_length=64)
    encoding = fields.CharField(max_length=16)
    taken = fields.IntField(default=0)  # rows, among them those with a warning
    changed = fields.IntField(default=0)
    warned = fields.IntField(default=0)
    refused = fields.IntField(default=0)
    covers = fields.CharField(max_length=40, default="")
    first_period = fields.DateField(null=True)
    last_period = fields.DateField(null=True)
    months: Any = fields.TextField(null=True)
    controls: Any = fields.JSONField(null=True)

    class Meta:
        table = "import_file"
        indexes = (("run_id",), ("sha256",))


class ImportProblem(Model):
    """One row that was refused or taken with a warning. Its `params` are the numbers its sentence needs."""

    id = fields.BigIntField(primary_key=True)
    file: fields.ForeignKeyRelation[ImportFile] = fields.ForeignKeyField("models.ImportFile", on_delete=fields.CASCADE, related_name=False)
    file_id: int
    line = fields.IntField()
    severity = fields.CharEnumField(Severity, max_length=8)
    code = fields.CharField(max_length=40)
    params: Any = fields.JSONField(default=dict)

    class Meta:
        table = "import_problem"
        indexes = (("file_id", "line"),)

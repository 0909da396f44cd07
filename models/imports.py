"""Every run of an import, its files, and what was said of their rows."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.enums import ImportSource, ImportState, Severity
from models.organizations import Organization


class ImportRun(Model):
    """One import, from the arrival of its files on. `who` is a user's or token's id or the words "command line", never a name.

    `folder` holds files that arrived over the network, relative to the data folder. `summary` is what a clerk compares before and after
    (resolvers/imports/summary.py). `marks` are the highest ids of the tables before the run wrote: what is above them is the run's.
    `language` is that of its result's sentences, empty for the organization's own. A run that is done and has `undone_by` but no
    `undone_at` waits to be undone.
    """

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=8, default=ImportState.RUNNING.value)  # ImportState
    who = fields.CharField(max_length=40)
    source = fields.CharEnumField(ImportSource, max_length=12, default=ImportSource.COMMAND, db_default=ImportSource.COMMAND.value)
    preview = fields.BooleanField(default=False, db_default=False)  # asked only to look
    approved_by = fields.CharField(max_length=40, null=True)  # whose word let a held import pass
    folder = fields.CharField(max_length=200, null=True)
    summary: Any = fields.JSONField(null=True)
    marks: Any = fields.JSONField(null=True)
    error = fields.CharField(max_length=300, default="", db_default="")
    undone_at = fields.DatetimeField(null=True)
    undone_by = fields.CharField(max_length=40, null=True)
    language = fields.CharField(max_length=2, default="", db_default="")

    class Meta:
        table = "import_run"
        indexes = (("organization_id", "started_at"), ("state",), ("undone_by",))


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
    delimiter = fields.CharField(max_length=1, default="", db_default="")
    size = fields.BigIntField(default=0, db_default=0)  # bytes
    rows = fields.IntField(default=0, db_default=0)
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
    """One row that was refused, taken with a warning, or missed (a notice). Its `params` are the numbers its sentence needs.

    `row` is the row as it came, for a refused one; `column` is the heading of the cell that is to blame, where one is.
    """

    id = fields.BigIntField(primary_key=True)
    file: fields.ForeignKeyRelation[ImportFile] = fields.ForeignKeyField("models.ImportFile", on_delete=fields.CASCADE, related_name=False)
    file_id: int
    line = fields.IntField()
    severity = fields.CharEnumField(Severity, max_length=8)
    code = fields.CharField(max_length=40)
    params: Any = fields.JSONField(default=dict)
    column = fields.CharField(max_length=120, default="", db_default="")
    row: Any = fields.TextField(null=True)

    class Meta:
        table = "import_problem"
        indexes = (("file_id", "line"),)


class ImportChange(Model):
    """What a run wrote over: the row of table `subject` as it was before, so that undoing the run can put it back."""

    id = fields.BigIntField(primary_key=True)
    run: fields.ForeignKeyRelation[ImportRun] = fields.ForeignKeyField("models.ImportRun", on_delete=fields.CASCADE, related_name=False)
    run_id: int
    subject = fields.CharField(max_length=32)
    row_id = fields.BigIntField()
    before: Any = fields.TextField()  # JSON

    class Meta:
        table = "import_change"
        indexes = (("run_id", "subject"),)


class ImportUpload(Model):
    """A file on its way over the network, known by its content: an interrupted upload goes on where it stopped."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    sha256 = fields.CharField(max_length=64)
    name = fields.CharField(max_length=300)
    size = fields.BigIntField()  # bytes, as announced
    received = fields.BigIntField(default=0)
    who = fields.CharField(max_length=40)
    run: fields.ForeignKeyNullableRelation[ImportRun] = fields.ForeignKeyField("models.ImportRun", on_delete=fields.SET_NULL, related_name=False, null=True)
    run_id: int | None
    created_at = fields.DatetimeField()

    class Meta:
        table = "import_upload"
        indexes = (("organization_id", "sha256"), ("run_id",), ("created_at",))


class ImportProfile(Model):
    """How an organization's own registers are to be read where headings do not say it: TOML, adapters/files/profiles.py."""

    id = fields.BigIntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField("models.Organization", on_delete=fields.RESTRICT, related_name=False)
    organization_id: int
    text: Any = fields.TextField()
    saved_at = fields.DatetimeField()
    saved_by = fields.CharField(max_length=40)

    class Meta:
        table = "import_profile"
        unique_together = (("organization",),)

"""Import of a supplier's registers: `run_import` takes files and folders and says what became of each row."""

from resolvers.imports.busy import ImportBusy
from resolvers.imports.outcome import FileOutcome, ImportOutcome, Line
from resolvers.imports.result import result_rows
from resolvers.imports.run import run_import
from resolvers.imports.undo import UndoOutcome, undo_import
from resolvers.imports.wording import sentence

__all__ = ["FileOutcome", "ImportBusy", "ImportOutcome", "Line", "UndoOutcome", "result_rows", "run_import", "sentence", "undo_import"]

"""Registers as other systems export them: bytes in, typed rows and their problems out. Pure: no database, no clock."""

from adapters.files.archives import private_folder
from adapters.files.headings import KINDS, Kind
from adapters.files.opening import SUFFIXES, Unusable, open_register, open_registers
from adapters.files.problems import FileRefused
from adapters.files.registers import ParsedRow, Register

__all__ = ["KINDS", "SUFFIXES", "FileRefused", "Kind", "ParsedRow", "Register", "Unusable", "open_register", "open_registers", "private_folder"]

"""Registers as other systems export them: bytes in, typed rows and their problems out. Pure: no database, no clock."""

from adapters.files.archives import private_folder
from adapters.files.headings import KINDS, Kind
from adapters.files.opening import Unusable, is_register, open_register, open_registers
from adapters.files.problems import FileRefused
from adapters.files.profiles import NO_PROFILE, Profile, ProfileProblem, ProfileRefused, parse_profile
from adapters.files.registers import ParsedRow, Register

__all__ = [
    "KINDS", "NO_PROFILE", "FileRefused", "Kind", "ParsedRow", "Profile", "ProfileProblem", "ProfileRefused", "Register", "Unusable", "is_register",
    "open_register", "open_registers", "parse_profile", "private_folder",
]  # fmt: skip

"""What an application may choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Bounds and switches of one schema's plans."""

    enabled: bool = True  # the kill switch: False answers everything by the reference
    max_plans: int = 256  # operations that are remembered; the least used leaves first
    max_variants: int = 8  # plans of one operation, by the values of its @skip and @include
    max_fields: int = 4000  # selected fields of one plan; a larger operation is not compiled
    compile_after: int = 2  # uses of an operation before it is compiled, where it was not warmed
    shadow_every: int = 0  # every n-th query is answered by both and compared, the reference's answer is given; 0: none

"""What every mutation may answer instead of Done."""

from __future__ import annotations

import strawberry
from strawberry import Parent, field

from models.enums import TokenScope
from models.errors import Problem as ProblemValue
from models.errors import ProblemCode
from schema.context import Info
from schema.problems import sentence


@strawberry.type(description="One thing that is wrong with an input.")
class Problem:
    code: ProblemCode = field(description="Which thing, for machines.")

    @field(description='Where in the input it is, starting inside `input`: `["readings", "0", "value"]`.')
    def path(root: Parent[ProblemValue]) -> list[str]:  # noqa: N805
        return list(root.path)

    @field(description="What it is, for people, in the viewer's language.")
    def message(root: Parent[ProblemValue], info: Info) -> str:  # noqa: N805
        viewer = info.context.viewer
        return sentence(root, discreet=viewer is not None and not viewer.has(TokenScope.READ_READINGS))

    @field(description="Of NOT_CONFIRMED, which only the right password gets: the registration, as `resendConfirmation` takes it.")
    def registration(root: Parent[ProblemValue]) -> str | None:  # noqa: N805
        return root.params.get("registration") if root.code is ProblemCode.NOT_CONFIRMED else None


@strawberry.type(description="The input cannot be taken; nothing was written.")
class Rejected:
    problems: list[Problem] = field(description="Everything that is wrong with it.")

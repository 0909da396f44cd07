"""The verbs of a person, for every kind of viewer."""

import pytest

from schema.build import SCHEMA
from schema.context import Context
from schema.execution import execute
from tests import factories as make
from tests.schema.personal import BY_LETTER, PERSONAL
from tests.schema.world import EVERYBODY, World, built

PERSONS = {"owner", "reader", "former", "payer", "foreign", "other", "clerk", "other_clerk"}


async def outcome(world: World, who: str, name: str, given: dict | None) -> str:
    field = SCHEMA._schema.mutation_type.fields[name]
    head, tail = (f"($input: {field.args['input'].type})", "(input: $input)") if given is not None else ("", "")
    variables = {"input": given} if given is not None else None
    answer = await execute(f"mutation {head} {{ {name}{tail} {{ __typename }} }}", variables, Context(world.viewers[who], make.NOW, make.TODAY))
    return answer.errors[0]["extensions"]["code"] if answer.errors else answer.data[name]["__typename"]


@pytest.mark.parametrize("who", EVERYBODY)
async def test_in_person_only(database, who: str):
    world = await built()
    for name, (given, for_persons) in PERSONAL.items():
        expected = for_persons if who in PERSONS else "SIGN_IN_REQUIRED" if who == "stranger" else "FORBIDDEN"
        assert await outcome(world, who, name, given) == expected, name
    for name, given in BY_LETTER.items():
        assert await outcome(world, who, name, given) == "Rejected", name

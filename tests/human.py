"""How tests answer human checks: with the installation's own secret, they know the code of every image."""

import datetime as dt

from resolvers.human_checks import HumanAnswer, fresh, shown_code


def solved(now: dt.datetime, door: str = "sign_in") -> HumanAnswer:
    """The right code of a fresh image."""
    image = fresh(door, now).image
    return HumanAnswer(image=image, typed=shown_code(image, now))


def as_input(now: dt.datetime, door: str = "sign_in") -> dict[str, str | None]:
    """The same as `humanCheck` of a mutation's input."""
    answer = solved(now, door)
    return {"image": answer.image, "typed": answer.typed}


def as_fields(now: dt.datetime, door: str = "sign_in") -> dict[str, str]:
    """The same as fields of a form."""
    return {f"humanCheck.{name}": str(value) for name, value in as_input(now, door).items()}

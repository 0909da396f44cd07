"""Colours of an organization made readable, for pages and letters: WCAG's contrast."""

import re

READABLE = 4.6  # a little more than WCAG's 4.5, for rounding
WHITE = (255, 255, 255)
OWN = "#0b6e8f"  # what static/app.css has
Colour = tuple[int, int, int]


def under_white(accent: str) -> str:
    """The colour as dark as white letters on it need; nonsense gives our own colour."""
    return written(readable(parsed(accent) or parsed(OWN) or (0, 0, 0), WHITE, 0))


def readable(colour: Colour, ground: Colour, towards: int) -> Colour:
    """The colour, moved towards black (0) or white (255) until it can be read on the ground."""
    for step in range(0, 101, 2):
        moved = tuple(round(part + (towards - part) * step / 100) for part in colour)
        found: Colour = (moved[0], moved[1], moved[2])
        if contrast(found, ground) >= READABLE:
            return found
    return (towards, towards, towards)


def contrast(one: Colour, other: Colour) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    red, green, blue = ((part / 255 / 12.92) if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def parsed(text: str) -> Colour | None:
    match = re.fullmatch(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", text)
    return (int(match[1], 16), int(match[2], 16), int(match[3], 16)) if match else None


def written(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)

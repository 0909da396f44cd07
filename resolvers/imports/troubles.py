"""What is kept with a run that did not end as it should, a word of ours, and its sentence."""

from __future__ import annotations

from adapters.texts import gettext

N_ = str
INTERRUPTED, BROKEN, STANDS = "interrupted", "broken", "stands"
_SENTENCES = {
    INTERRUPTED: N_("The work was interrupted. Nothing was written: please send the files again."),
    BROKEN: N_("Something broke on our side. Nothing was written; the log of the server says what it was."),
    STANDS: N_("Later imports stand on this one and must be undone first: %(runs)s."),
}


def why_not(error: str) -> str:
    """Why the run failed or could not be undone, in the present language; what is no word of ours is shown as it is."""
    word, _, runs = error.partition(" ")
    return gettext(_SENTENCES[word], runs=runs or "—") if word in _SENTENCES else error

"""The closed lists of reading windows as the schema shows them."""

from models.enums import OverduePolicy
from models.meter_enums import LatePolicy
from resolvers.windows import WindowState
from schema.enums import described

described(
    WindowState,
    "Where today is in relation to a reading window.",
    {WindowState.BEFORE: "It has not opened yet", WindowState.OPEN: "It is open", WindowState.AFTER: "It has closed, in its own month"},
)
described(
    LatePolicy,
    "What becomes of readings that residents send while no window is open.",
    {
        LatePolicy.REFUSE: "They are refused with WINDOW_CLOSED",
        LatePolicy.REVIEW: "They are taken for the month of the window that closed last, IN_REVIEW",
        LatePolicy.NEXT_MONTH: "They count for the month of the window that opens next",
    },
)
described(
    OverduePolicy,
    "What becomes of readings of a meter whose verification has expired.",
    {OverduePolicy.ACCEPT: "They are taken, with a warning", OverduePolicy.REFUSE: "They are refused with VERIFICATION_OVERDUE"},
)

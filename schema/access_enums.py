"""The closed lists of proofs and step-ups as the schema shows them."""

from models.enums import LookUp, StepUp
from schema.enums import described

described(
    StepUp,
    "What opens further tries where strangers have used up the day's.",
    {
        StepUp.EMAIL: "A letter to the address that the register holds",
        StepUp.STAFF: "A code from staff, who have seen papers: it links by itself",
        StepUp.BILL_CODE: "The code printed on the bill",
    },
)
described(
    LookUp,
    "Whether strangers may find an account by address and surname.",
    {LookUp.OFF: "Nobody may", LookUp.ON: "Whoever knows address and surname", LookUp.PROOF: "Whoever knows a further proof too"},
)

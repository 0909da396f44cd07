"""What somebody gives to prove an account or a contract, all of it as typed."""

from __future__ import annotations

import strawberry
from strawberry import field

from resolvers.proofs import Given


@strawberry.input(description="What proves an account or a contract: give what its organization asks for, as typed. All of it is judged together.")
class ProofsInput:
    surname: str = field(default="", description="The holder's surname, or a company's name, as in the papers.")
    flat: str = field(default="", description="The number of the flat with its letter; empty for a house without flats.")
    paid_on: str = field(default="", description="The day of the last payment: `25.05.2020` or `2020-05-25`.")
    paid_amount: str = field(default="", description="Its sum: `123,45`.")
    tax_number: str = field(default="", description="IIN, BIN or INN.")
    code: str = field(default="", description="The code printed on the bill or given by staff.")

    def given(self) -> Given:
        return Given(self.surname, self.flat, self.paid_on, self.paid_amount, self.tax_number, self.code)

"""The verbs that are done in person: by nobody's token and by no stranger. Each with an input that means nothing to anybody."""

NOBODYS = "acc_AAAAAAAAAAAAAAAAAAAAAA"
KEY = {"idempotencyKey": "k"}
# mutation: its input (None: it takes none), and how it ends for a person to whom what it names does not exist
PERSONAL: dict[str, tuple[dict | None, str]] = {
    "updateProfile": ({"name": "Айгүл"}, "UpdateProfileDone"),
    "changeEmail": ({"email": "neu@example.com", "password": "falsch"}, "Rejected"),
    "withdrawEmailChange": (None, "WithdrawEmailChangeDone"),
    "changePassword": ({"currentPassword": "x", "password": "y", "repeat": "z"}, "Rejected"),
    "endSession": ({"session": NOBODYS}, "NOT_FOUND"),
    "endOtherSessions": (None, "EndOtherSessionsDone"),
    "createToken": ({"label": "", "scopes": [], **KEY}, "Rejected"),
    "revokeToken": ({"token": NOBODYS}, "NOT_FOUND"),
    "setSubscriptions": ({"everywhere": ["BILL"], "accounts": [{"account": NOBODYS, "topics": []}]}, "NOT_FOUND"),
    "reportMistake": ({"account": NOBODYS, "attribute": "AREA", "message": "x", **KEY}, "NOT_FOUND"),
    "issueDebtCertificate": ({"account": NOBODYS, **KEY}, "NOT_FOUND"),
    "mailBill": ({"account": NOBODYS, "period": "2026-10", **KEY}, "NOT_FOUND"),
    "settleReport": ({"report": NOBODYS, "state": "SETTLED", "answer": "x"}, "NOT_FOUND"),
    "deleteUser": ({"password": "falsch"}, "Rejected"),
    "inviteMember": ({"of": NOBODYS, "email": "x@example.com", **KEY}, "NOT_FOUND"),
    "revokeInvitation": ({"invitation": NOBODYS}, "NOT_FOUND"),
    "acceptInvitation": ({"token": "x"}, "Rejected"),
    "changeMember": ({"membership": NOBODYS, "rights": []}, "NOT_FOUND"),
    "revokeMember": ({"membership": NOBODYS}, "NOT_FOUND"),
    "unlinkAccount": ({"membership": NOBODYS}, "NOT_FOUND"),
    "withdrawConsent": ({"consent": NOBODYS}, "NOT_FOUND"),
}
# By letter, signed in or not: the link says who.
BY_LETTER: dict[str, dict] = {"confirmEmail": {"token": "x"}, "cancelEmailChange": {"token": "x"}}

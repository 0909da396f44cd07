"""Types of proving and its rules that show nothing beyond the field that gave them; schema/policies.py puts each field with it."""

PLAIN = {
    "AccessRules": "lookUp lookUpProof proofs recoveryAsks stepUps",
    "AccountCandidate": "id isContract maskedNumber",
    "HouseFlat": "candidates house id number",
    "IssueAccountCodeDone": "code expiresAt",
    "LinkAccountDone": "account contract login",
    "LinkRules": "contractProofs proofs stepUps",
    "RequestStepUpDone": "hours",
    "SetAccessRulesDone": "rules",
    "Street": "houses id locality name",
    "StreetHouse": "flats id number street",
}
LISTS = ("HouseFlat", "Street", "StreetHouse")

"""What an e-mail address may be: sign-ups and letters go by the same rule."""

import unicodedata

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from models.errors import ProblemCode, Refused

LONGEST = 254  # also of what it is compared by: a single sign may be eighteen when it is folded


def checked_email(email: str) -> str:
    """The address as letters will use it; one plain mailbox and nothing else, or Refused with INVALID at ``email``."""
    return _validated(email).normalized


def mailbox(email: str) -> str:
    """The same as mail servers are told it: a domain in Cyrillic becomes its xn-- form, which every server understands."""
    valid = _validated(email)
    return valid.ascii_email or valid.normalized


def _validated(email: str) -> ValidatedEmail:
    if "=?" in email or len(unicodedata.normalize("NFKC", email).casefold()) > LONGEST:  # an encoded word: mail programs would decode it
        raise Refused(ProblemCode.INVALID, ("email",))
    try:
        return validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Refused(ProblemCode.INVALID, ("email",)) from None

"""The settings of one installation, from the environment or a ``.env`` file in the working folder.

Each setting is a variable with the prefix ``ABONENT_``. :func:`settings` reads and checks them once; what is wrong is told all at once,
one sentence per problem, each naming its variable.
"""

import ipaddress
import os
import secrets
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

SHORTEST_SECRET = 32
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
MAIL_SCHEMES = ("smtp", "smtps")
LIMITS_SCHEMES = ("redis", "rediss")


class Misconfigured(Exception):
    """The settings cannot be used; ``problems`` holds one sentence for each that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Mode(StrEnum):
    """How careful the installation is: only production faces strangers."""

    DEMO = "demo"
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Compiled(StrEnum):
    """Who executes GraphQL: compiled operations, the reference executor, or both with a comparison of some queries."""

    ON = "on"
    OFF = "off"
    SHADOW = "shadow"


class Settings(BaseSettings):
    """Everything that differs between two installations of the same release."""

    model_config = SettingsConfigDict(env_prefix="ABONENT_", env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True)

    mode: Mode = Field(default=Mode.DEVELOPMENT, description="demo, development or production")
    data_dir: Path = Field(default=Path("data"), description="folder of what the installation writes: database file, secret, uploads")
    database_url: str = Field(default="", description="sqlite:///file.db or postgres://user:password@host:port/name")
    secret: SecretStr = Field(default=SecretStr(""), description="key that signs; several separated by spaces: the first signs, the others still verify")
    smtp_url: SecretStr = Field(default=SecretStr(""), description="smtp://user:password@host:587 or smtps://…; what letters are sent through")
    limits_url: SecretStr = Field(default=SecretStr(""), description="redis://host:6379/0; where attempts are counted when several processes answer")
    trusted_proxies: str = Field(default="", description="addresses of the reverse proxies, separated by commas, whose X-Forwarded-For and -Proto are believed")
    upload_limit_mb: int = Field(default=2048, ge=1, le=1_000_000, description="the largest register that may be uploaded, in megabytes")
    import_files_days: int = Field(default=30, ge=1, le=3650, description="how many days uploaded registers are kept")
    metrics_token: SecretStr = Field(default=SecretStr(""), description="who bears it reads /health/metrics; unset, there is nothing there")
    allow_loopback_calls: bool = Field(default=False, description="true lets validation hooks call this machine itself; for development and tests")
    compiled_operations: Compiled = Field(default=Compiled.ON, description="on, off or shadow: whether GraphQL runs compiled, or compares some queries")
    base_url: str = Field(default="http://127.0.0.1:8000", description="address that people type; links in letters start with it")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        return _checked_url(url, DATABASE_SCHEMES, "sqlite:///file.db or postgres://user:password@host:port/name")

    @field_validator("smtp_url")
    @classmethod
    def _known_mail(cls, url: SecretStr) -> SecretStr:
        _checked_url(url.get_secret_value(), MAIL_SCHEMES, "smtp://user:password@host:587", host=True)
        return url

    @field_validator("limits_url")
    @classmethod
    def _known_limits(cls, url: SecretStr) -> SecretStr:
        _checked_url(url.get_secret_value(), LIMITS_SCHEMES, "redis://:password@host:6379/0", host=True)
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, proxies: str) -> str:
        for one in filter(None, map(str.strip, proxies.split(","))):
            try:
                ipaddress.ip_network(one, strict=False)
            except ValueError:
                raise ValueError("must be addresses or networks such as 10.0.0.5,192.0.2.0/24") from None
        return proxies

    @field_validator("base_url")
    @classmethod
    def _plain_base(cls, url: str) -> str:
        _checked_url(url, ("http", "https"), "https://cabinet.example.com", host=True)
        if urlsplit(url).query or urlsplit(url).fragment:
            raise ValueError("must be an address without ? and #")
        return url.rstrip("/")

    @field_validator("metrics_token")
    @classmethod
    def _long_token(cls, token: SecretStr) -> SecretStr:
        if token.get_secret_value() and len(token.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"must be at least {SHORTEST_SECRET} characters long; `openssl rand -hex 32` makes a good one")
        return token

    @field_validator("secret")
    @classmethod
    def _long_secret(cls, secret: SecretStr) -> SecretStr:
        if any(len(key) < SHORTEST_SECRET for key in secret.get_secret_value().split()):
            raise ValueError(f"must be at least {SHORTEST_SECRET} characters long; `openssl rand -hex 32` makes a good one")
        return secret

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.mode is Mode.PRODUCTION:
            problems = []
            if not self.secret.get_secret_value().split():
                problems.append("ABONENT_SECRET must be set in production; `openssl rand -hex 32` makes a good one.")
            if not self.base_url.startswith("https://"):
                problems.append("ABONENT_BASE_URL must start with https:// in production: cookies and links depend on it.")
            if self.allow_loopback_calls:
                problems.append("ABONENT_ALLOW_LOOPBACK_CALLS is for development and tests: unset it in production.")
            if problems:
                raise ValueError("\n".join(problems))
        return self

    @property
    def database(self) -> str:
        """The database's address; without ABONENT_DATABASE_URL an SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'abonent.db'}"

    @property
    def secrets(self) -> list[str]:
        """The signing keys, newest first. Demo and development keep a random one in the data folder, readable by its owner alone."""
        return self.secret.get_secret_value().split() or [_kept_secret(self.data_dir)]


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The checked settings, read once; raises :class:`Misconfigured`. Tests call ``settings.cache_clear()``."""
    try:
        return Settings()
    except ValidationError as error:
        raise Misconfigured([line for problem in error.errors() for line in _sentences(problem["loc"], problem)]) from None
    except (SettingsError, UnicodeDecodeError, OSError) as error:
        raise Misconfigured([f"The file .env cannot be read: {error}"]) from None


def _checked_url(url: str, schemes: tuple[str, ...], example: str, *, host: bool = False) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in schemes and "://" in url and (parts.port or True) and (parts.hostname or not host)
    except ValueError:
        usable = False
    if url and not usable:
        raise ValueError(f"must look like {example}")
    return url


def _sentences(location: tuple[int | str, ...], problem: object) -> list[str]:
    message = str(problem["msg"]).removeprefix("Value error, ")  # type: ignore[index]
    if not location:
        return message.splitlines()
    if location[0] == "mode":
        message = "must be demo, development or production"
    if location[0] == "compiled_operations":
        message = "must be on, off or shadow"
    return [f"ABONENT_{str(location[0]).upper()} {message[0].lower()}{message[1:].rstrip('.')}."]


@lru_cache(maxsize=8)  # every page with a form asks for it
def _kept_secret(folder: Path) -> str:
    """Read the folder's random secret, or make it: linking a finished file is atomic, so two processes agree on one."""
    path = folder / "secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()

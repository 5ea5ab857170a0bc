"""Every environment variable, read and validated once.

A wrong or missing setting ends in one line that names the variable and what it should hold (SettingsError).
Secrets are SecretStr: they do not show in repr, logs or tracebacks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from viang_pipeline.domain.email_address import checked_address
from viang_pipeline.failures import UsageError

Clock = Callable[[], datetime]

MERCADO_LIVRE_API = "https://api.mercadolibre.com"
MERCADO_LIVRE_AUTH = "https://auth.mercadolivre.com.br"
BLING_API = "https://api.bling.com.br/Api/v3"
BLING_TOKEN = f"{BLING_API}/oauth/token"
BLING_AUTH = "https://www.bling.com.br/Api/v3/oauth/authorize"

OPENAI_API = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-4o-mini"


class SettingsError(UsageError):
    """A setting is missing or wrong; the message names the variable and what it should hold."""


def is_loopback(address: str) -> bool:
    """Whether the host of a URL or DSN is this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """The configuration of product.md §2."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    database_url: SecretStr | None = Field(None, validation_alias="VIANG_DATABASE_URL")
    dagster_database_url: SecretStr | None = Field(None, validation_alias="DAGSTER_DATABASE_URL")
    home: Path = Field(Path(".viang"), validation_alias="VIANG_HOME")
    token_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field((), validation_alias="VIANG_TOKEN_KEYS")

    mercado_livre_app_id: str | None = Field(None, validation_alias="MERCADO_LIVRE_APP_ID")
    mercado_livre_app_secret: SecretStr | None = Field(None, validation_alias="MERCADO_LIVRE_APP_SECRET")
    mercado_livre_redirect_uri: str | None = Field(None, validation_alias="MERCADO_LIVRE_REDIRECT_URI")
    mercado_livre_api_url: str = Field(MERCADO_LIVRE_API, validation_alias="MERCADO_LIVRE_API_URL")
    mercado_livre_auth_url: str = Field(MERCADO_LIVRE_AUTH, validation_alias="MERCADO_LIVRE_AUTH_URL")

    bling_client_id: str | None = Field(None, validation_alias="BLING_CLIENT_ID")
    bling_client_secret: SecretStr | None = Field(None, validation_alias="BLING_CLIENT_SECRET")
    bling_api_url: str = Field(BLING_API, validation_alias="BLING_API_URL")
    bling_token_url: str = Field(BLING_TOKEN, validation_alias="BLING_TOKEN_URL")
    bling_auth_url: str = Field(BLING_AUTH, validation_alias="BLING_AUTH_URL")
    upseller_api_url: str | None = Field(None, validation_alias="UPSELLER_API_URL")
    upseller_client_id: SecretStr | None = Field(None, validation_alias="UPSELLER_CLIENT_ID")
    upseller_api_token: SecretStr | None = Field(None, validation_alias="UPSELLER_API_TOKEN")
    upseller_client_id_header: str = Field("client-id", validation_alias="UPSELLER_CLIENT_ID_HEADER")
    upseller_token_header: str = Field("api-token", validation_alias="UPSELLER_API_TOKEN_HEADER")
    upseller_page_size: int = Field(50, validation_alias="UPSELLER_PAGE_SIZE", ge=1, le=1000)
    upseller_api_client: str | None = Field(None, validation_alias="UPSELLER_API_CLIENT")

    metabase_url: str | None = Field(None, validation_alias="METABASE_URL")
    metabase_api_key: SecretStr | None = Field(None, validation_alias="METABASE_API_KEY")
    metabase_database_id: int | None = Field(None, validation_alias="METABASE_DATABASE_ID", ge=1)
    smtp_url: SecretStr | None = Field(None, validation_alias="SMTP_URL")
    mail_from: str | None = Field(None, validation_alias="VIANG_MAIL_FROM")
    alert_emails: Annotated[tuple[str, ...], NoDecode] = Field((), validation_alias="VIANG_ALERT_EMAILS")
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str = Field(OPENAI_API, validation_alias="OPENAI_BASE_URL")
    openai_model: str = Field(OPENAI_MODEL, validation_alias="VIANG_OPENAI_MODEL")
    openai_prices: Annotated[tuple[Decimal, Decimal] | None, NoDecode] = Field(
        None, validation_alias="VIANG_OPENAI_PRICES"
    )
    agency_name: str | None = Field(None, validation_alias="VIANG_AGENCY_NAME")
    agency_colour: str | None = Field(None, validation_alias="VIANG_AGENCY_COLOUR", pattern=r"^#[0-9a-fA-F]{6}$")
    agency_logo: Path | None = Field(None, validation_alias="VIANG_AGENCY_LOGO")

    log_format: str = Field("texto", validation_alias="VIANG_LOG_FORMAT")

    now_override: datetime | None = Field(None, validation_alias="VIANG_NOW")

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object, info: object) -> object:
        """``NAME=`` in a .env file means "not set"."""
        if isinstance(value, str) and not value.strip():
            field = cls.model_fields[info.field_name]  # type: ignore[attr-defined]
            return field.default
        return value

    @field_validator("token_keys", "alert_emails", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("token_keys")
    @classmethod
    def _keys_are_fernet(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for position, key in enumerate(keys, 1):
            try:
                Fernet(key.get_secret_value())
            except ValueError:
                raise ValueError(f"a chave {position} não é uma chave Fernet (32 bytes em base64 url-safe)") from None
        return keys

    @field_validator("database_url", "dagster_database_url")
    @classmethod
    def _dsn_is_postgres(cls, dsn: SecretStr | None) -> SecretStr | None:
        return None if dsn is None else SecretStr(checked_dsn(dsn.get_secret_value()))

    @field_validator("openai_prices", mode="before")
    @classmethod
    def _two_prices(cls, value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            return value.strip() or None if isinstance(value, str) else value
        try:
            sent, received = (Decimal(part.strip()) for part in value.split(","))
        except (InvalidOperation, ValueError):
            raise ValueError("deve ter dois preços em dólares por milhão de tokens, por exemplo 0.15,0.60") from None
        return sent, received

    @field_validator("upseller_api_url", "metabase_url")
    @classmethod
    def _optional_address(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("deve ser um endereço http(s) completo")
        return None if value is None else value.rstrip("/")

    @field_validator(
        "mercado_livre_api_url", "mercado_livre_auth_url", "bling_api_url", "bling_token_url", "bling_auth_url",
        "openai_base_url",
    )  # fmt: skip
    @classmethod
    def _http_address(cls, value: str, info: ValidationInfo) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            example = cls.model_fields[str(info.field_name)].default
            raise ValueError(f"deve ser um endereço http(s) completo, por exemplo {example}")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _smtp_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            try:
                usable = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
            except ValueError:
                usable = False
            if not usable:
                raise ValueError(
                    "deve ser smtp[s]://usuario:senha@host:porta; codifique caracteres reservados (%40 para @)"
                )
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        if value is None:
            return None
        name, address = parseaddr(value)
        return str(Address(display_name=name, addr_spec=checked_address(address)))

    @field_validator("alert_emails")
    @classmethod
    def _alert_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(checked_address(each) for each in value)

    @field_validator("agency_logo")
    @classmethod
    def _logo_is_a_picture(cls, path: Path | None) -> Path | None:
        if path is not None and (
            path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".svg") or not path.expanduser().is_file()
        ):
            raise ValueError("deve ser o caminho de um arquivo PNG, JPEG ou SVG que existe")
        return None if path is None else path.expanduser()

    @field_validator("log_format")
    @classmethod
    def _log_format_is_known(cls, value: str) -> str:
        if value.strip().lower() not in ("texto", "json"):
            raise ValueError("deve ser texto ou json")
        return value.strip().lower()

    @field_validator("now_override")
    @classmethod
    def _now_has_offset(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("deve ser um instante ISO com fuso, por exemplo 2026-03-11T06:00:00Z")
        return value

    @model_validator(mode="after")
    def _cross_checks(self) -> Settings:
        if self.now_override is not None:
            outside = [name for name, url in self.api_addresses().items() if not is_loopback(url)]
            if outside:
                raise ValueError(
                    f"VIANG_NOW: só é aceito quando {', '.join(outside)} aponta para esta máquina (loopback)"
                )
        if (self.smtp_url is None) != (self.mail_from is None):
            raise ValueError(
                "SMTP_URL e VIANG_MAIL_FROM vão juntos: o servidor de e-mail e o remetente, Agência <nome@dominio>"
            )
        if self.database_url is not None and not self.token_keys:
            raise ValueError(
                "VIANG_TOKEN_KEYS: obrigatório quando VIANG_DATABASE_URL está definido; "
                "deve conter uma ou mais chaves Fernet separadas por vírgula"
            )
        return self

    def api_addresses(self) -> dict[str, str]:
        """Variable name → base address of every outside API."""
        return {
            "MERCADO_LIVRE_API_URL": self.mercado_livre_api_url,
            "MERCADO_LIVRE_AUTH_URL": self.mercado_livre_auth_url,
            "BLING_API_URL": self.bling_api_url,
            "BLING_TOKEN_URL": self.bling_token_url,
            "BLING_AUTH_URL": self.bling_auth_url,
            **({"UPSELLER_API_URL": self.upseller_api_url} if self.upseller_api_url else {}),
            **({"METABASE_URL": self.metabase_url} if self.metabase_url else {}),
            **({"OPENAI_BASE_URL": self.openai_base_url} if self.openai_api_key else {}),
        }

    @property
    def json_logs(self) -> bool:
        """Whether logs are JSON, one object per line."""
        return self.log_format == "json"

    @property
    def upseller_http(self) -> bool:
        """Whether the optional HTTP read of UpSeller's stock is on."""
        return None not in (self.upseller_api_url, self.upseller_client_id, self.upseller_api_token)

    @property
    def metabase(self) -> bool:
        """Whether refresh and provisioning of Metabase are on."""
        return None not in (self.metabase_url, self.metabase_api_key, self.metabase_database_id)

    def clock(self) -> Clock:
        """The instant everything uses as "now": the machine's clock, or VIANG_NOW in a rehearsal."""
        if self.now_override is not None:
            fixed = self.now_override.astimezone(UTC)
            return lambda: fixed
        return lambda: datetime.now(UTC)

    def require(self, name: str) -> str:
        """The value of an optional field as text.

        Raises SettingsError naming the environment variable when it is absent.
        """
        value = getattr(self, name)
        if value is None:
            alias = type(self).model_fields[name].validation_alias
            raise SettingsError(f"{alias}: não está definido. Coloque o valor no ambiente ou no arquivo .env")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def checked_dsn(dsn: str) -> str:
    """A Postgres DSN with ``sslmode=require`` added for every host that is not this machine.

    libpq's default ``prefer`` falls back to plain text silently (contract supabase §3); port 6543 is Supabase's
    transaction pooler, which breaks temporary tables and session settings (contract supabase §1).
    Raises ValueError with the reason.
    """
    parts = urlsplit(dsn)
    try:
        port = parts.port
    except ValueError:
        raise ValueError(
            "a porta da DSN não é um número; codifique caracteres reservados da senha (%40 para @)"
        ) from None
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ValueError("deve ser uma DSN postgresql://usuario:senha@host:5432/banco")
    if port == 6543:
        raise ValueError(
            "a porta 6543 (pooler de transação) não serve; use o session pooler ou a conexão direta, porta 5432"
        )
    query = dict(parse_qsl(parts.query))
    if parts.hostname and not is_loopback(dsn):
        query.setdefault("sslmode", "require")
    return urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(query), ""))


def load_settings() -> Settings:
    """Read environment and ``.env``.

    Raises SettingsError: one line per wrong variable, without its value.
    """
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_input=False, include_url=False):
            name = str(problem["loc"][0]) if problem["loc"] else ""
            reason = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{name}: {reason}" if name else reason)
        raise SettingsError("; ".join(lines)) from None

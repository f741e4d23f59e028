"""Configuration: one frozen object, read from the environment (`AGRIMARKET_…`)."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting of every process. `agrimarket up` fills in what is not configured with embedded parts."""

    model_config = SettingsConfigDict(env_prefix="AGRIMARKET_", env_ignore_empty=True, frozen=True, extra="ignore")

    environment: Literal["embedded", "local", "production"] = "production"
    """Kind of run. `embedded`, set by `agrimarket up`, has demo people with public passwords, and a movable clock;
    `local`, which it sets where a database is configured, has neither. `production` has `guard` before it."""
    data_dir: Path = Path(".agrimarket")
    """Folder with everything that an embedded run keeps."""
    drive_file: Path | None = None
    """Your own `drive.toml`; without it the shipped `agrimarket/drive.toml`."""
    reference_data_dir: Path | None = None
    """Folder with the real notices (`bulletins/risk-level/*.json`); without it the shipped sample is loaded."""

    database_url: str = ""
    """Database, as `postgresql+psycopg://…`; empty means the embedded PostgreSQL."""
    broker_url: str = ""
    """Broker of the jobs, as `amqp://…` or `redis://…`; empty means the embedded Valkey."""
    broker_queue: str = "agrimarket"
    """Queue of the jobs; its dead letters go to the queue `<broker_queue>.dead`."""
    cache_url: str = ""
    """Cache for rate limits and cached pages, as `redis://…`; empty means the embedded Valkey."""

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    """Address at which people reach the service, without a slash at the end; empty means `http://host:port`."""
    allowed_hosts: tuple[str, ...] = ("*",)
    """Values of the `Host` header that are answered."""
    trusted_proxies: int = 0
    """Number of trusted proxies in front that write `X-Forwarded-For`; 0 means that the header is ignored."""
    requests_per_minute: int = 6_000
    """Requests to the API that one network may make of each API process; many phones share a carrier's address."""
    api_processes: int = 1
    api_threads: int = 16
    """Threads of each process, and the size of its connection pool."""
    worker_concurrency: int = 2

    secret_key: SecretStr = SecretStr("")
    """Secret that signs cookies and keys the blind indexes; at least 32 characters."""
    encryption_key: SecretStr = SecretStr("")
    """AES-256-GCM key of the encrypted columns, 32 bytes in URL-safe base64."""
    metrics_token: SecretStr = SecretStr("")
    """Bearer token that `/metrics` asks for; without one it is closed in production, and open elsewhere."""

    stripe_api_key: SecretStr = SecretStr("")
    stripe_api_base: str = ""
    """Address of Stripe's API; empty means Stripe itself, and an embedded run sets the sandbox's."""
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_livemode: bool = False

    mailbox_url: str = ""
    """Address to which the embedded mailbox takes messages; empty means that a gateway is configured."""
    smtp_url: SecretStr = SecretStr("")
    """Mail server, as `smtp://user:password@host:port` or `smtps://…`."""
    sms_gateway_url: str = ""
    sms_gateway_token: SecretStr = SecretStr("")

    log_format: Literal["json", "console"] = "json"
    log_level: str = "INFO"

    @property
    def over_tls(self) -> bool:
        """Whether browsers are told to come by HTTPS only, cookies included: in production always."""
        return self.environment == "production" or self.base_url.startswith("https://")

    @property
    def base_url(self) -> str:
        """Address at which people reach the service, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"


@cache
def get_settings() -> Settings:
    """The process's settings, read once."""
    return Settings()

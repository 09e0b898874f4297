"""Where users may have this deployment send something; everybody has these settings from `core.settings`."""

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from elenchus.core import addresses
from elenchus.core.addresses import Opened
from elenchus.core.settings_group import group


class EgressSettings(BaseSettings):
    model_config = group("EGRESS_")

    allow_hosts: list[str] = Field(
        default_factory=list,
        description="JSON list of hosts and networks of your own that webhooks may reach though they are private, "
        'e.g. ["hooks.firm.internal:8443", "10.2.0.0/16"]',
    )
    allow_http: bool = Field(False, description="webhooks may also go out unencrypted, to port 80")
    timeout_seconds: float = Field(20, gt=0, le=100, description="for calling one webhook, from its name to its answer")

    @field_validator("allow_hosts")
    @classmethod
    def _can_be_read(cls, entries: list[str]) -> list[str]:
        for entry in entries:
            addresses.opened(entry)
        return entries

    @property
    def opened(self) -> tuple[Opened, ...]:
        return tuple(map(addresses.opened, self.allow_hosts))

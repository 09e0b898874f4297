"""What crosses the second factor's border."""

from pydantic import BaseModel, ConfigDict, Field

from elenchus.identity.schemas import Otp, Password


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EnrollIn(_Input):
    current_password: Password | None = Field(None, description="not of an account that has none")


class EnrolledOut(BaseModel):
    """Shown once; it asks for nothing until it is confirmed."""

    secret: str
    otpauth_uri: str = Field(description="what an authenticator reads as a QR code")


class ConfirmIn(_Input):
    otp: Otp


class RecoveryCodesOut(BaseModel):
    recovery_codes: list[str] = Field(description="shown once; each signs in once without the authenticator")


class DisableIn(_Input):
    current_password: Password | None = Field(None, description="not of an account that has none")
    otp: Otp

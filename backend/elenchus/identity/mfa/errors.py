"""How the second factor refuses."""

from elenchus.core.errors import Conflict, Forbidden, Invalid, Unauthenticated


class OtpRequired(Unauthenticated):
    """Only for who has proven the first factor: it tells that there is a second."""

    slug, title = "otp-required", "A one-time code is needed"

    def __init__(self) -> None:
        super().__init__("Send it as `otp`: the six digits of your authenticator, or a recovery code.")


class WrongOtp(Unauthenticated):
    """One answer for wrong, too old and used before."""

    slug, title = "wrong-otp", "The one-time code is not valid"

    def __init__(self) -> None:
        super().__init__("Wait for the next code of your authenticator, or use a recovery code; each works once.")


class SecondFactorEnabled(Conflict):
    slug, title = "second-factor-enabled", "The second factor is enabled already"

    def __init__(self) -> None:
        super().__init__("Disable it first to enrol another authenticator.")


class SecondFactorNotEnrolled(Conflict):
    slug, title = "second-factor-not-enrolled", "There is no second factor here"

    def __init__(self) -> None:
        super().__init__("Enrol one first, with POST /api/v1/auth/mfa/enroll.")


class PasswordNeeded(Invalid):
    slug, title = "password-needed", "The current password is needed"

    def __init__(self) -> None:
        what = "Send the password of this account as `current_password`."
        super().__init__(what, errors=[{"loc": ["body", "current_password"], "msg": what, "type": "missing"}])


class SignInAgain(Forbidden):
    """For an account without a password, which could otherwise prove nothing."""

    slug, title = "sign-in-again", "This needs a recent sign-in"

    def __init__(self, minutes: int) -> None:
        super().__init__(f"The account has no password: sign in again and repeat this within {minutes} minutes.")


class WrongOtpHere(Invalid):
    """Not 401, for the session is good: a client must not throw its tokens away for a typing error."""

    slug, title = WrongOtp.slug, WrongOtp.title

    def __init__(self) -> None:
        detail = WrongOtp().detail
        super().__init__(detail, errors=[{"loc": ["body", "otp"], "msg": detail, "type": "wrong_otp"}])

"""Passwords: what is accepted, how it is kept, how it is compared."""

import asyncio
import base64
import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from elenchus.core.settings import Environment, settings
from elenchus.identity.errors import WeakPassword

T = TypeVar("T")
LONGEST = 128
#: NIST SP 800-63B-4, 3.1.1.2: fifteen where the password is the only factor.
PRODUCTION_MINIMUM = 15
FEWEST_DISTINCT_CHARACTERS = 5
#: Long enough for the policy and yet among the first that are tried. Case, spaces and marks do not count.
COMMON = frozenset(
    """
    123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 012345678901 098765432109 987654321098
    123456123456 123123123123 112233445566 111222333444 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv
    zaq12wsxcde3 qazwsxedcrfv qwertyuiop12 qwertyuiop123 qwertyuiopasdf qwertyuiopasdfghjkl qwerty123456 qwerty1234567
    qwerty12345678 qwerty123456789 qwertyqwerty asdfghjkl123 asdfghjklqwertyuiop asdfasdfasdf zxcvbnm12345
    abcdefghijkl abcdefghijklmnop abcdefghijklmnopqrstuvwxyz abcd12345678 abcdefgh1234 abcdefgh12345678 abc123456789
    a1b2c3d4e5f6 password1234 password12345 password123456 password123456789 passwordpassword password123password
    mypassword123 mypassword1234 newpassword123 passw0rd1234 p4ssw0rd1234 p4ssword1234 thisismypassword
    iamthepassword mypasswordispassword passwordispassword nopasswordneeded forgotpassword defaultpassword
    secretpassword secretsecret topsecret1234 letmein12345 letmein123456 letmeinplease letmeinletmein opensesame123
    welcome12345 welcome123456 welcometothejungle changeme1234 changeme12345 changemeplease changethispassword
    administrator administrator1 administrator123 admin1234567 admin12345678 admin123456789 adminadminadmin
    rootrootroot testtesttest test12345678 testpassword1 testing123456 guestguestguest demodemodemo
    iloveyou1234 iloveyou12345 iloveyouforever iloveyousomuch sunshine1234 princess1234 football1234 baseball1234
    basketball123 superman1234 batman123456 dragon123456 monkey123456 master123456 shadow123456 michael12345
    startrek1234 starwars1234 pokemon12345 liverpool1234 manchesterunited chelseafc1234 trustno1trustno1
    passwort1234 passwort12345 hallohallohallo motdepasse123 motdepasse1234 contrasena123 contrasena1234 azertyuiop123
    password123 passw0rd123 passwort123 welcome123 qwerty12345 admin123456 changeme123 letmein123 iloveyou123
    elenchuselenchus elenchus1234 elenchus12345 lawyerlawyer attorneyatlaw
    """.split()
)
_LOOKALIKES = str.maketrans({"@": "a", "$": "s", "€": "e"})  # "p@$$word" is "password" to whoever guesses

#: A flood of sign-ins (220 ms of processor each at cost 12) waits here, and leaves the shared threads to files.
_threads = ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 2) // 2), thread_name_prefix="bcrypt")


def require_strong(password: str, *, own_words: Iterable[str | None]) -> None:
    """Length and not being guessed first are all that counts; there are no rules of composition."""
    typed, password = password, _normalised(password)
    shortest = _shortest()
    if min(len(typed), len(password)) < shortest:  # one ligature may stand for eighteen letters
        raise WeakPassword(f"Use at least {shortest} characters; a few unrelated words are easy to remember.")
    if len(password) > LONGEST:
        raise WeakPassword(f"Use at most {LONGEST} characters.")
    if len(set(password)) < FEWEST_DISTINCT_CHARACTERS:
        raise WeakPassword("It repeats a few characters; use a few unrelated words instead.")
    if _bare(password) in COMMON or _bare(password.translate(_LOOKALIKES)) in COMMON:
        raise WeakPassword("It is among the passwords that are guessed first; use a few unrelated words instead.")
    if _bare(password).rstrip("0123456789") in {_bare(word).rstrip("0123456789") for word in own_words if word}:
        raise WeakPassword("It is your own name or address; use a few unrelated words instead.")


def _shortest() -> int:
    configured = settings().auth.min_password_characters
    if settings().server.environment is Environment.DEVELOPMENT:
        return configured
    return max(configured, PRODUCTION_MINIMUM)


def _normalised(password: str) -> str:
    """The same characters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, _normalised(text).casefold()))


async def hashed(password: str) -> str:
    salt = bcrypt.gensalt(settings().auth.bcrypt_rounds)
    made = await _in_thread(bcrypt.hashpw, _digest(password), salt)
    return made.decode()


async def matches(password: str, stored: str | None) -> bool:
    """Without a stored hash (nobody has this address) the answer is no, and takes as long."""
    same = await _in_thread(bcrypt.checkpw, _digest(password), (stored or _decoy()).encode())
    return same and stored is not None


def is_outdated(stored: str) -> bool:
    """Made at another cost than today's, and so also told apart from the decoy by its time."""
    return int(stored.split("$")[2]) != settings().auth.bcrypt_rounds


def _decoy() -> str:
    """A hash of nothing, at today's cost."""
    return f"$2b${settings().auth.bcrypt_rounds:02d}$" + "." * 53


def _digest(password: str) -> bytes:
    """bcrypt 5 refuses more than 72 bytes; this is 44 and loses nothing (base64, as older bcrypts stop at a NUL)."""
    return base64.b64encode(hashlib.sha256(_normalised(password).encode()).digest())


async def _in_thread(work: Callable[[bytes, bytes], T], secret: bytes, salt: bytes) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work, secret, salt)

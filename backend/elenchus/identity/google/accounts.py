"""Whose account a person from the provider may enter."""

from elenchus.audit import service as audit
from elenchus.identity import registering, signing_in
from elenchus.identity import store as identity_store
from elenchus.identity.errors import EmailTaken
from elenchus.identity.google import store
from elenchus.identity.google.errors import AccountDeleted, LinkedElsewhere, VerifyEmailFirst
from elenchus.identity.google.schemas import Person
from elenchus.identity.models import User
from elenchus.identity.schemas import email_key


async def account_of(person: Person) -> User:
    """Theirs, linked or new; of simultaneous sign-ins of a new person, one opens the account and all enter it."""
    if found := await _existing(person):
        return found
    user = User(
        email=person.email,
        email_key=email_key(person.email),
        password_hash=None,
        full_name=person.name,
        is_verified=True,
        google_subject=person.subject,
    )
    try:
        await registering.open_account(user)
    except EmailTaken:
        if first := await _existing(person):
            return first
        raise
    return user


async def _existing(person: Person) -> User | None:
    """By what never changes; else by the address, which two sides must have verified to be one person's."""
    if user := await store.user_by_subject(person.subject):
        return _living(user)
    user = await identity_store.user_by_email(email_key(person.email))
    return await _linked(_living(user), person) if user else None


async def _linked(user: User, person: Person) -> User:
    """One key may stand for two addresses (`strasse@`, `straße@`), of which only one is the account's."""
    if user.email.lower() != person.email.lower():
        raise LinkedElsewhere
    if user.google_subject == person.subject:
        return user  # linked since we asked for the subject
    if user.google_subject:
        raise LinkedElsewhere
    if not user.is_verified:
        signing_in.note_refusal(user, "unverified e-mail")
        raise VerifyEmailFirst
    if not await store.link(user.id, person.subject):
        return await _linked_by_another(person)
    if who := signing_in.actor(user):
        await audit.record(who, audit.Action.USER_LINKED, "user", user.id)
    user.google_subject = person.subject
    return user


async def _linked_by_another(person: Person) -> User:
    """By a sign-in beside this one: fine when it was the same person's."""
    user = await store.user_by_subject(person.subject)
    if user is None:
        raise LinkedElsewhere
    return _living(user)


def _living(user: User) -> User:
    if user.deleted_at:
        raise AccountDeleted
    return user

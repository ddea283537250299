"""What the store refuses, each with a message that holds nothing personal."""

from __future__ import annotations


class StoreError(Exception):
    """Something that the store can't do, told so that a person can act on it."""


class FullError(StoreError):
    """Too many messages wait to be handled: ask the provider to come back."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} messages wait to be handled [store.full]")
        self.waiting = waiting


class NotFoundError(StoreError):
    """There is no such ticket or letter, or it is not yours to see."""

    def __init__(self, what: str, identifier: str | int) -> None:
        super().__init__(f"there is no {what} {identifier} [store.not-found]")
        self.what = what
        self.identifier = identifier


class AlreadyClosedError(StoreError):
    """The ticket is closed or withdrawn, so nothing more is sent about it."""

    def __init__(self, ticket: str, status: str) -> None:
        super().__init__(f"ticket {ticket} is {status} [store.already-closed]")
        self.ticket = ticket
        self.status = status


class NoConversationError(StoreError):
    """Nobody can be reached through this ticket: anonymous, no contact wished, or forgotten."""

    def __init__(self, ticket: str, why: str) -> None:
        super().__init__(f"ticket {ticket} reaches nobody: {why} [store.no-conversation]")
        self.ticket = ticket
        self.why = why


class ConsentRefusedError(StoreError):
    """A person is not asked for consent. `why`: own-address (it is the relative's own),
    left-in-peace (STOPP, or unreachable), already-asked, asked-lately, asked-often."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the person is not asked for consent: {why} [store.consent-refused]")
        self.why = why


class ConsentGoneError(StoreError):
    """The consent that an answer rests on does not hold any more; nothing was sent."""

    def __init__(self, ticket: str, consent: str) -> None:
        super().__init__(
            f"consent {consent} to ticket {ticket} does not hold any more [store.consent-gone]"
        )
        self.ticket = ticket
        self.consent = consent


class WorkerTakenError(StoreError):
    """Another process is the worker of this SQLite database."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"another process already works on {path} [store.worker-taken]\n"
            "  On SQLite one process alone handles messages.\n"
            "  Mend: stop the other one, or move to PostgreSQL, where any number may run."
        )


class AddressUnreadableError(StoreError):
    """An address was encrypted with a key that is not in the key ring."""

    def __init__(self) -> None:
        super().__init__(
            "an address can't be decrypted [store.address-unreadable]\n"
            "  It was encrypted with another SAMSVAR_SECRET.\n"
            "  Mend: give the earlier secret too."
        )


class AwayError(StoreError):
    """The database can't be reached, or does not let us in; nothing has happened."""

    def __init__(self, kind: str = "it does not answer") -> None:
        super().__init__(
            f"the database can't be reached: {kind} [store.away]\n"
            "  Mend: start it, or correct SAMSVAR_DATABASE_URL (host, name, user, password)."
        )


class SchemaError(StoreError):
    """The database has another schema than this version of Samsvar needs."""

    def __init__(self, found: str | None, wanted: str) -> None:
        super().__init__(
            f"the database has schema {found or 'none'}, this version needs {wanted}"
            " [store.schema]\n  Mend: run `samsvar migrate`."
        )


class WrongSecretError(StoreError):
    """The secret is not the one that this database's addresses were encrypted with."""

    def __init__(self) -> None:
        super().__init__(
            "SAMSVAR_SECRET is not the one this database was used with [store.wrong-secret]\n"
            "  With another, nobody who wrote before would be recognised or reached.\n"
            "  Mend: set the secret of before, or give it as an earlier one."
        )


class BackupError(StoreError):
    """A backup can't be made or put back."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"{path}: {why} [store.backup]")

"""Asking for consent: the rules say whom, then the store whether they may be asked now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connectors.consent_models import WHY_NOT_ASKED, ConsentAsk, demand_address
from connectors.problem_json import ProblemError
from dialogue.consent_plan import plan_consent
from dialogue.edition import Edition
from dialogue.reply_check import Notice
from dialogue.satisfaction import next_asking_time
from dialogue.store.consent_tables import Consent
from dialogue.store.consents import ConsentRequest, Consents
from dialogue.store.errors import (
    AlreadyClosedError,
    ConsentRefusedError,
    NoConversationError,
)
from dialogue.store.tickets import Ticket


class Asking:
    """Lets a unit ask, by the edition in force. Refusals are ProblemErrors with their reason.

    `asks_at`: when the question goes out that is asked for at a time; else in the daytime.
    """

    def __init__(
        self,
        consents: Consents,
        edition: Callable[[], Edition],
        channels: list[str],
        clock: Callable[[], datetime],
        asks_at: Callable[[datetime], datetime] | None = None,
    ) -> None:
        self._asks_at = asks_at or self._in_daytime
        self._consents, self._edition, self._clock = consents, edition, clock
        self._channels = channels

    async def ask(
        self, ticket: Ticket, asked: ConsentAsk, author: str, key: str | None = None
    ) -> Consent:
        """Ask the one whom the rules name. 422 for a wrong field, 409 for what may not be."""
        address = demand_address(asked, self._channels)
        edition, now = self._edition(), self._clock()
        age_group = asked.age_group or str(ticket.facts.get("age_group", "adult"))
        plan = plan_consent(
            edition.rule_sets,
            edition.ties,
            facts=ticket.facts,
            rules=ticket.rules,
            unit=ticket.unit,
            opened_on=ticket.opened_at.astimezone(edition.timezone).date(),
            now=now,
            today=now.astimezone(edition.timezone).date(),
            whom=asked.whom,
            age_group=age_group,
            until=asked.until,
        )
        if isinstance(plan, Notice):
            raise ProblemError(409, plan.code, plan.text)
        request = ConsentRequest(
            ticket=ticket.id,
            channel=asked.channel,
            address=address,
            whom=plan.whom,
            relative=asked.relative,
            until=plan.until,
            age_group=age_group,
            rule=plan.rule,
            rules_version=plan.rules_version,
            standard=asked.standard or ticket.standard,
            author=author,
            key=key,
            send_at=self._asks_at(now),
        )
        return await self._send(request, now)

    def _in_daytime(self, at: datetime) -> datetime:
        """Nobody is asked in the evening, at night or on a day off, as with ratings."""
        edition = self._edition()
        return next_asking_time(at, edition.working_days, edition.timezone)

    async def _send(self, request: ConsentRequest, now: datetime) -> Consent:
        try:
            return await self._consents.ask(request, now)
        except ConsentRefusedError as error:
            raise ProblemError(
                409, error.why, f"Nobody was asked: {WHY_NOT_ASKED[error.why]}."
            ) from None
        except AlreadyClosedError as error:
            raise ProblemError(
                409, "already-closed", f"Ticket {request.ticket} is {error.status}."
            ) from None
        except NoConversationError as error:
            raise ProblemError(409, "nobody-to-answer", f"Nobody was asked: {error.why}.") from None

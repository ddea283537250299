"""Asking for consent: the rules say whom, then the store whether they may be asked now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from connectors.consent_models import (
    WHY_NOT_ASKED,
    ConsentAsk,
    ConsentOnPaper,
    demand_address,
    demand_day,
)
from connectors.problem_json import ProblemError
from dialogue.consent_plan import ConsentPlan, plan_consent
from dialogue.edition import Edition
from dialogue.reply_check import Notice
from dialogue.satisfaction import next_asking_time
from dialogue.store.consent_tables import Consent
from dialogue.store.consents import ConsentRequest, Consents, PaperConsent
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
        age_group, now = _age_group(ticket, asked), self._clock()
        plan = self._plan(ticket, asked, now)
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

    async def record(
        self, ticket: Ticket, paper: ConsentOnPaper, key: str | None = None
    ) -> Consent:
        """Keep a consent on paper, where the rules let somebody consent. 422 and 409 as above."""
        now, zone = self._clock(), self._edition().timezone
        demand_day(paper, now.astimezone(zone).date())
        plan = self._plan(ticket, paper, now)
        kept = PaperConsent(
            ticket=ticket.id,
            whom=plan.whom,
            relative=paper.relative,
            given_at=datetime.combine(paper.given_on, time(), zone),
            until=plan.until,
            archive_reference=paper.archive_reference,
            seen_by=paper.seen_by,
            age_group=_age_group(ticket, paper),
            rule=plan.rule,
            rules_version=plan.rules_version,
            key=key,
        )
        try:
            return await self._consents.record(kept, now)
        except AlreadyClosedError as error:
            raise _is_closed(ticket.id, error) from None

    def _plan(
        self, ticket: Ticket, asked: ConsentAsk | ConsentOnPaper, now: datetime
    ) -> ConsentPlan:
        """What the rules say; 409 with the reason where they say no."""
        edition = self._edition()
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
            age_group=_age_group(ticket, asked),
            until=asked.until,
            on_paper=isinstance(asked, ConsentOnPaper),
        )
        if isinstance(plan, Notice):
            raise ProblemError(409, plan.code, plan.text)
        return plan

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
            raise _is_closed(request.ticket, error) from None
        except NoConversationError as error:
            raise ProblemError(409, "nobody-to-answer", f"Nobody was asked: {error.why}.") from None


def _age_group(ticket: Ticket, asked: ConsentAsk | ConsentOnPaper) -> str:
    return asked.age_group or str(ticket.facts.get("age_group", "adult"))


def _is_closed(ticket: str, error: AlreadyClosedError) -> ProblemError:
    return ProblemError(409, "already-closed", f"Ticket {ticket} is {error.status}.")

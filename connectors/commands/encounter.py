"""`samsvar encounter`: register a meeting with a service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, open_edition
from connectors.commands.stores import read_settings, stop, with_store


def encounter_command(
    unit: Annotated[str, typer.Argument(help="The unit's id, like barnehage.")],
    channel: Annotated[str, typer.Argument(help="sms or telegram.")],
    to: Annotated[str, typer.Argument(help="The phone number, or the Telegram chat id.")],
    service: Annotated[
        str | None, typer.Option("--service", help="The service's id.", show_default=False)
    ] = None,
    met_at: Annotated[
        datetime | None,
        typer.Option("--met-at", help="When they met. Default: now.", show_default=False),
    ] = None,
    standard: Annotated[
        str | None, typer.Option("--standard", help="nb or nn, if known.", show_default=False)
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", help="Your own reference: the same one counts once."),
    ] = None,
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """Register a meeting with a service; the person is asked for a rating later."""
    from connectors.api_models import EncounterRequest, check_encounter
    from connectors.problem_json import ProblemError
    from dialogue.satisfaction import QUARANTINE
    from dialogue.store.encounters import Encounter

    edition, settings, now = open_edition(content), read_settings(), datetime.now(UTC)
    met = now if met_at is None else met_at.replace(tzinfo=met_at.tzinfo or settings.zone)
    asked = {"unit": unit, "service": service, "channel": channel, "to": to, "key": key}
    try:
        request = EncounterRequest.model_validate(asked | {"standard": standard, "met_at": met})
        checked = check_encounter(request, edition.municipality, ["sms", "telegram"], now)
    except (ProblemError, ValueError) as error:
        stop(f"The encounter can't be registered: {error}", 2)
    encounter = Encounter(**checked.model_dump())
    when = edition.plan_rating(
        encounter.met_at, encounter.service, encounter.channel, encounter.standard
    )
    done = with_store(
        lambda store: store.register_encounter(encounter, when, now, quarantine=QUARANTINE)
    )
    if json_lines:
        print(msgspec.json.encode(done).decode())
    elif done.ask_at is None:
        typer.echo(f"Registered as {done.id}; the person will not be asked ({done.why}).")
    else:
        asked_at = done.ask_at.astimezone(settings.zone)
        typer.echo(f"Registered as {done.id}; asked {asked_at:%Y-%m-%d %H:%M}.")

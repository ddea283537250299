"""`samsvar explain`: why a ticket went where it went."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, open_edition
from connectors.commands.rule_sets import demand_language
from connectors.commands.stores import stop, with_store

if TYPE_CHECKING:
    from dialogue.edition import Edition
    from dialogue.routing.route import Outcome
    from dialogue.routing.ruleset import RuleSet
    from dialogue.store.tickets import Ticket

Standard = Literal["nb", "nn"]


def explain_command(
    ticket: Annotated[
        str | None, typer.Argument(help="The ticket's id, like S12.", show_default=False)
    ] = None,
    facts: Annotated[
        str | None,
        typer.Option("--facts", help="Explain these facts (JSON) instead.", show_default=False),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--lang", help="nb or nn. Default: the ticket's.")
    ] = None,
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """Tell in plain words which facts counted, which rows decided, and what would change it."""
    from dialogue.routing.explain import explain
    from dialogue.routing.facts import read_facts

    if (ticket is None) == (facts is None):
        stop("Name one ticket, or give --facts.", 2)
    demand_language(language)
    edition = open_edition(content)
    standard = edition.municipality.standard
    if ticket is not None:
        found = with_store(lambda store: store.get_ticket(ticket))
        plain, standard = found.facts, cast(Standard, found.standard)
        rules, decided, out = deciding_rules(edition, found)
        has = found.unit
    else:
        plain, decided = _read(str(facts)), None
        out, has = frozenset[str](), None
        rules = edition.rules_at(datetime.now(UTC))
    try:
        told = explain(rules, read_facts(plain), decided, language or standard, out=out, has=has)
    except ValueError as error:
        stop(f"The facts can't be read: {error}", 2)
    if json_lines:
        print(msgspec.json.encode(told).decode())
    else:
        typer.echo(told.text)


def deciding_rules(edition: Edition, ticket: Ticket) -> tuple[RuleSet, Outcome, frozenset[str]]:
    """The version that decided a ticket, as it was that day, and what it decided.

    The set at the end are units that were passed by because of a declared tie. When that
    version is not in the content, the newest: the explanation tells where the two differ.
    """
    from dialogue.routing.facts import read_facts
    from dialogue.routing.route import route
    from dialogue.routing.screening import ties_above

    day = ticket.opened_at.astimezone(edition.timezone).date()
    version = ticket.rules[0].version if ticket.rules else edition.rules.version
    known = version in edition.rule_sets.versions
    rules = edition.rule_sets.of_version(version, day) if known else edition.rules
    facts = read_facts(ticket.facts)
    out = ties_above(rules, facts, ticket.recused)
    now = route(rules, facts, out)
    decided = msgspec.structs.replace(
        now, rules=ticket.rules or now.rules, recused=ticket.recused or now.recused
    )
    return rules, decided, out


def _read(facts: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(facts, type=dict[str, Any])
    except msgspec.DecodeError as error:
        stop(f"The facts are no JSON object: {error}", 2)

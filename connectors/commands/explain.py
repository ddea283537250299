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
        return
    typer.echo(told.text)
    if ticket is not None:
        _tell_closing(edition, found, told.standard)
        _tell_consents(edition, found, told.standard)


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


def _tell_closing(edition: Edition, ticket: Ticket, standard: str) -> None:
    """Where the case lies in the archive, or that it must be there before it is closed."""
    from dialogue.closing import closing_row
    from dialogue.routing.wording import basis_text

    nn = standard == "nn"
    if ticket.archive_reference is not None:
        typer.echo(f"I arkivet: {ticket.archive_reference}.")
        return
    day = ticket.opened_at.astimezone(edition.timezone).date()
    found = closing_row(edition.rule_sets, ticket.facts, ticket.rules, day)
    if found is not None and found[1].then == "archive_first":
        rules, row = found
        said = (
            "Må registrerast i arkivet før saka kan avsluttast her"
            if nn
            else "Må registreres i arkivet før saken kan avsluttes her"
        )
        basis = f"{'Heimel' if nn else 'Hjemmel'}: {basis_text(rules, row)}."
        typer.echo(f"{said} ({row.id} {row.title[standard]}). {basis}")


def _tell_consents(edition: Edition, ticket: Ticket, standard: str) -> None:
    """What was asked for this ticket; while a consent holds, what may be said by it."""
    from dialogue.consent_plan import with_consent
    from dialogue.routing.facts import read_facts
    from dialogue.routing.route import route
    from dialogue.routing.wording import outcome_text

    nn = standard == "nn"
    for each in ticket.consents:
        on_paper = each.how == "paper" and each.status == "given"
        status = f"på papir, {each.archive_reference} i arkivet" if on_paper else None
        status = status or _STATUS[each.status][nn]
        until = each.valid_until.astimezone(edition.timezone)
        head = f"Samtykke {each.id} ({each.rule}): {status}"
        typer.echo(f"{head}, {'gjeld til' if nn else 'gjelder til'} {until:%d.%m.%Y %H.%M}.")
    held = next((each for each in ticket.consents if each.holds(datetime.now(UTC))), None)
    if held is not None:
        rules, _, out = deciding_rules(edition, ticket)
        now = route(rules, read_facts(with_consent(ticket.facts, held.age_group)), out)
        row = next(each.row for each in now.rules if each.table == "reply")
        said = outcome_text(rules, "reply", now.reply, standard)
        typer.echo(
            f"{'Med samtykket kan vi no svare' if nn else 'Med samtykket kan vi nå svare'}: "
            f"{said} ({row})."
        )


_STATUS = {
    "asked": ("spurt, ikke svart", "spurt, ikkje svart"),
    "given": ("gitt med kode", "gitt med kode"),
    "refused": ("ikke gitt", "ikkje gitt"),
    "unanswered": ("ikke svart", "ikkje svart"),
    "closed": ("lukket etter feil kode", "lukka etter feil kode"),
    "withdrawn": ("trukket", "trekt"),
    "ended": ("gått ut", "gått ut"),
}


def _read(facts: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(facts, type=dict[str, Any])
    except msgspec.DecodeError as error:
        stop(f"The facts are no JSON object: {error}", 2)

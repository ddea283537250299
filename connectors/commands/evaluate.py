"""`samsvar evaluate`: how well labelled messages are answered, and whether that has dropped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from connectors.commands.editions import ContentOption, cache_folder, open_edition, refuse
from connectors.commands.stores import stop
from knowledge.problems import ContentError

if TYPE_CHECKING:
    from dialogue.edition import Edition
    from dialogue.evaluation.labelled import Line
    from dialogue.evaluation.report import Report

FilesArgument = Annotated[list[Path], typer.Argument(help="Labelled messages, JSON Lines.")]


def evaluate_command(
    files: FilesArgument,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            help="Compare with a content folder, a commit of git, or a file of --keep or --json.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page for editors.", show_default=False)
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="Write Markdown.", show_default=False)
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="Write the judged lines, to compare with.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    language: Annotated[
        str | None,
        typer.Option(
            "--language", help="nb or nn. Default: the municipality's.", show_default=False
        ),
    ] = None,
    content: ContentOption = None,
) -> None:
    """Judge answers and understanding on labelled messages, with intervals and confusions.

    Leaves with 1 when something is worse than what it is compared with by more than its
    interval, or when a file can't be read (docs/evaluation.md tells the format).
    """
    from dialogue.evaluation.document import document
    from dialogue.evaluation.evaluate import evaluate
    from dialogue.evaluation.labelled import LabelledError, read_labelled
    from dialogue.evaluation.report import kept

    if language not in (None, "nb", "nn"):
        stop("--language is nb or nn.", 2)
    try:
        lines = read_labelled(files)
    except LabelledError as error:
        stop(str(error))
    edition = open_edition(content)
    report = evaluate(edition, lines, [path.name for path in files])
    if against is not None:
        report = _compared(report, against, lines, edition, own=content is not None)
    standard = language or edition.municipality.standard
    texts = [(path, document(report, standard, form)) for path, form in
             ((html, "html"), (markdown, "md")) if path is not None]  # fmt: skip
    if keep is not None:
        by_line = msgspec.json.encode(kept(report)).replace(b'{"key"', b'\n{"key"')
        texts.append((keep, by_line.decode() + "\n"))
    for path, text in texts:
        path.write_text(text, encoding="utf-8")
    if as_json:
        print(msgspec.json.encode(report).decode())
    elif not texts:
        print(document(report, standard, "md"), end="")
    _leave(report)


def _compared(
    report: Report, against: str, lines: list[Line], edition: Edition, *, own: bool
) -> Report:
    from connectors.earlier_versions import AgainstError, judged_before
    from dialogue.evaluation.evaluate import against as compared

    try:
        before = judged_before(against, lines, edition, own, cache_folder())
    except AgainstError as error:
        stop(str(error), 2)
    except ContentError as error:
        refuse(error.problems)
    found = compared(report, Path(against).name, before)
    if not found.changes:
        stop(f"{against} has none of these lines; there is nothing to compare.", 2)
    return found


def _leave(report: Report) -> None:
    """With 1 and a line for each measure that has dropped, if one has."""
    for change in report.dropped:
        typer.echo(
            f"{change.measure} has dropped: {change.before:.3f} before, {change.after:.3f} now "
            f"({change.won} lines better, {change.lost} worse).",
            err=True,
        )
    if report.dropped:
        raise typer.Exit(1)

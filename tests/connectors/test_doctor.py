"""The doctor finds what pip and a careless environment can do to an installation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from connectors.commands.doctor import (
    DISTRIBUTION,
    ROOMS,
    Finding,
    doctor_command,
    file_findings,
    room_findings,
    settings_findings,
)

app = typer.Typer()
app.command()(doctor_command)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAMSVAR_CONTENT", raising=False)


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in findings if finding.level == "fault"]


def test_this_installation_is_whole() -> None:
    assert codes([*room_findings(), *file_findings(), *settings_findings()]) == []


def test_rooms_that_only_we_claim_are_fine() -> None:
    assert codes(room_findings({room: [DISTRIBUTION] for room in ROOMS})) == []


def test_a_room_that_another_distribution_claims_is_a_fault() -> None:
    [fault] = [
        finding
        for finding in room_findings({"knowledge": ["samsvar", "knowledge-graph"]})
        if finding.level == "fault"
    ]
    assert fault.code == "installation.room-claimed"
    assert fault.about == "knowledge"
    assert "knowledge-graph" in fault.what


def test_a_room_without_a_file_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.commands.doctor.ROOMS", (*ROOMS, "cellar"))
    assert codes(room_findings({})) == ["installation.room-missing"]


def test_a_room_imported_from_elsewhere_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cellar").mkdir()
    (tmp_path / "cellar" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("connectors.commands.doctor.ROOMS", (*ROOMS, "cellar"))
    assert set(codes(room_findings({}))) == {"installation.rooms-apart"}


def test_a_wrong_setting_is_a_fault_and_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSVAR_PORT", "much")
    result = CliRunner().invoke(app)
    assert result.exit_code == 1
    assert "SAMSVAR_PORT: must be a whole number [settings.wrong]" in result.output


def test_a_content_folder_without_content_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SAMSVAR_CONTENT", str(tmp_path))
    assert codes(settings_findings()) == ["settings.content-missing"]


def test_a_misspelt_setting_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSVAR_PROT", "8080")
    assert "settings.unsure" in [finding.code for finding in settings_findings()]


def test_all_is_well_ends_with_0_and_says_which_channels_are_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SAMSVAR_TELEGRAM_TOKEN", "1:x")
    monkeypatch.setenv("SAMSVAR_TELEGRAM_MODE", "polling")
    result = CliRunner().invoke(app)
    assert result.exit_code == 0, result.output
    assert "telegram: on" in result.output
    assert "sms: off" in result.output

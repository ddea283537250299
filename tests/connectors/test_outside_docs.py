"""What the outside is told in docs/ is what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from served import NOW, a_municipality, an_app

from connectors.api_models import EncounterRequest, ReplyRequest, check_encounter, read_model
from connectors.consent_models import WHY_NOT_ASKED, ConsentAsk, demand_address
from connectors.metrics import Metrics
from connectors.settings import settings_table

ROOT = Path(__file__).parents[2]
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
CODE = re.compile(r'ProblemError\(\s*\d+,\s*"([a-z-]+)"')
NOTICE = re.compile(r'Notice\(\s*"([a-z-]+)"')
EVENT = re.compile(r'log\.(?:info|warning|error|exception)\(\s*"([a-z.]+\.[a-z_]+)"')


def sources() -> str:
    files = sorted((ROOT / "connectors").rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("row", settings_table(), ids=lambda row: row.variable)
def test_every_setting_is_documented_with_its_default(row: object) -> None:
    variable, default, description, _secret = row  # type: ignore[misc]
    shown = f"`{default}`" if default else ""
    assert f"| `{variable}` | {shown} | {description} |" in OPERATING


def test_no_setting_is_documented_that_is_not_there() -> None:
    known = {row.variable for row in settings_table()}
    assert set(re.findall(r"SAMSVAR_[A-Z_]+[A-Z]", OPERATING + API)) <= known


def test_every_problem_code_has_a_heading() -> None:
    codes = set(CODE.findall(sources())) | {"not-found", "method-not-allowed", "refused"}
    for module in ("reply_check.py", "consent_plan.py", "closing.py"):
        codes |= set(NOTICE.findall((ROOT / "dialogue" / module).read_text("utf-8")))
    codes |= set(WHY_NOT_ASKED)
    assert len(codes) > 15
    assert set(re.findall(r"^### ([a-z-]+)$", API, re.MULTILINE)) == codes


def test_every_route_is_documented() -> None:
    for route in an_app().router.routes():
        assert route.resource is not None
        path = route.resource.canonical
        if route.method != "HEAD":
            assert (f"## {route.method} {path}" in API) or (f"`{path}`" in OPERATING)


def test_every_metric_is_documented() -> None:
    text = Metrics().text().decode()
    for name in re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE):
        if not name.endswith("_created"):
            assert f"`{name}`" in OPERATING


def test_every_event_of_the_connectors_is_documented() -> None:
    events = set(EVENT.findall(sources()))
    assert len(events) > 8
    assert {event for event in events if f"`{event}`" not in OPERATING} == set()


def test_the_examples_of_the_api_are_accepted() -> None:
    examples = [json.loads(text) for text in re.findall(r"```json\n(.*?)\n```", API, re.DOTALL)]
    [encounter] = [each for each in examples if "met_at" in each]
    request = read_model(EncounterRequest, encounter)
    checked = check_encounter(request, a_municipality(), ["sms"], NOW)
    assert checked.address == "+4790000001"
    [reply] = [each for each in examples if set(each) == {"text", "author"}]
    assert read_model(ReplyRequest, reply).author == "avdelingsleiar"
    [asked] = [each for each in examples if "address_confirmed" in each]
    assert demand_address(read_model(ConsentAsk, asked), ["sms"]) == "+4790000002"


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    dashboard = (ROOT / "docker" / "grafana" / "samsvar.json").read_text(encoding="utf-8")
    shown = {
        re.sub(r"_bucket$", "", metric)
        for panel in json.loads(dashboard)["panels"]
        for target in panel["targets"]
        for metric in re.findall(r"samsvar_\w+", target["expr"])
    }
    kept = re.findall(r"^# TYPE (\S+) ", Metrics().text().decode(), re.MULTILINE)
    assert shown == {metric for metric in kept if not metric.endswith("_created")}

"""Each trap of a bot's author is told of at load, with file, line and mend."""

from pathlib import Path

import pytest

from dialogue.bot_check import check_bot
from dialogue.conformance import open_bot
from dialogue.domain import load_bot
from knowledge.problems import ContentError, Problem

BOTS = Path(__file__).parent / "bots"
DOMAIN = """
intents: [ask, tell, stop]
entities: [size]
slots:
  size: {type: categorical, values: [small, large], mappings: [{type: from_entity, entity: size}]}
  hidden: {type: bool, influence_conversation: false, mappings: [{type: custom}]}
  standard: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms:
  size_form: {required_slots: [size]}
responses:
  utter_ask_size: [{text: "Stor eller liten?"}]
  utter_done: [{text: "Takk for {size}."}]
  utter_told: [{text: "Fint."}]
  utter_stopped: [{text: "Avbrutt."}]
"""
RULES = """
rules:
  - rule: begin
    steps: [{intent: ask}, {action: size_form}, {active_loop: size_form}]
  - rule: end
    condition: [{active_loop: size_form}]
    steps: [{action: size_form}, {active_loop: null}, {action: utter_done}]
  - rule: told
    steps: [{intent: tell}, {action: utter_told}]
  - rule: stop
    condition: [{active_loop: size_form}]
    steps: [{intent: stop}, {action: action_deactivate_loop}, {active_loop: null},
            {action: utter_stopped}]
"""


def problems(folder: Path, domain: str = DOMAIN, rules: str = RULES, **more: str) -> list[Problem]:
    folder.mkdir(exist_ok=True)
    (folder / "domain.yml").write_text(domain, encoding="utf-8")
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    for name, text in more.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    try:
        return check_bot(load_bot(folder), [])
    except ContentError as error:
        return list(error.problems)


def codes(found: list[Problem]) -> set[str]:
    return {problem.code for problem in found}


def test_a_sound_bot_has_no_problems(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


TRAPS: dict[str, tuple[str, str, str]] = {
    "a response is taken away": (
        "rules.unknown-name", '  utter_told: [{text: "Fint."}]\n', "",
    ),
    "a question is taken away": (
        "forms.no-question", '  utter_ask_size: [{text: "Stor eller liten?"}]\n', "",
    ),
    "a slot is taken away": (
        "forms.unknown-slot",
        "  size: {type: categorical, values: [small, large], "
        "mappings: [{type: from_entity, entity: size}]}\n", "",
    ),
    "a slot loses its mapping": (
        "forms.unfillable", "mappings: [{type: from_entity, entity: size}]",
        "mappings: [{type: custom}]",
    ),
    "an entity is not declared": ("slots.unknown-entity", "entities: [size]", "entities: []"),
    "an intent has no rule": ("intents.unanswered", "stop]\n", "stop, rest]\n"),
    "a placeholder is no slot": ("responses.placeholder", "{size}.", "{colour}."),
    "a placeholder beside braces": ("responses.braces", "{size}.", '{size} {{x}}.'),
    "a text for one channel": (
        "responses.channel-missing", '{text: "Fint."}', '{text: "Fint.", channel: sms}',
    ),
    "a text for one standard": (
        "responses.standard-missing", '{text: "Fint."}',
        '{text: "Fint.", condition: [{type: slot, name: standard, value: nb}]}',
    ),
    "lots are drawn": ("responses.tie", '{text: "Fint."}', '{text: "Fint."}, {text: "Bra."}'),
    "a condition on no slot": (
        "responses.unknown-slot", '{text: "Fint."}',
        '{text: "Fint."}, {text: "B", condition: [{type: slot, name: mood, value: 1}]}',
    ),
    "a button nobody understands": (
        "responses.payload", '{text: "Fint."}',
        '{text: "Fint.", buttons: [{title: Ja, payload: /yes}]}',
    ),
    "an action that is not written": ("actions.unwritten", "forms:", "actions: [action_x]\nforms:"),
    "a text slot that takes everything": (
        "slots.greedy", "hidden: {type: bool, influence_conversation: false, mappings: "
        "[{type: custom}]}", "hidden: {type: text, mappings: [{type: from_text}]}",
    ),
    "a form begins with a stranger": (
        "domain.key", "forms:", "e2e_actions: [hei]\nforms:",
    ),
    "begin: lost": ("rules.form-lost", "", """
  - rule: asks first
    condition: [{active_loop: size_form}]
    steps: [{intent: tell}, {action: utter_stopped}]
"""),
    "twice: dead": ("rules.dead", "", """
  - rule: told once more
    steps: [{intent: tell}, {action: utter_told}]
"""),
    "contradiction": ("rules.contradiction", "", """
  - rule: told otherwise
    steps: [{intent: tell}, {action: utter_stopped}]
"""),
    "ignored": ("rules.slot-ignored", "", """
  - rule: told when hidden
    condition: [{slot_was_set: [{hidden: true}]}]
    steps: [{intent: tell}, {action: utter_told}]
"""),
    "no such value": ("rules.slot-value-unknown", "", """
  - rule: told when huge
    condition: [{slot_was_set: [{size: huge}]}]
    steps: [{intent: tell}, {action: utter_stopped}]
"""),
    "nothing follows": ("rules.nothing-follows", "", """
  - rule: told on and on
    condition: [{slot_was_set: [{size: large}]}]
    steps: [{intent: tell}, {action: utter_stopped}]
    wait_for_user_input: false
"""),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_told_of(trap: str, tmp_path: Path) -> None:
    code, old, new = TRAPS[trap]
    assert old in DOMAIN
    domain, rules = (DOMAIN.replace(old, new), RULES) if old else (DOMAIN, RULES + new)
    found = problems(tmp_path, domain, rules)
    assert code in codes(found), [str(problem) for problem in found]
    told = next(problem for problem in found if problem.code == code)
    assert told.line > 0
    assert told.mend


def test_a_form_whose_end_no_rule_takes_up_is_told_of(tmp_path: Path) -> None:
    rules = RULES.replace("{action: size_form}, {active_loop: null}, {action: utter_done}", "")
    rules = rules.replace("    steps: []\n", "    steps: [{intent: tell}, {action: size_form}, "
                          "{active_loop: size_form}]\n")  # fmt: skip
    assert "forms.no-end" in codes(problems(tmp_path, rules=rules))


def test_another_fallback_would_repeat_itself(tmp_path: Path) -> None:
    config = "policies: [{name: RulePolicy, core_fallback_action_name: utter_told}]\n"
    assert "config.fallback" in codes(problems(tmp_path, config=config))


def test_what_is_outside_the_subset_is_refused(tmp_path: Path) -> None:
    config = "policies: [{name: TEDPolicy}]\n"
    nlu = "nlu:\n  - lookup: place\n    examples: |\n      - Tau\n"
    rules = RULES + "stories:\n  - story: one\n"
    found = problems(tmp_path, rules=rules, config=config, nlu=nlu)
    assert codes(found) >= {"config.policy", "data.nlu-unsupported", "data.unsupported"}


SIZE = "{type: categorical, values: [small, large], "
STEP = "  - rule: outside\n    steps: [{intent: stop}, %s]\n"
NLU = "nlu:\n  - %s\n    examples: |\n      - Tau\n"
OUTSIDE: dict[str, tuple[str, dict[str, str]]] = {
    "a step with the words of a user": (
        "rules.step-unsupported", {"rules": RULES + STEP % '{user: "hei"}'},
    ),
    "a step with the words of the bot": (
        "rules.step-unsupported", {"rules": RULES + STEP % '{bot: "hei"}'},
    ),
    "a checkpoint": ("rules.step-unsupported", {"rules": RULES + STEP % "{checkpoint: c}"}),
    "stories": ("data.unsupported", {"rules": RULES + "stories:\n  - story: one\n"}),
    "a lookup table": ("data.nlu-unsupported", {"nlu": NLU % "lookup: place"}),
    "a regex": ("data.nlu-unsupported", {"nlu": NLU % "regex: place"}),
    "a synonym": ("data.nlu-unsupported", {"nlu": NLU % "synonym: place"}),
    "a retrieval intent": ("data.nlu-unsupported", {"nlu": NLU % "intent: ask/price"}),
    "another policy": ("config.policy", {"config": "policies: [{name: MemoizationPolicy}]\n"}),
    "a slot class of one's own": (
        "slots.type", {"domain": DOMAIN.replace("type: bool", "type: my.Slot")},
    ),
    "a slot filled by itself": (
        "slots.key", {"domain": DOMAIN.replace(SIZE, SIZE + "auto_fill: true, ")},
    ),
    "a form that lists mappings": (
        "forms.shape", {"domain": DOMAIN.replace(
            "{required_slots: [size]}", "{required_slots: {size: [{type: from_text}]}}")},
    ),
    "a form in the oldest style": (
        "forms.shape", {"domain": DOMAIN.replace(
            "{required_slots: [size]}", "{size: [{type: from_text}]}")},
    ),
    "end-to-end actions": ("domain.key", {"domain": DOMAIN + "e2e_actions: [hei]\n"}),
    "an old setting of the domain": (
        "domain.key", {"domain": DOMAIN + "config: {store_entities_as_slots: false}\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OUTSIDE)
def test_what_is_outside_is_refused_with_its_file_line_and_mend(what: str, tmp_path: Path) -> None:
    code, files = OUTSIDE[what]
    told = next((p for p in problems(tmp_path, **files) if p.code == code), None)
    assert told is not None
    assert str(told.file).endswith(f"{next(iter(files))}.yml")
    assert told.line > 0
    assert told.mend


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    domain = DOMAIN.replace("type: bool", "type: ours").replace("utter_told:", "utter_tolt:")
    found = problems(tmp_path, domain)
    assert {(p.code, p.line) for p in found} == {("slots.type", 6), ("rules.unknown-name", 9)}


def test_an_action_that_is_written_but_not_declared_is_told_of() -> None:
    executor = open_bot(BOTS / "parcel")
    found = check_bot(executor.bot, [*executor.actions, "validate_complaint_form", "action_more"])
    told = {p.what.split("«")[1].split("»")[0]: p.severity for p in found
            if p.code == "actions.undeclared"}  # fmt: skip
    assert told == {"validate_complaint_form": "error", "action_more": "warning"}


def test_domains_are_merged_and_a_disagreement_is_told_of(tmp_path: Path) -> None:
    for name, text in (("one", "A"), ("two", "B")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "domain.yml").write_text(
            f"intents: [ask, {name}]\nresponses: {{utter_a: [{{text: {text}}}]}}\n",
            encoding="utf-8",
        )
    with pytest.raises(ContentError) as raised:
        load_bot([tmp_path / "one", tmp_path / "two"])
    assert [(p.file, p.code) for p in raised.value.problems] == [("two/domain.yml", "domain.twice")]
    (tmp_path / "two" / "domain.yml").write_text("intents: [ask, two]\n", encoding="utf-8")
    assert load_bot([tmp_path / "one", tmp_path / "two"]).intents == ("ask", "one", "two")

"""Each trap of a bot's author is told of at load, with file, line and mend."""

from pathlib import Path

import pytest
from small_bot import DOMAIN, RULES, codes, problems

from dialogue.bot_check import check_bot
from dialogue.conformance import open_bot
from dialogue.domain import Bot, load_bot
from dialogue.names_check import name_problems
from knowledge.problems import ContentError

BOTS = Path(__file__).parent / "bots"


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
    "words of a channel's own in one standard": (
        "responses.channel-uneven", '{text: "Fint."}',
        '{text: "Fint."}, {text: "Bra.", channel: sms, '
        'condition: [{type: slot, name: standard, value: nb}]}',
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


def told_of_code(bot: Bot, code: str) -> list[str]:
    return [f"{p.code} {p.what}" for p in name_problems(bot, code, code)]


def test_what_the_code_says_of_names_is_told_of(tmp_path: Path) -> None:
    bare = "  bare: {type: text, mappings: [{type: from_entity, entity: size}]}\n"
    assert problems(tmp_path, DOMAIN.replace("  hidden:", f"{bare}  hidden:")) == []
    bot = load_bot(tmp_path)
    known = 'SlotSet("hidden", 1); x = {"standard": 1}; '
    assert told_of_code(bot, known) == ["slots.never-read nothing reads the slot «bare»"]
    read = known + 'tracker.get_slot("bare")'
    assert told_of_code(bot, read) == []
    assert told_of_code(bot, read.replace('"hidden"', "name")) == [
        "slots.never-set nothing fills the slot «hidden»"
    ]
    assert told_of_code(bot, "def validate_hidden(): ..." + read.replace('"hidden"', "n")) == []
    assert told_of_code(bot, read + 'say(f"utter_{x}")') == [
        "actions.name-built the code of the actions puts the name of a response together: "
        "«utter_{x}»"
    ]
    assert told_of_code(bot, read + 'say("utter_gone")')[0].startswith("actions.unknown-name")

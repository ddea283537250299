"""What lies outside the subset of Rasa's formats is told of, with file, line and mend."""

from pathlib import Path

import pytest
from small_bot import DOMAIN, RULES, codes, problems


def test_what_is_outside_the_subset_is_refused(tmp_path: Path) -> None:
    config = "policies: [{name: TEDPolicy}]\n"
    nlu = "nlu:\n  - lookup: place\n    examples: |\n      - Tau\n"
    rules = RULES + "stories:\n  - story: one\n"
    found = problems(tmp_path, rules=rules, config=config, nlu=nlu)
    assert codes(found) >= {"config.policy", "data.nlu-unsupported", "data.unsupported"}


SIZE = "{type: categorical, values: [small, large], "
STEP = "  - rule: outside\n    steps: [{intent: stop}, %s]\n"
NLU = "nlu:\n  - %s\n    examples: |\n      - Tau\n"
FROM_SIZE = "from_entity, entity: size"
ASKED = ", conditions: [{requested_slot: size}]"
EITHER = "{or: [{action: utter_told}, {action: utter_done}]}"
POLICY = "policies: [{name: RulePolicy, %s}]\n"
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
    "an entry of the examples with a misspelt key": (
        "data.nlu-unsupported", {"nlu": "nlu:\n  - intent: ask\n    exmples: hei\n"},
    ),
    "a key of a data file": ("data.unsupported", {"rules": RULES + "forms: {}\n"}),
    "a pipeline": ("config.pipeline", {"config": "pipeline: [{name: DIETClassifier}]\n"}),
    "another recipe": ("config.key", {"config": "recipe: graph.v1\n"}),
    "importers": ("config.key", {"config": "importers: [{name: MultiProjectImporter}]\n"}),
    "rules of several messages": (
        "config.option", {"config": POLICY % "restrict_rules: false"},
    ),
    "rules that may contradict": (
        "config.option", {"config": POLICY % "check_for_contradictions: false"},
    ),
    "a misspelt option": ("config.option", {"config": POLICY % "core_falback_action_name: x"}),
    "a threshold": ("config.no-effect", {"config": POLICY % "core_fallback_threshold: 0.4"}),
    "another server for texts": ("files.endpoint", {"endpoints": "nlg: {url: http://x}\n"}),
    "an action server": (
        "files.not-read", {"endpoints": "action_endpoint: {url: http://x}\n"},
    ),
    "markers": ("files.markers", {"markers": "m: {and: [{action: utter_done}]}\n"}),
    "stories in a file of their own": ("files.elsewhere", {"stories": "stories: []\n"}),
    "an action of an intent": (
        "domain.detail", {"domain": DOMAIN.replace("[ask,", "[{ask: {triggers: utter_told}},")},
    ),
    "an unknown entity of an intent": (
        "intents.unknown-entity",
        {"domain": DOMAIN.replace("[ask,", "[{ask: {use_entities: [sise]}},")},
    ),
    "an unknown entity that an intent ignores": (
        "intents.unknown-entity",
        {"domain": DOMAIN.replace("[ask,", "[{ask: {ignore_entities: [sise]}},")},
    ),
    "a colon after an intent and nothing": (
        "domain.shape", {"domain": DOMAIN.replace("[ask,", "[{ask: },")},
    ),
    "misspelt roles": (
        "domain.detail", {"domain": DOMAIN.replace("[size]\n", "[{size: {rolls: [a]}}]\n", 1)},
    ),
    "a misspelt session": (
        "domain.detail", {"domain": DOMAIN + "session_config: {expiration: 5}\n"},
    ),
    "a session of words": (
        "domain.shape", {"domain": DOMAIN + "session_config: {session_expiration_time: long}\n"},
    ),
    "intents as a mapping": (
        "domain.shape", {"domain": DOMAIN.replace("[ask, tell, stop]", "{ask: 1}")},
    ),
    "values of a truth": (
        "slots.key", {"domain": DOMAIN.replace("{type: bool,", "{type: bool, values: [a],")},
    ),
    "an influence in words": (
        "slots.shape",
        {"domain": DOMAIN.replace("{type: bool, influence_conversation: false",
                                  "{type: bool, influence_conversation: no")},
    ),
    "a key of another mapping": (
        "slots.mapping-key",
        {"domain": DOMAIN.replace(FROM_SIZE, FROM_SIZE + ", value: a")},
    ),
    "a condition without a form": (
        "slots.mapping-condition",
        {"domain": DOMAIN.replace(FROM_SIZE, FROM_SIZE + ASKED)},
    ),
    "an ignored intent that is not there": (
        "forms.unknown-intent",
        {"domain": DOMAIN.replace("{required_slots: [size]}",
                                  "{required_slots: [size], ignored_intents: [rest]}")},
    ),
    "a button with a misspelt key": (
        "responses.shape",
        {"domain": DOMAIN.replace('{text: "Fint."}', '{text: "Fint.", buttons: [{label: Ja}]}')},
    ),
    "a text that is a number": (
        "responses.shape", {"domain": DOMAIN.replace('{text: "Fint."}', "{text: 5}")},
    ),
    "a rule with a misspelt key": (
        "rules.key", {"rules": RULES.replace("condition:", "conditions:", 1)},
    ),
    "a rule that waits in words": (
        "rules.shape", {"rules": RULES.replace("told\n", "told\n    wait_for_user_input: no\n")},
    ),
    "two things in one step": (
        "rules.step", {"rules": RULES + STEP % "{action: utter_told, intent: tell}"},
    ),
    "a step with a misspelt key": (
        "rules.step", {"rules": RULES.replace("{intent: tell}", "{intent: tell, entitys: [size]}")},
    ),
    "two entities in one": (
        "rules.step",
        {"rules": RULES.replace("{intent: tell}", "{intent: tell, entities: [{size: a, x: b}]}")},
    ),
    "either of two actions": (
        "rules.step", {"rules": RULES + STEP % EITHER},
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


def test_what_changes_nothing_is_told_of_and_does_not_stop_the_bot(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        config="recipe: default.v1\nlanguage: nb\npipeline: []\n" + POLICY % "priority: 3",
        endpoints="tracker_store: {type: mongod}\n",
        credentials="rest:\n",
        nlu="nlu:\n  - intent: ask\n    examples: |\n      - hei\n",
    )
    assert {p.severity for p in found} == {"warning"}
    assert codes(found) == {"config.no-effect", "files.not-read", "data.examples"}


def test_what_our_channels_do_not_show_is_told_of(tmp_path: Path) -> None:
    picture = DOMAIN.replace('{text: "Fint."}', '{text: "Fint.", image: "https://x.example/a.png"}')
    assert [(p.code, p.severity) for p in problems(tmp_path, picture)] == [
        ("responses.not-shown", "warning")
    ]


def test_data_in_an_old_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nlu.md").write_text("## intent:ask\n- hei\n", encoding="utf-8")
    assert codes(problems(tmp_path)) == {"files.old-format"}


def test_an_entity_and_a_role_that_nobody_has_are_told_of(tmp_path: Path) -> None:
    rules = RULES.replace("{intent: tell}", "{intent: tell, entities: [sise]}")
    assert "rules.unknown-name" in codes(problems(tmp_path, rules=rules))
    role = DOMAIN.replace("entity: size", "entity: size, role: to")
    assert "slots.unknown-entity" in codes(problems(tmp_path, role))

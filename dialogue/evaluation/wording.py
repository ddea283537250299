"""What measures and parts of the page are called, in bokmål and nynorsk."""

from __future__ import annotations

from collections.abc import Mapping

Names = Mapping[str, tuple[str, str]]

MEASURE: Names = {
    "found": (
        "riktig artikkel først, eller blant valgene",
        "rett artikkel først, eller blant vala",
    ),
    "answered_right": ("svart med én gang, og riktig", "svart med ein gong, og rett"),
    "asked_right": ("spurt tilbake, riktig blant valgene", "spurt tilbake, rett blant vala"),
    "handed_over": ("sendt videre selv om svaret finnes", "sendt vidare endå svaret finst"),
    "answered_wrong": ("svart med én gang, men feil", "svart med ein gong, men feil"),
    "outside_kept": ("utenfor basen: ikke svart", "utanfor basen: ikkje svart"),
    "outside_handed_over": ("utenfor basen: sendt videre", "utanfor basen: sendt vidare"),
    "standard_shown": ("riktig målform (fire ord eller mer)", "rett målform (fire ord eller meir)"),
    "danger_found": ("fare oppdaget", "fare oppdaga"),
    "danger_right": ("fare oppdaget, med riktig nummer", "fare oppdaga, med rett nummer"),
    "false_alarm": ("falsk alarm", "falsk alarm"),
    "intent": ("hva meldingen vil (intent)", "kva meldinga vil (intent)"),
    "kind": ("slags tilbakemelding", "slag tilbakemelding"),
    "role": ("hvem som skriver", "kven som skriv"),
    "about": ("hvem det gjelder", "kven det gjeld"),
    "service": ("tjeneste", "teneste"),
    "sensitive": ("følsomt innhold", "kjenslevart innhald"),
    "language": ("språk", "språk"),
    "rating": ("vurdering", "vurdering"),
    "choice": ("valg", "val"),
    "not_rejected": ("ikke tatt for noe det ikke er", "ikkje teke for noko det ikkje er"),
    "masked": ("nummer skjult", "nummer skjult"),
    "left_alone": ("annet latt i fred", "anna late i fred"),
    "f1_kind": ("slags tilbakemelding (macro-F1)", "slag tilbakemelding (macro-F1)"),
    "f1_role": ("hvem som skriver (macro-F1)", "kven som skriv (macro-F1)"),
    "f1_about": ("hvem det gjelder (macro-F1)", "kven det gjeld (macro-F1)"),
    "f1_sensitive": ("følsomt innhold (macro-F1)", "kjenslevart innhald (macro-F1)"),
}
FIELD: Names = {
    "article": ("artikkel", "artikkel"),
    "emergency": ("nødnummer", "naudnummer"),
    "standard": ("målform", "målform"),
    "masked": ("skjult nummer", "skjult nummer"),
    **{name: MEASURE[name] for name in ("intent", "kind", "role", "about", "service", "sensitive",
                                        "language", "rating", "choice")},
}  # fmt: skip
OUTCOME: Names = {
    "answer": ("svart", "svart"),
    "clarify": ("spurt tilbake", "spurt tilbake"),
    "handover": ("sendt videre", "sendt vidare"),
    "": ("", ""),
}
GROUP: Names = {
    "all": ("alle", "alle"),
    "nb": ("bokmål", "bokmål"),
    "nn": ("nynorsk", "nynorsk"),
    "nb+nn": ("bokmål og nynorsk", "bokmål og nynorsk"),
    "dialect": ("dialekt", "dialekt"),
    "other": ("andre språk", "andre språk"),
    "outside": ("utenfor basen", "utanfor basen"),
    "-": ("uten", "utan"),
}
SAID: Names = {
    "title": ("Hvor godt svarer roboten?", "Kor godt svarar roboten?"),
    "intro": (
        "{lines} merkede meldinger er spurt mot innholdet {content}. Hvert tall har et "
        "95 prosent intervall: så mye kan tallet skyldes at nettopp disse meldingene ble valgt.",
        "{lines} merkte meldingar er spurde mot innhaldet {content}. Kvart tal har eit "
        "95 prosent intervall: så mykje kan talet kome av at nettopp desse meldingane vart valde.",
    ),
    "targets": ("Målene", "Måla"),
    "measure": ("hva", "kva"),
    "target": ("mål", "mål"),
    "reached": ("nådd?", "nådd?"),
    "yes": ("ja", "ja"),
    "no": ("NEI", "NEI"),
    "bound": ("høyst", "høgst"),
    "equal": ("Like godt for alle?", "Like godt for alle?"),
    "groups": ("mellom", "mellom"),
    "difference": ("forskjell", "skilnad"),
    "at_most": ("høyst", "høgst"),
    "honest": ("Er sikkerheten ærlig?", "Er tryggleiken ærleg?"),
    "honest_text": (
        "Der roboten er 80 prosent sikker, skal den ha rett i omtrent 80 av 100. Punktene skal "
        "ligge nær den skrå linjen.",
        "Der roboten er 80 prosent sikker, skal han ha rett i om lag 80 av 100. Punkta skal "
        "liggje nær den skrå linja.",
    ),
    "confidence": ("sikkerhet", "tryggleik"),
    "right": ("riktig", "rett"),
    "count": ("meldinger", "meldingar"),
    "changes": ("Forandring siden {against}", "Endring sidan {against}"),
    "before": ("før", "før"),
    "after": ("nå", "no"),
    "change": ("forandring", "endring"),
    "won_lost": ("bedre / verre", "betre / verre"),
    "judgement": ("dom", "dom"),
    "unmoved": ("{count} tall er de samme som før.", "{count} tal er dei same som før."),
    "dropped": ("VERRE", "VERRE"),
    "same": ("innenfor det tilfeldige", "innanfor det tilfeldige"),
    "neutral": ("verken bedre eller verre", "korkje betre eller verre"),
    "improved": ("bedre", "betre"),
    "by_topic": ("Etter tema", "Etter tema"),
    "by_channel": ("Etter kanal", "Etter kanal"),
    "topic": ("tema", "tema"),
    "channel": ("kanal", "kanal"),
    "confusions": ("Hva tas for hva? Det verste først", "Kva blir teke for kva? Det verste først"),
    "confusions_text": (
        "Feil svar teller mest, så manglende svar, så spørsmål tilbake uten det riktige. En "
        "oversett fare teller mer enn alt annet.",
        "Feil svar tel mest, så manglande svar, så spørsmål tilbake utan det rette. Ein "
        "oversedd fare tel meir enn alt anna.",
    ),
    "field": ("felt", "felt"),
    "expected": ("skulle vært", "skulle vore"),
    "got": ("ble", "vart"),
    "examples": ("meldinger", "meldingar"),
    "why": ("hvorfor", "kvifor"),
    "none": ("Ingen.", "Ingen."),
    "more": ("… og {count} til.", "… og {count} til."),
}


def say(names: Names, key: str, standard: str, **values: object) -> str:
    """A name in a written standard; the key itself where there is none."""
    found = names.get(key)
    text = key if found is None else found[standard == "nn"]
    return text.format(**values) if values else text

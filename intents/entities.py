"""Named pieces of a message: times, places, telephone numbers, names, amounts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intents.commands import find_ticket
from intents.model import LanguageModel
from intents.reading import Reading
from intents.understood import Entity

_PHONE = re.compile(
    r"(?<![\d.,/])(?:(?:\+|00)47[ \u00a0]?)?[2-9]\d(?:[ \u00a0]?\d){6}(?![\d.,/]\d|\d)"
)
_DATE = re.compile(
    r"(?<!\d)(?:[0-3]?\d[./][01]?\d[./](?:\d{4}|\d{2})|\d{4}-\d\d-\d\d|"
    r"[0-3]?\d[./][01]?\d\.?(?!\d)|"
    r"[0-3]?\d\.? ?(?:januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|"
    r"desember)(?: \d{4})?)(?!\d)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?:\bkl(?:okka|okken|okkå|\.)?\s?(?:halv\s)?(?:\d{1,2}(?:[.:]\d\d)?|ett|eitt|to|tre|"
    r"fire|fem|"
    r"seks|sju|syv|åtte|ni|ti|elleve|tolv)\b|(?<![\d.])[0-2]?\d[:][0-5]\d(?!\d))",
    re.IGNORECASE,
)
_TIME_WORDS = re.compile(
    r"\b(?:i (?:dag|morgen|morgon|går|kveld|natt|fjor|år|helga|helgen|helgå|sommer|haust|høst|"
    r"vinter|påsken|påska|jula|julen|ettermiddag|romjula|romjulen|(?:hele|heile|"
    r"heila) (?:dag|natt))|"
    r"for (?:\w+ )?(?:dager|dagar|dag|uker|uke|veker|veke|måneder|måned|månader|månad|"
    r"timer|timar|år) "
    r"(?:siden|sidan|sia)|mellom \d{1,2} og \d{1,2}|(?:de |dei )?siste \w+ (?:dagene|"
    r"dagane|ukene|vekene|"
    r"månedene|månadene|dager|dagar|uker|veker|måneder|månader)|(?:om|på) (?:morgenen|"
    r"morgonen|kvelden|"
    r"natta|natten|ettermiddagen|formiddagen|dagtid|mårån|kveldan)|(?:måndag|mandag|"
    r"tysdag|tirsdag|onsdag|torsdag|fredag|"
    r"laurdag|lørdag|sundag|søndag)(?:en|ar|er)?|(?:forrige|førre|neste|denne) (?:uke|uka|veke|"
    r"veka|måned|månad|helg|helga)|imorgen|imårå|igår|idag|i mårå|i morra)\b",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b[A-ZÆØÅ][\wæøåÆØÅ]*(?:vegen|veien|gata|gaten|gate|gt|vei|veg|bakken|stien|stigen|svingen|"
    r"brekka|lia|haugen|tunet|plassen|kroken|ringen|allé|alleen)\.?(?: ?\d{1,4} ?[A-Za-z]?\b)?"
)
_PLACE = re.compile(
    r"\b(?:på|i|ved|til|fra|frå|mot|nær) ([A-ZÆØÅ][a-zæøå]{2,}(?:[- ][A-ZÆØÅ][a-zæøå]+)?)"
)
_PERSON = re.compile(
    r"\b([A-ZÆØÅ][a-zæøåé]+(?:[- ][A-ZÆØÅ][a-zæøåé]+)? [A-ZÆØÅ][a-zæøåé]+(?:sen|son|dal|stad|vik|"
    r"[a-zæøåé]*))\b"
)
_TITLE = re.compile(
    r"\b(?:lege|lærer|lærar|doktor|rektor|saksbehandler|saksbehandlar|sykepleier|"
    r"sjukepleiar|heter|"
    r"heiter|namnet er|navnet er|heitte|het|ved navn|som heter|som heiter|herr|fru) "
    r"([A-ZÆØÅ][a-zæøåé]+(?: [A-ZÆØÅ][a-zæøåé]+)?)"
)
_NUMBER = re.compile(r"(?<![\w.,:/+-])\d+(?:[.,]\d+)?(?![\w:/-]|[.,]\d)")
_CONTACT = re.compile(
    r"(?<!ikke )(?<!ikkje )(?<!kje )(?<!itj )\b(?:"
    r"ring(?:e|je|a|er)? (?:gjerne |berre |bare |heller |da |då )?(?:meg|mæ|mei|oss|"
    r"tilbake|attende|"
    r"tebake|mor|far|kona|mannen)|ring gjerne|(?:ta|tar|tek) kontakt|kontakt(?:e|"
    r"a)? (?:meg|mæ|oss)|"
    r"(?:bli|verte|verta) (?:oppringt|oppringd|ringt opp|ringd opp|kontaktet|kontakta)|"
    r"øn?skj?er kontakt|svar(?:e|a)? (?:meg|mæ|oss)|(?:vil|ønsker|ønskjer|"
    r"må) (?:gjerne )?(?:ha )?svar|"
    r"(?:gi|gje|gjev|send) (?:meg|mæ|oss) (?:en |ei |ein )?(?:tilbakemelding|beskjed|"
    r"melding|svar)|"
    r"(?:snakk|prat)[ea]? med [^.?!]{3,25} på telefon|(?:få|på) (?:en |ein )?telefon(?:samtale)? "
    r"(?:fra|frå|med))\b",
    re.IGNORECASE,
)
# Where something is, without a name of its own: «ved kyrkja», «i nedre gate».
_LANDMARKS = (
    r"(?:(?:ny|gaml|kommunal|nedr|øvr)\w+ )?(?:kirk|kyrkj|butikk|brygg|brua|bruen|bruå|"
    r"kai|kaia|kaien|hamn|"
    r"havn|elv|strand|torg|rundkjøring|rundkøyring|kryss|sving|bakke|parken|lekeplass|leikeplass|"
    r"stasjon|bensinstasjon|rasteplass|parkeringsplass|gangfelt|undergang|tunnel|busstopp|"
    r"busskur|"
    r"bussholdeplass|haldeplass|senter|kjøpesenter|sentrum|ferjekai|ballbane|fotballbane|"
    r"gravlund|"
    r"kirkegård|kyrkjegard)(?:[aåen]|ja|en|et|sen|svingen|sa)*"
)
_NEAR = re.compile(
    rf"\b(?:(?:ved|bak|utenfor|utanfor|utafor|utforbi|foran|framfor|nær|forbi|på|i|over|"
    rf"under) ({_LANDMARKS})"
    r"|(?:ved|bak|utenfor|utanfor|utafor|utforbi|foran|framfor) "
    r"(skolen|skulen|skola|barnehagen|biblioteket|rådhuset|sykehjemmet|sjukeheimen|"
    r"legesenteret|hallen)"
    r"|(?:i|på) ((?:nedre|øvre|store|vesle|gamle) (?:gate|gata|gaten|veg|vei|vegen|veien)))\b",
    re.IGNORECASE,
)
_LOWER_STREET = re.compile(r"\b[a-zæøå]{3,}(?:veien|vegen|gata|gaten|gate) \d{1,4} ?[a-z]?\b")
# A piece of each wording above: where none stands, the dear patterns need not look.
_TIME_PIECES = (
    *("dag", "morg", "morr", "mårå", "går", "kveld", "natt", "fjor", "i år", "helg", "sommer"),
    *("haust", "høst", "vinter", "påsk", "jul", "uk", "vek", "mån", "mellom", "siste", "sidan"),
    *("siden", "sia"),
)
_NEAR_PIECES = (
    *("kirk", "kyrkj", "butikk", "brygg", "bru", "kai", "hamn", "havn", "elv", "strand", "torg"),
    *("rundkj", "rundkø", "kryss", "sving", "bakke", "park", "plass", "stasjon", "gangfelt"),
    *("undergang", "tunnel", "busst", "buss", "sent", "bane", "gravlund", "gård", "gard", "skol"),
    *("skul", "barnehage", "bibliotek", "rådhus", "heim", "hjem", "hall", "gat", "veg", "vei"),
)
_CONTACT_PIECES = ("ring", "kontakt", "svar", "melding", "beskjed", "telefon")
_DIGIT = re.compile(r"\d")
# Letters that only a pattern without regard to case takes for others (ı for i, ſ for s).
_UNUSUAL = re.compile("[ıİſ\u212a\u212b]")


def find_entities(reading: Reading, model: LanguageModel) -> list[Entity]:
    """Every named piece, in the order of the text."""
    found = list(_names(reading, model))
    text = reading.text
    taken: list[tuple[int, int]] = []
    lowered = text.lower()
    unusual = _UNUSUAL.search(text) is not None
    numbered = _DIGIT.search(text) is not None
    if numbered:
        ticket = find_ticket(text)
        if ticket is not None:
            found.append(Entity("ticket", *ticket))
            taken.append(ticket[1:])
        for name, pattern in (("phone", _PHONE), ("time", _DATE)):
            _take(found, taken, name, pattern, text)
    if unusual or numbered or "kl" in lowered:
        _take(found, taken, "time", _CLOCK, text)
    if unusual or _holds(lowered, _TIME_PIECES):
        _take(found, taken, "time", _TIME_WORDS, text)
    rest = text[1:]
    if not rest.islower() and any(map(str.isupper, rest)):
        _take(found, taken, "address", _STREET, text)
        _take(found, taken, "person", _TITLE, text)
        _take(found, taken, "person", _PERSON, text)
        _take(found, taken, "place", _PLACE, text)
    if unusual or _holds(lowered, _NEAR_PIECES):
        _take(found, taken, "place", _NEAR, text)
    if numbered:
        _take(found, taken, "address", _LOWER_STREET, text)
        _take(found, taken, "number", _NUMBER, text)
    if unusual or _holds(lowered, _CONTACT_PIECES):
        _take(found, taken, "contact_wish", _CONTACT, text)
    return sorted(found, key=lambda entity: (entity.start, entity.end, entity.entity))


def _holds(text: str, pieces: Iterable[str]) -> bool:
    return True in map(text.__contains__, pieces)


def _take(
    found: list[Entity],
    taken: list[tuple[int, int]],
    name: str,
    pattern: re.Pattern[str],
    text: str,
) -> None:
    for match in pattern.finditer(text):
        group = match.lastindex or 0
        start, end = match.span(group)
        if name == "person" and (start == 0 or text[:start].rstrip()[-1:] in ".!?"):
            words = match.group(group).split()
            if len(words) < 3 and pattern is _PERSON:
                continue  # a capital after a full stop is no name
        if not any(start < b and a < end for a, b in taken):
            taken.append((start, end))
            found.append(Entity(name, match.group(group), start, end))


def _names(reading: Reading, model: LanguageModel) -> Iterator[Entity]:
    tokens = reading.tokens
    for named in reading.services[:3]:
        start, end = tokens[named.first].start, tokens[named.after - 1].end
        yield Entity("service", named.id, start, end)
    for named in model.units.find(tokens)[:2]:
        start, end = tokens[named.first].start, tokens[named.after - 1].end
        yield Entity("unit", named.id, start, end)

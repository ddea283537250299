"""Whole messages whose meaning is sure: STOPP, START, HJELP, «slett meg», «nynorsk».

Only the message as a whole counts: «bussen stoppa ikkje» is no wish to stop.
"""

from __future__ import annotations

import re

_WHOLE = {
    "stop": "stopp|stop|stans|avslutt|avmeld|meld meg av|avmeld meg|unsubscribe|avslutt abonnement|"
    "slutt å senda meg meldingar|slutt å sende meg meldinger|ikke send meg flere meldinger|"
    "ikkje send meg fleire meldingar|stopp meldinger|stopp meldingar|stopp sms|stop all|stopall|"
    "jeg vil ikke ha flere meldinger|eg vil ikkje ha fleire meldingar|eg vil ikkje ha fleire sms|"
    "jeg vil ikke ha flere sms|ikke send flere sms|ikkje send fleire sms|stopp dette|end|quit|"
    "eg vil melde meg av|jeg vil melde meg av|stopp alle meldinger|stopp alle meldingar|ferdig med sms",
    "start": "start|/start|starte|start opp|unstop|begynn|begynn på nytt|start på nytt|start igjen|"
    "byrja|byrj|start meldinger|start meldingar|meld meg på|meld meg på igjen|påmelding",
    "help": "hjelp|/help|help|info|meny|menu|/menu|hjelp meg|hjelpe|kan du hjelpe|kan du hjelpe meg|"
    "kan du hjelpa meg|kan dere hjelpe meg|trenger hjelp|treng hjelp|jeg trenger hjelp|"
    "eg treng hjelp|hva kan du|kva kan du|ka kan du|hva kan du gjøre|kva kan du gjere|"
    "hva kan du hjelpe med|hva kan du hjelpe meg med|kva kan du hjelpe med|"
    "kva kan du hjelpe meg med|kva kan du hjelpa meg med|ka du kan|ka kan du hjelpa meg med|"
    "hva kan jeg spørre om|kva kan eg spørje om|hvordan virker dette|korleis verkar dette|"
    "hvordan fungerer dette|korleis fungerer dette|kossen fungere detta|hvordan bruker jeg dette|"
    "hovedmeny|hovudmeny|vis meny|vis menyen|kommandoer|kommandoar|korleis brukar eg dette|?|??",
    "forget_me": "slett meg|slette meg|sletta meg|glem meg|gløym meg|/slett|slett alt|slett alt om meg|"
    "slett dataene mine|slett data om meg|slett mine data|slett mine opplysninger|"
    "slett opplysningene mine|slett opplysningane mine|slett alt dere har om meg|"
    "slett alt de har om meg|slett alt du veit om meg|slett alt du vet om meg|slett all info om meg|"
    "slett informasjonen om meg|slett samtalen|slett denne samtalen|slett brukeren min|"
    "fjern meg|fjern alt om meg|fjern opplysningene om meg|forget me|delete me",
    "bot_challenge": "er du en robot|er du ein robot|er du robot|er du en bot|er du ein bot|er du bot|"
    "er du et menneske|er du eit menneske|er du menneske|er dette en robot|er dette ein robot|"
    "er du ekte|er dette en bot|er dette ein bot|snakker jeg med en robot|snakkar eg med ein robot|"
    "er du en maskin|er du ein maskin|er du ai|er du en ai|er du ein ai|hvem er du|kven er du|"
    "kem e du|hvem er dette|kven er dette|er det en robot|er det ein robot|er du chatgpt|"
    "er eg i kontakt med ein robot|prater jeg med en robot|pratar eg med ein robot",
    "cancel": "avbryt|avbryte|/cancel|cancel|glem det|gløym det|gløm det|drop det|dropp det|dropp|"
    "angre|ombestemte meg|jeg ombestemte meg|eg ombestemte meg|eg ombestemde meg|la det være|"
    "lat det vere|la det vere|la vær|gløym da|glem d|gløym d|nei glem det|nei gløym det|"
    "jeg gir opp|eg gjev opp|eg gir opp|uff glem det|slutt|avlys|drit i det|samma det|same det|"
    "eg angrar|jeg angrer|bare glem det|berre gløym det|nei bare glem det|nei berre gløym det|"
    "vil ikke likevel|vil ikkje likevel|forkast|forkast det|ikke send|ikkje send|ikke send den|ikkje send den",
    "talk_to_human": "menneske|snakke med menneske|snakk med menneske|snakke med et menneske|"
    "snakke med eit menneske|snakke med noen|snakke med nokon|kundeservice|ring meg|saksbehandler|"
    "saksbehandlar|kan noen ringe meg|kan nokon ringje meg|kan dere ringe meg|kan de ringje meg|"
    "jeg vil snakke med et menneske|eg vil snakke med eit menneske|eg vil snakke med nokon|"
    "jeg vil snakke med noen|kontakt meg|servicetorget|sentralbord|sentralbordet",
    "wrong_recipient": "feil nummer|feil nr|feil person|feil mottaker|feil mottakar|"
    "du har feil nummer|de har feil nummer|dere har feil nummer|har feil nr|galt nummer|"
    "hvem er det du skal ha tak i|dette er feil nummer|ikke meg|ikkje meg",
    "greet": "hei|hallo|heisann|god dag|goddag|god morgen|god morgon|god kveld|hei hei|hei på deg|"
    "heihei|hei sann|halla|hey|hi|morn|morna|god ettermiddag|heia|hoi|hello|hei der|hallo der|"
    "hallaien|mårn|go dag|hei alle sammen|hei kommune|hei kommunen",
    "goodbye": "ha det|hade|hadet|ha det bra|ha det godt|adjø|vi snakkes|snakkast|vi snakkast|"
    "farvel|ha en fin dag|ha ein fin dag|hadebra|ha d|ha d bra|bye|god natt|ha en god dag|"
    "ha ein god dag|snakkes|ha ein fin kveld|ha en fin kveld|god helg|ha ei god helg|ha en god helg",
    "dont_know": "vet ikke|veit ikkje|vett ikkje|vet ikkje|veit ikke|jeg vet ikke|eg veit ikkje|"
    "eg vett ikkje|æ vet ikke|æ veit ikkje|usikker|ikke sikker|ikkje sikker|er ikke sikker|"
    "er ikkje sikker|ingen anelse|aner ikke|anar ikkje|vet ikke helt|veit ikkje heilt|ingen mening|"
    "inga meining|ingen formening|har ingen mening|har inga meining|husker ikke|hugsar ikkje|"
    "ingen aning|har ikke peiling|har ikkje peiling|hopp over|hoppe over|skip|neste|passer|pass|"
    "aner ikkje|usikker på det|vanskelig å si|vanskeleg å seie|hmm|tja|vetkje|vett kje|vet kje",
}
_COMMANDS = {form: intent for intent, forms in _WHOLE.items() for form in forms.split("|")}
_TRIM = re.compile(r"^[\s.,!«»\"']+|[\s.,!?«»\"':)(🙂😊👋🙏]+$")
_POLITE = re.compile(
    r"^(?:hei|hallo|heisann|ok|okei|ja|nei)?[\s,!.]*(.*?)"
    r"[\s,!.]*(?:takk|er du snill|ver så snill|vær så snill|please|nå|no)?$"
)
_NYNORSK = r"(?:nynorsk|nynorsken|ny norsk|landsmål|nn|nynosk)"
_BOKMAL = r"(?:bokmål|bokmal|bokmaal|bok mål|riksmål|nb|bokmåls)"
_SWITCH = re.compile(
    r"^(?:(?:hei|kan|kunne|vil|skriv|bytt|byt|byte|skift|svar|svare|skrive|skriva|prat|snakk|snakke|"
    r"jeg|eg|æ|du|dere|de|dykk|vil|ha|heller|heller,|gjerne|ønsker|ønskjer|foretrekker|føretrekkjer|"
    r"svaret|svara|svarene|på|til|takk|vær|ver|så|snill|snill,|og|meg|med|å|språk|målform|målføre|"
    r"bruk|bruke|nei|ja|er|det|mulig|mogleg|få|om|meldingene|meldingane|herfra|snille|være|vere|"
    r"helst|kun|bare|berre|sende|send|meldinger|meldingar|i|fortsette|halde|fram|kommunisere|lese|"
    r"please|switch|change|to|norsk)[\s,]+)*"
    rf"(?P<which>{_NYNORSK}|{_BOKMAL})"
    r"(?:[\s,]+(?:takk|er|du|snill|vær|ver|så|i|stedet|staden|stade|gjerne|til|meg|istedenfor|"
    r"for|framover|fremover|heretter|herifrå|no|nå|helst|svar|svare|svara|meldinger|meldingar|"
    r"kan|dere|de|då|da|istaden|isteden|please|alltid|ja|"
    rf"{_NYNORSK}|{_BOKMAL}))*$"
)
_STATUS = re.compile(r"\b[sS]\s?-?(\d{1,9}[a-z]?)\b")


def find_command(text: str) -> tuple[str, str | None] | None:
    """The intent of a message that is a command as a whole, and the standard it asks for."""
    if len(text) > 120:
        return None
    stripped = text.strip()
    plain = " ".join(_TRIM.sub("", text.lower()).split()) or stripped
    intent = _COMMANDS.get(plain)
    if intent is None and (polite := _POLITE.match(plain)) and polite.group(1):
        intent = _COMMANDS.get(polite.group(1))
    if intent is not None:
        return intent, None
    switch = _SWITCH.match(plain)
    if switch:
        return "switch_standard", "nn" if re.fullmatch(_NYNORSK, switch["which"]) else "nb"
    return None


def find_ticket(text: str) -> tuple[str, int, int] | None:
    """A ticket reference such as «S12» and its place."""
    match = _STATUS.search(text)
    return (f"S{match.group(1).lower()}", *match.span()) if match else None

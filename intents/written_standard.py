"""Bokmål, nynorsk or neither: what the text itself shows.

Function words first, then a naive Bayes over words and, when that is unsure, over
letter groups. Dialect words show no standard: «ka», «kor tid» and «boss» are written
on both sides, so they do not count, and a text of only such words is not sure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from intents.languages import language_by_script, language_by_words
from intents.tokens import Token

# Words that (almost) only one standard has. Ambiguous ones («dere», «me», «no», «de») are left
# to the word weights.
BOKMAL_WORDS = frozenset(
    "jeg ikke hva hvor hvordan hvorfor hvem hvilken hvilket hvilke noe noen mye ikkje's være "
    "uke uka uken uker fra hun henne hennes deres dem kommer bare nå selv også gjøre gjør sier "
    "spørre spør vei veien veier vann vannet skole skolen skoler skolene hjem hjemme hjemmet "
    "sykehjem sykehjemmet sykehjemmets hjemmetjenesten hjemmesykepleie hjemmesykepleien syk syke "
    "sykepleier sykepleieren en ett dårlig dårlige farlig vanskelig mulig nødvendig viktigste "
    "hyggelig koselig vennlig trenger kjøre kjører mens siden først hver hvert begge begynner "
    "begynne åpent åpner åpningstid åpningstider åpningstidene søker søke søknaden tjeneste "
    "tjenesten tjenester barnehagene barna barnet kommunene ukene dagene timene penger svarer "
    "ønsker fornøyd misfornøyd klager betaler betale koster brøytet brøytes strødd hentes hentet "
    "tømmes tømt ødelagt ansatt ansatte leder lederen lærer læreren lærerne innbygger pårørende "
    "bruker brukere regning bekymret vedtaket klagen avslaget planen flere minst større eldre "
    "mellom imellom gjennom utenfor innenfor foran hos sammen annen annet ingenting "
    "unnskyld takker håper mener tenker synes skjer blir ble blitt fikk gikk kunne skulle ville "
    "opp ned hverdager helg måned måneder gutt jente sønnen datteren moren faren kjøpe selge "
    "forrige neste mandag tirsdag lørdag søndag enn fortsatt fremdeles derfor nettopp".split()
) - {"ikkje's", "mandag", "siden", "hver", "en", "ett", "hos", "minst", "større", "eldre", "mellom",
     "opp", "ned", "helg", "enn", "neste", "jente", "gutt", "kunne", "skulle", "ville", "foran",
     "derfor", "uka", "regning", "leder", "bruker", "barna", "klagen", "planen", "fornøyd", "håper",
     "betale", "ble", "blir", "barnet", "brøytes", "svarer", "avslaget", "vedtaket", "lørdag",
     "begge", "måned", "søke"}  # fmt: skip
NYNORSK_WORDS = frozenset(
    "eg ikkje kva kvar korleis kvifor kven kvart noko nokon nokre mykje vere veke veka veker "
    "frå ho henne's hennar dykk dykkar dei deira deire kjem berre sjølv òg gjere gjer gjekk seier seie "
    "spørje spør's veg vegen vegar vatn vatnet skule skulen skular skulane heim heime heimen "
    "sjukeheim sjukeheimen heimetenesta heimesjukepleie heimesjukepleia sjuk sjuke sjukepleiar "
    "sjukepleiaren ein ei eit eitt dårleg dårlege farleg vanskeleg mogleg naudsynt nødvendig's "
    "hyggeleg koseleg venleg treng køyre køyrer medan sidan fyrst bae byrjar byrje "
    "ope opnar opningstid opningstider opningstidene søkjer søkje søknaden's teneste tenesta "
    "tenester barnehagane borna kommunane vekene dagane timane pengar svarar ønskjer ynskjer "
    "nøgd misnøgd klagar betalar kostar brøytt brøyta strødd's hentast henta tømast tømt's "
    "øydelagd øydelagt tilsett tilsette leiar leiaren lærar læraren lærarane innbyggjar "
    "pårørande brukar brukarar rekning uroa vedtaka klaga fleire eldre's millom gjennom's "
    "utanfor innanfor framfor saman annan anna ingenting's orsak takkar håpar meiner tenkjer "
    "skjer's vert vart vorte vorten fekk gjekk kunna skulde verta dotter sonen "
    "mora's faren's kjøpe's selje måndag tysdag laurdag sundag enno framleis difor nettopp's "
    "kvarandre inga ingen's hjå jamvel sjå sjåast veit høyrer høyre høyrt forstår's heiter "
    "løyve løyse fyrste eigedom eigedomsskatt avslutta's utan ute's ikkje takksam kvardagar "
    "båe gonger gong sjølvsagt vil's hugsar gløymt gløyme fått's tek tok's gjev gje slik's "
    "meir einaste einskild båten's månad månader uro jul's oppdaga's skikkeleg ordentleg truleg "
    "heldigvis's dessverre's diverre rett's etter's åleine greitt kveldane morgon kvelds".split()
)
NYNORSK_WORDS = frozenset(w for w in NYNORSK_WORDS if "'" not in w) - {
    "ho", "ei", "sjølv", "me", "veka", "henta", "brøyta", "klaga", "kom", "veg", "vegen", "vatn",
    "anna", "fekk", "heime", "heim", "saman", "frå", "greitt", "kjem", "rekning", "gjekk", "skule",
    "ope", "leiar", "ein", "veit", "gong", "uro", "inga", "brukar", "borna", "utan", "sjuk", "meir",
}  # fmt: skip
# Words that sign for nynorsk more weakly, for dialect has them too.
NYNORSK_WEAK = frozenset(
    "veg vegen vatn kjem frå ein eit heim heime skule skulen ope veit gong gonger meir sjuk utan "
    "rekning uro fekk gjekk ho dei berre saman leiar sjølv anna vatnet veka veke brøyta henta".split()
)
BOKMAL_WEAK = frozenset(
    "en ett er's hun dem de's betale blir ble neste opp hver siden lørdag regning leder bruker "
    "barna planen klagen vedtaket svarer måned mellom enn eldre nytt".split()
)
# Weight of one sure word, of a weak one, and what is needed to be sure.
SURE_WORD, WEAK_WORD, NEEDED = 3.0, 0.8, 2.0

NORWEGIAN = (
    BOKMAL_WORDS
    | NYNORSK_WORDS
    | NYNORSK_WEAK
    | BOKMAL_WEAK
    | frozenset(
        "og i på er det som til av for med å den har de kan skal vil må til fra om så men når du vi "
        "meg deg seg eg jeg ikkje ikke æ ka kor ke koffor kossen itj dokker nei ja takk hei hjelp "
        "barnehage kommune kommunen søppel boss brøyting veien vegen skole skule mor far sak eller "
        "få går ha var bli hei dette denne her der mitt min mi mine din ditt vår vårt nå no alle "
        "noe ute inn ut opp ned over under etter før ved hos igjen hjem heim gå se sjå vite skje "
        "snø vann vatn legevakt lege søke søkje klage ros svar svare nynorsk bokmål stopp start "
        "vurdering møte tid dag uke veke år time kroner kr nummer feil gate plass bra god godt fint "
        "veldig litt mye mykje mange flink snill ho hun han dei dere dykk oss enn også òg bare "
        "berre aldri alltid kanskje gjerne vær ver så snill ok greit betale faktura".split()
    )
)


class Standard(NamedTuple):
    """What the text shows: the standard, whether it is sure, the language and the score.

    `score` is above 0 for nynorsk, below for bokmål.
    """

    standard: Literal["nb", "nn", "other"]
    sure: bool
    language: str
    score: float


def find_standard(
    text: str,
    tokens: Sequence[Token],
    known: str | None,
    default: str,
    weights: Mapping[str, float],
) -> Standard:
    """The written standard, or another language.

    `known` is the person's, `default` the municipality's: taken when the text is not sure.
    `weights` are log odds of words for nynorsk.
    """
    fallback: Literal["nb", "nn"] = "nn" if (known or default) == "nn" else "nb"
    script = language_by_script(text)
    if script is not None:
        return Standard("other", True, script, 0.0)
    words = [token.text for token in tokens if token.text[0].isalpha()]
    if not words:
        return Standard(fallback, False, fallback, 0.0)
    language = language_by_words(words, NORWEGIAN)
    if language is not None:
        return Standard("other", True, language, 0.0)
    score = sum(_weight(word, weights) for word in words)
    if abs(score) < NEEDED:
        return Standard(fallback, False, fallback, score)
    standard: Literal["nb", "nn"] = "nn" if score > 0 else "nb"
    return Standard(standard, True, standard, score)


def _weight(word: str, weights: Mapping[str, float]) -> float:
    if word in NYNORSK_WORDS:
        return SURE_WORD
    if word in BOKMAL_WORDS:
        return -SURE_WORD
    learnt = weights.get(word)
    if learnt is not None:
        return learnt
    if word in NYNORSK_WEAK:
        return WEAK_WORD
    if word in BOKMAL_WEAK:
        return -WEAK_WORD
    return 0.0

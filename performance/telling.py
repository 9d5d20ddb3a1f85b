"""Which free text could tell a number that is withheld: the one rule for words, on page, in PDF and in CSV.

A text is about an indicator when it hangs on it (commentary, note, remark, an action measured by it) or when it uses two
words of the indicator's name that no other name has, or the one that names a harm ("deaths"). Then:

- Where a figure of the indicator, or of one it adds up with, is hidden, the text is withheld if it holds any number or
  likens two: "down by 5" beside last year's 8 is a 3. What is said of an action may be about other things: it is withheld
  so if it names the indicator, and else if it counts fewer than five or says by how much something changed.
- Where it is under the small-number rule and nothing is hidden, the text is withheld if it holds a number that is not
  itself a figure shown: "2 of them died in care" is a count under 5 inside a total of 9, and "7 were men" leaves two.
- Where only what others did is hidden, the text is withheld if it speaks of others ("average", "position") and numbers.

Words about nothing in particular (an issue that no figure showed) are withheld if they count few people or harms, for
they may be about any of them. Every other text stays.

No number of this rule are: dates, years and durations, references, sums of money, and what partners count of their own
work (two landlords, one of four nurses), as long as the sentence names no harm and nothing that the indicator counts.
What the portal itself counts (three actions, seven meetings of 13) is no number beside a harm either: "three actions for
victims" counts no victim.

Why whole texts, and why by such a list: a reader of half a text can often guess the other half, and a rule that is kept
when a person has not thought of a case must know what is harmless, not what is harmful. It cannot see a number told in a
roundabout way. A person reads every public version before it is published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ROW = ("five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen")
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_NO_NUMBERS = re.compile(
    rf"\bQ[1-4]\b|\b(?:19|20)\d\d(?:[/–-]\d\d(?:\d\d)?)?\b(?![,.]\d)|\b\d{{1,2}}(?:st|nd|rd|th)? (?:(?:to|and|or) \d{{1,2}} )?(?:{_MONTHS})\b|"
    r"\b[A-Z]{1,4}-\d+\b|£\s?\d[\d,.]*(?:\s?(?:m|million|thousand|k)\b)?|"
    r"\b(?:section|round|year|phase|table|version|page|stage|step|schedule|part|appendix) \d{1,3}\b|"
    r"\b(?:none of |all )?(?:the|our|its) \w+ priorities\b|<\s?5|\b(?:under|fewer than|less than|below) (?:5|five)\b|"
    r"\b(?:no|this|that|each|every|any) one\b|\bone another\b|\bone[- ]off\b|\b1(?:00)?,?000\b(?![,.]\d)|"
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|both|all|none) "
    r"(?:is|are|was|were) (?:off track|at risk|on track|complete\w*|not started)\b",
    re.IGNORECASE,
)
"""What looks like a number and counts nothing: Q2, 2025/26, 30 September, DA-05, £38,000, section 104, "no one"."""

_WORDS = {
    **dict.fromkeys(("nil", "none", "zero", "nought"), 0),
    **dict.fromkeys(("one", "single", "sole", "once", "first", "1st"), 1),
    **dict.fromkeys(("two", "both", "neither", "either", "pair", "couple", "twice", "second", "2nd"), 2),
    **dict.fromkeys(("three", "thrice", "third", "3rd"), 3),
    **dict.fromkeys(("four", "fourth", "4th", "few", "handful", "several"), 4),
    **{word: 5 + n for n, word in enumerate(_ROW)},
    **dict.fromkeys(_listed(
        "fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
        "hundred hundreds thousand thousands dozen dozens"),
        100,
    ),
}  # fmt: skip
"""Numbers spelt out; from fourteen on it is enough to know that there is one."""

_LIKENED = re.compile(
    r"%|\b(?:per ?cent|doubl\w*|trebl\w*|tripl\w*|quadrupl\w*|half|halv\w*|thirds|quarters of|a quarter of|same|equal\w*|"
    r"unchanged|identical|level with|all of them|another|all but)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:average\w*|similar areas?|position|rank\w*|elsewhere|national\w*|england|peers?)\b", re.IGNORECASE
)
_CHANGED = re.compile(
    r"\b(?:down|up|fell|fall\w*|rose|ris\w+|fewer|less|more|increas\w*|decreas\w*|drop\w*|against|compar\w*|than)\b",
    re.IGNORECASE,
)

_TIME = _listed(
    "second minute hour day week fortnight month quarter year decade term night weekend spring summer autumn winter"
)
_LONG = _listed("calendar working full whole more consecutive successive quiet extra")
"""What may stand between a number and the time it counts."""

_OWN_WORK = _listed(
    "administrator advert agency agenda analyst app audit bid board boards body building bulletin bus camera campaign "
    "chair clinic column commander committee consultant contact contract contractor coordinator council course decision "
    "department document drop-in event exercise figure film firm form forum funder gap grant group hospital house hub inspection job "
    "lamp landlord language leaflet lesson letter list location manager meeting member ministry navigator newsletter "
    "nurse office officer operation option organisation panel paper park partner partnership patrol pharmacy pilot place "
    "plan policy post poster practice priority prison programme project property proposal protocol question reason recommendation region "
    "role route row rule school seat service session shift shop site specialist spreadsheet staff standard station strategy street "
    "supervisor surgery survey system target task team test theatre theme tool topic town trainer training trust unit "
    "vacancy van venue visit volunteer ward warden webinar website weekday worker workshop workstream"
)
"""What partners count of their own means and work. Whoever adds to it asks: could this be somebody who was harmed?"""

_PORTAL = _listed("action agenda meeting milestone priority recommendation report sub-group subgroup update workstream")
"""What the portal counts of its own. Partners are not among them: a partner may be who was harmed, or who did it."""

_HARM = _listed(
    "abuse abused admission admitted arrest arrested assault assaulted attack attacked attempt bereaved body boy burglary "
    "case casualty charged child children client couple crime dead death defendant die died dies dying drown fatal "
    "fatality female femicide girl harm homicide hurt incident injured injury inmate kill killed life lives male man "
    "manslaughter men murder murdered neighbour occasion offence offender overdose overdosed patient pensioner people "
    "perpetrator person poisoned pregnant prisoner pupil rape raped resident shot son stabbed stabbing student suicide "
    "survivor suspect teenager tenant them victim woman women wounding youth"
)
"""Who is harmed, and how. In a sentence with one of these every count counts."""

_SAME_AS = {
    **dict.fromkeys(_listed("die died dies dying dead fatal fatality life lives overdose overdosed kill killed"), "death"),
    **dict.fromkeys(_listed("murder murdered manslaughter femicide"), "homicide"),
    **dict.fromkeys(_listed("raped"), "rape"),
    **dict.fromkeys(_listed("applicant applied"), "application"),
    **dict.fromkeys(_listed("admitted"), "admission"),
}  # fmt: skip
_EVERYDAY = _listed(
    "a all an and are as at by for from in is it its local near new no not number numbers of on or other out over per "
    "place rate rates received recorded related reported than that the their to town under up which with year years "
    "quarter month area areas made carried"
)
_HYPHENS = ("-", "–", "‑")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:st|nd|rd|th)?|[^\W\d_]+|[^\w\s]", re.UNICODE)
_ORDINALS = _listed("first second third fourth 1st 2nd 3rd 4th once")
_VAGUE = _listed("both either neither none one single sole first few several")
_LINKS = _listed("of the these those our their which")


def stem(word: str) -> str:
    """A word without its plural, in small letters; words for dying are "death"."""
    word = word.lower()
    if word in _SAME_AS:
        return _SAME_AS[word]
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return _SAME_AS.get(word, word)


def topics(names: Mapping[str, str], kin: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """By key the stems of a name's own words: those that no name has but its own and those of what it adds up with."""
    stems = {key: _stems(name) for key, name in names.items()}
    return {
        key: own.difference(*(theirs for other, theirs in stems.items() if other not in kin.get(key, {key})))
        for key, own in stems.items()
    }


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in re.findall(r"[^\W\d_]{3,}", text)) - _EVERYDAY


def mentions(text: str, topic: Collection[str]) -> bool:
    """Whether a text uses one of these stems."""
    return bool(_used(text) & set(topic))


def is_about(text: str, topic: Collection[str]) -> bool:
    """Whether a text that hangs on nothing is about what has this topic: two of its words, or the one that names a harm."""
    used = _used(text) & set(topic)
    return len(used) >= min(2, len(topic)) > 0 or bool(used & _HARM)


def _used(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[^\W\d_]+", text)}


@dataclass(frozen=True, slots=True)
class _Number:
    """A count in a text: its value, and whether the words beside it say who or what was harmed (or say nothing)."""

    value: float
    of_harm: bool


def tells_a_number(text: str, topic: Collection[str] = ()) -> bool:
    """Whether words hold a count, in figures or spelt out, or liken two. `topic`: stems of what the indicator counts."""
    return bool(_LIKENED.search(text)) or any(True for _ in _counts(text, topic))


def tells_more(text: str, shown: Collection[float], topic: Collection[str] = ()) -> bool:
    """Whether words tell a part of something: a share, or a count that is none of the figures shown (all of 5 or more)."""
    if re.search(r"%|\b(?:per ?cent|half|thirds|a quarter of|all but|all of them)\b", text, re.IGNORECASE):
        return True
    for sentence in _sentences(text):
        parted = re.search(r"\bof (?:the|them|these|those|whom|\d)", sentence, re.IGNORECASE)
        others = {stem(word) for word in re.findall(r"[^\W\d_]+", sentence)} & _HARM - set(topic)
        for count in _counts(sentence, topic):
            if count.value < 5 or count.value not in shown or parted or others:
                return True
    return False


def tells_small(text: str, topic: Collection[str] = ()) -> bool:
    """Whether words hold a count under five, or say by how much something changed."""
    if any(_CHANGED.search(sentence) and tells_a_number(sentence, topic) for sentence in _sentences(text)):
        return True
    return any(count.value < 5 for count in _counts(text, topic))


def tells_of_others(text: str) -> bool:
    """Whether one sentence speaks of other areas and holds a number, or likens us to them."""
    return any(_OTHERS.search(sentence) and tells_a_number(sentence) for sentence in _sentences(text))


def tells_few(text: str) -> bool:
    """Whether words count fewer than five people or harms, or count and do not say what."""
    return any(count.value < 5 and count.of_harm for count in _counts(text, ()))


def tells_one_of(text: str, numbers: Collection[str]) -> bool:
    """Whether one of these numbers, as they are written out ("4711", "19.33"), stands in a text."""
    found = (number.replace(",", "") for number in re.findall(r"\d+(?:[.,]\d+)*", text))
    return any((n.rstrip("0").rstrip(".") if "." in n else n) in numbers for n in found)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?;])\s+|\n+", text)


def _counts(text: str, topic: Collection[str]) -> Iterator[_Number]:
    for sentence in _sentences(_NO_NUMBERS.sub(" · ", text)):
        tokens = _tokens(sentence)
        words = {stem(token) for token in tokens} | {token.lower() for token in tokens}
        who = _HARM | set(topic)
        harm = bool(words & who)
        for place, token in enumerate(tokens):
            value = _value(token)
            if value is None or _is_time(tokens, place):
                continue
            if token.lower() in _ORDINALS and not {stem(word) for word in tokens[place + 1 : place + 3]} & who:
                continue  # "first" alone is no count; "the first death" is.
            if _is_portals(tokens, place, topic) or (not harm and _is_said_again(tokens, place, topic)):
                continue
            if harm or not _is_own_work(tokens, place):
                yield _Number(value, harm or (token.lower() not in _VAGUE and _is_bare(tokens, place)))


def _tokens(sentence: str) -> list[str]:
    """Words, numbers and marks; signs such as ½ and ③ stand alone, hyphens are left away ("two-year")."""
    spaced = "".join(
        f" {sign} " if sign.isnumeric() and not sign.isdecimal() else sign
        for sign in unicodedata.normalize("NFC", sentence)
    )
    return [token for token in _TOKEN.findall(spaced) if token not in _HYPHENS] + [
        sign for sign in sentence if sign.isnumeric() and not sign.isdecimal()
    ]


def _value(token: str) -> float | None:
    if token.lower() in _WORDS:
        return _WORDS[token.lower()]
    if token[0].isdecimal():
        digits = token.rstrip("stndrh").replace(",", "")
        try:
            return float(digits)
        except ValueError:
            return 0
    return 0 if token[0].isnumeric() else None


def _is_time(tokens: list[str], place: int) -> bool:
    """Three months, two-year, 21 working days, twice a year."""
    rest = [token.lower() for token in tokens[place + 1 : place + 4]]
    if tokens[place].lower() in ("once", "twice") and rest[:1] == ["a"]:
        rest = rest[1:]
    while rest and rest[0] in _LONG:
        rest = rest[1:]
    return bool(rest) and stem(rest[0]) in _TIME


def _is_own_work(tokens: list[str], place: int) -> bool:
    """Two landlords, three joint operations, two of the four nurses, the second administrator."""
    one = _WORDS.get(tokens[place].lower()) == 1 or tokens[place] == "1" or tokens[place].lower() in ("third", "fourth")
    steps = 0
    for token in tokens[place + 1 :]:
        word = token.lower()
        if _value(token) is not None or word in _LINKS:
            one = one and word not in _LINKS
            continue
        if not word.isalpha() or steps > 2:
            return False
        steps += 1
        if stem(word) in _OWN_WORK and (one or stem(word) != word or word == "staff"):
            return True
    return False


def _is_portals(tokens: list[str], place: int, topic: Collection[str]) -> bool:
    """Three actions, the six sub-groups, seven meetings of 13, one meeting in three; no reports of anything."""
    noun, after = _noun(tokens, place)
    if noun in _PORTAL and noun not in topic and not (noun == "report" and after in ("of", "about")):
        return after not in ("’", "'")
    before = [token.lower() for token in tokens[max(0, place - 2) : place]]
    return len(before) == 2 and before[1] in ("of", "in") and stem(before[0]) in _PORTAL - set(topic)


def _is_said_again(tokens: list[str], place: int, topic: Collection[str]) -> bool:
    """Three actions are off track and *all three* need something: the same number of the same things, once more."""
    if place < 2 or tokens[place - 1].lower() != "all":
        return False
    told = [n for n in range(place - 1) if _value(tokens[n]) == _value(tokens[place])]
    return any(_is_portals(tokens, n, topic) for n in told)


def _noun(tokens: list[str], place: int) -> tuple[str, str]:
    """The stem of what a number counts, if it follows at once ("of the" aside), and the word after it."""
    rest = [token.lower() for token in tokens[place + 1 : place + 6]]
    first = True
    while rest and (rest[0] in _LINKS | {"sub"} or (not first and _value(rest[0]) is not None)):
        first = False
        rest = ["sub-group", *rest[2:]] if rest[:2] in (["sub", "group"], ["sub", "groups"]) else rest[1:]
    return (stem(rest[0]) if rest else "", rest[1] if len(rest) > 1 else "")


def _is_bare(tokens: list[str], place: int) -> bool:
    """Whether no word beside the number says what it counts: "Three in a night", "There were 3."."""
    if place + 1 >= len(tokens):
        return True
    word = tokens[place + 1].lower()
    return not word.isalpha() or word in _LINKS or word in _PLAIN


_PLAIN = _listed(
    "in on at by to from for were was are is had have has been since during among and or but against than this last "
    "more fewer less who with"
)

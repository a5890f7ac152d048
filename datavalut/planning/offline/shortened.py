"""Names written without their vowels, "clnt" and "shwg", and the words that they stand for. Data, and its one rule."""

from collections.abc import Iterator
from functools import cache, lru_cache

from datavalut.planning.offline.inflection import singular
from datavalut.planning.offline.synonyms import TABLE_SYNONYMS, words
from datavalut.planning.offline.thesaurus import LOOSE_TABLE_SYNONYMS

_VOWELS = frozenset("aeiou")
_SHORTEST = 3
_SHORTEST_BEGINNING = 4
_MOST_LEFT_OUT = 2  # consonants
_COMMON = words(
    "account action active activity address adjuster admission agency agent album allergy amount animal answer "
    "apartment appointment approved article asset assigned attendance auction author average balance bank barcode "
    "batch bathroom bedroom benefit birth block board booking branch brand budget building built business buyer "
    "campaign cancelled capacity card carrier cart category channel charge check child city claim claimant class "
    "client clinic closed code color comment commission company component condition contact container contract "
    "cost count country coupon course coverage created credit currency customer cycle damage date deal dealer "
    "debit deductible delivery department deposit depot description destination detail device diagnosis direction "
    "discount distance district division doctor document donation donor driver duration effective email employee "
    "end enrollment equipment event exam exchange expense expiry exposure facility feature feedback field file "
    "filed flight floor freight frequency fuel garage gender grade grant group guest height history holder "
    "holiday home hospital hotel hourly house household image incident income insured insurer interest inventory "
    "invoice issue issued item journal keyword label language last lawyer lead league lease lender length level "
    "license limit line list listing loan location loss lot machine maintenance manager manufacturer market "
    "master maximum measure medication member membership merchant message meter method middle minimum mobile "
    "model modified month name nationality network note notice number occupation occurred offer office officer "
    "online opened operator option order organization origin original other outlet owner package page parent "
    "parking part participant partner party passenger patient payee payer payment penalty pending period person "
    "phone plan plant player policy position postal practice premium prescription price primary priority "
    "procedure product profile profit program project property provider purchase purpose quality quantity quarter "
    "quote rank rate rating reading reason receipt received record reference region registration reinsurance "
    "relation remark renewal rental repair report request required reserve resident resource response result "
    "return revenue review risk role room route salary sale schedule school score season seat section sector "
    "segment seller sender sequence serial series service session settled settlement severity shift shipment "
    "shipper showing signature size source specialty staff start state station status stock store street student "
    "subject submitted subscription supplier support surgery survey system target task tax teacher team telephone "
    "tenant term territory test ticket title total tour track trade trainer training transaction transfer "
    "transport treatment trip truck type unit updated usage user vacancy value vehicle vendor venue version visa "
    "visit voucher warehouse warranty website weight width worker year zone"
)


@lru_cache(maxsize=50_000)
def written_out(part: str) -> str | None:
    """The one common word that `part` is short for: written without vowels behind the first letter, and perhaps without
    a consonant or two ("agt"). None if it is no such form, or stands for several."""
    if len(part) < _SHORTEST or not part.isalpha() or _VOWELS & {*part[1:]}:
        return None
    known = _by_skeleton()
    if part in known:
        return known[part][0] if len(known[part]) == 1 else None
    found = [word for skeleton, meant in known.items() if _shortens(part, skeleton) for word in meant]
    return found[0] if len(found) == 1 else None


def may_stand_for(part: str, word: str) -> bool:
    """Is `part` the beginning of the word ("coll" of collected), or what is left of it without vowels ("rptd" of
    reported)?"""
    if len(part) >= _SHORTEST_BEGINNING and word.startswith(part) and len(word) > len(part) + 1:
        return True
    skeleton = "".join(_skeleton(word))
    bare = len(part) >= _SHORTEST_BEGINNING and not _VOWELS & {*part[1:]}
    return bare and (part == skeleton or _shortens(part, skeleton))


def _shortens(part: str, skeleton: str) -> bool:
    """Is `part` its beginning, or are at most a few consonants from its midst left out?"""
    most = _MOST_LEFT_OUT if len(part) > _SHORTEST else 1
    if part[0] != skeleton[0] or not 0 < len(skeleton) - len(part) <= most:
        return False
    letters = iter(skeleton)
    in_order = all(letter in letters for letter in part)
    return skeleton.startswith(part) or (in_order and part[-1] == skeleton[-1])


@cache
def _by_skeleton() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    everyday = {singular(word) for group in (*TABLE_SYNONYMS, *LOOSE_TABLE_SYNONYMS) for word in group}
    for word in sorted(_COMMON | everyday):
        skeleton = "".join(_skeleton(word))
        if len(skeleton) >= _SHORTEST:
            found[skeleton] = (*found.get(skeleton, ()), word)
    return found


def _skeleton(word: str) -> Iterator[str]:
    last = ""
    for position, letter in enumerate(word):
        if position and (letter in _VOWELS or letter == last):
            continue
        last = letter
        yield letter

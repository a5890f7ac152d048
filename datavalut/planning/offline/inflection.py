"""Forms of English words: one form for singular and plural, one stem for a verb and the nouns made of it.

Both are compared only with other words put through the same function, so that a form that no dictionary knows
("statu") would do no harm as long as two different words do not get the same one.
"""

from functools import lru_cache

from datavalut.planning.offline.spelling import american

_IRREGULAR_SINGULARS = {
    "people": "person",
    "persons": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "salesmen": "salesman",
    "workmen": "workman",
    "craftsmen": "craftsman",
    "feet": "foot",
    "mice": "mouse",
    "staffs": "staff",
    "series": "series",
    "species": "species",
    "news": "news",
    "movies": "movie",
    "cookies": "cookie",
    "zombies": "zombie",
    "calories": "calorie",
    "analyses": "analysis",
    "diagnoses": "diagnosis",
    "bases": "base",
    "databases": "database",
    "cases": "case",
    "houses": "house",
    "warehouses": "warehouse",
    "purchases": "purchase",
    "courses": "course",
    "nurses": "nurse",
    "expenses": "expense",
    "licenses": "license",
    "licences": "licence",
    "responses": "response",
    "releases": "release",
    "phases": "phase",
    "leases": "lease",
    "leaves": "leave",
    "criteria": "criterion",
    "indices": "index",
    "indexes": "index",
    "statuses": "status",
    "buses": "bus",
    "bonuses": "bonus",
    "viruses": "virus",
    "campuses": "campus",
    "shoes": "shoe",
    "toes": "toe",
    "eps": "ep",
    "lps": "lp",
    "cds": "cd",
    "pcs": "pc",
    "tvs": "tv",
    "gps": "gp",
    "ins": "in",
    "ups": "up",
    "ons": "on",
}
_IRREGULAR_PARTICIPLES_TEXT = """
lent absent born paid bought sold sent made written begun seen taken given built held left met won lost due quit
broken stolen withdrawn drawn hidden frozen worn torn shown grown known chosen driven flown spoken taught led kept
"""
IRREGULAR_PARTICIPLES = frozenset(_IRREGULAR_PARTICIPLES_TEXT.split())


@lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """The singular of a lower-case word; a singular comes back as it is."""
    if word in _IRREGULAR_SINGULARS:
        return _IRREGULAR_SINGULARS[word]
    if word.endswith("people"):
        return word.removesuffix("people") + "person"
    if len(word) <= 3 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """The plural of a lower-case noun, where it is regular."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


_IRREGULAR_STEMS = {
    "paid": "pay",
    "payment": "pay",
    "bought": "buy",
    "sold": "sel",
    "sent": "send",
    "made": "mak",
    "born": "birth",
    "dob": "birth",
    "birthday": "birth",
    "birthdate": "birth",
    "delivery": "deliver",
    "registration": "register",
    "publication": "publish",
    "admission": "admit",
    "admitted": "admit",
    "subscription": "subscrib",
    "expiration": "expir",
    "expiry": "expir",
    "modification": "modifi",
    "enrollment": "enrol",
    "enrolment": "enrol",
    "enrolled": "enrol",
    "enroll": "enrol",
    "sale": "sel",
    "begun": "begin",
    "began": "begin",
    "written": "writ",
    "wrote": "writ",
    "closure": "clos",
    "departure": "depart",
    "arrival": "arriv",
    "seen": "see",
    "saw": "see",
    "taught": "teach",
    "took": "tak",
    "taken": "tak",
    "held": "hold",
    "led": "lead",
    "ran": "run",
    "given": "giv",
    "gave": "giv",
    "worn": "wear",
    "won": "win",
    "lost": "los",
    "spoken": "speak",
    "chosen": "choos",
    "drove": "driv",
    "driven": "driv",
    "flew": "fly",
    "flown": "fly",
    "built": "build",
    "got": "get",
    "kept": "keep",
    "left": "leav",
    "met": "meet",
    "diagnosis": "diagnos",
    "submission": "submit",
    "appearance": "appear",
    "performance": "perform",
    "insurance": "insur",
    "complaint": "complain",
    "response": "respond",
    "permission": "permit",
    "absence": "absent",
    "attendance": "attend",
    "acting": "act",
    "used": "us",
    "use": "us",
    "using": "us",
    "supply": "suppli",
}
# With the fewest letters that must be left of the word.
_SUFFIXES = (("ation", 5), ("ment", 3), ("ing", 3), ("ion", 3), ("ed", 3), ("al", 3), ("e", 3))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """One stem for a verb's forms and the noun made of it: created, creation and create; rented and rental."""
    word = american(singular(word))
    if word in _IRREGULAR_STEMS:
        return _IRREGULAR_STEMS[word]
    word = word.replace("scription", "scribe")
    for suffix, shortest in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= shortest:
            word = word[: -len(suffix)]
            if suffix in {"ed", "ing"} and word.endswith("ment") and len(word) >= 7:
                word = word.removesuffix("ment")  # commented, like comment
            break
    if len(word) >= 7 and word.endswith("at"):  # vaccinated and vaccination
        word = word[:-2]
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeious":
        word = word[:-1]
    if word.endswith("y") and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    return word.removesuffix("e") if len(word) > 3 else word


def stems(words: str) -> frozenset[str]:
    """The stems of the words that `words` lists."""
    return frozenset(map(stem, words.split()))


_AGENTS = ("er", "or", "ee", "r")


@lru_cache(maxsize=50_000)
def agent_stem(noun: str) -> str:
    """The stem of the verb that makes an agent of somebody: "teach" of teacher, "assign" of assignee, "suppli" of
    supplier; the noun's own stem, if it is no agent."""
    word = singular(noun)
    if word.endswith("ier"):
        return word[:-2]
    for ending in _AGENTS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return stem(word[: -len(ending)])
    return stem(word)


@lru_cache(maxsize=50_000)
def american_singular(word: str) -> str:
    """The form in which words of names are compared."""
    return american(singular(word))


def is_participle(word: str) -> bool:
    """May the lower-case word say what was done to something: "masked", "lost"?"""
    return word.endswith("ed") or word in IRREGULAR_PARTICIPLES

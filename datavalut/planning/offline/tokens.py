"""A prompt as tokens: words, numbers, quoted texts and signs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

CURRENCY_SIGNS = "$€£¥"

_TOKEN = re.compile(
    r"""
      (?P<quoted>"[^"]*" | (?<![\w'])'[^']+'(?!\w))
    | (?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2}(?![\w-])
        | \d{4}-(?:0[1-9]|1[0-2])(?![\w-])
        | (?:0?[1-9]|1[0-2])/\d{4}(?![\w/]))
    | (?P<number>[$€£¥]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[km](?!\w))?(?![\w@]|[.,]?\d|-[^\W\d]))
    | (?P<short>w/o(?=\s) | (?<!\w)w/(?=[\s\d]))
    | (?P<word>@?\w+(?:[-.@/'&]\w+)*)
    | (?P<sign>>=|<=|<>|!=|==|≥|≤|≠|[^\w\s])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TYPOGRAPHIC = str.maketrans(
    {
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
    }
    | {"\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'"}
    | {"\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{NO-BREAK SPACE}": " "}
)
_SAME_SIGN = {"==": "=", "≥": ">=", "≤": "<=", "≠": "<>", "!=": "<>"}
_NEGATIONS = {"can't": "can", "cannot": "can", "won't": "will", "shan't": "shall"}
_CONTRACTIONS = {"'ve": "have", "'re": "are", "'d": "would", "'m": "am", "'ll": "will", "'s": "'s"}
_MULTIPLIERS = {"k": Decimal(1000), "m": Decimal(1_000_000)}
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PARTS = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_TITLES = {"dr", "mr", "mrs", "ms", "prof", "st", "incl"}
_AMOUNT_AND_UNIT = re.compile(r"(?P<number>\d+)(?P<unit>d|days?|w|wks?|weeks?|mos?|mths?|y|yrs?|h|hrs?|mins?)")
_SHORT_WORDS = {"w/": "with", "w/o": "without"}
_SENTENCE_ENDS = (".", "!", "?", ",", ";", ":")


class TokenKind(StrEnum):
    WORD = "word"
    NUMBER = "number"
    DATE = "date"  # year-month-day, or year-month
    QUOTED = "quoted"
    SIGN = "sign"


@dataclass(frozen=True)
class Token:
    """`lower` is what grammar compares; `text` what the user wrote (without the quotes); `number` a number's value.

    `span` is where it stands in the prompt; tokens that stand for others have theirs.
    """

    text: str
    lower: str
    kind: TokenKind
    number: Decimal | None = None
    money: bool = False
    span: tuple[int, int] = field(default=(0, 0), compare=False)

    @property
    def parts(self) -> tuple[str, ...]:
        return parts_of(self.text)


@lru_cache(maxsize=50_000)
def parts_of(name: str) -> tuple[str, ...]:
    """The words of a name: order_items, orderItems and order-items are all ("order", "items")."""
    return tuple(part.lower() for part in _PARTS.findall(name))


def tokenize(prompt: str) -> tuple[Token, ...]:
    """All of the prompt but white space and the punctuation that ends it."""
    text = prompt.translate(_TYPOGRAPHIC)  # letter by letter, so that all stands where it stood
    tokens = [replace(token, span=match.span()) for match in _TOKEN.finditer(text) for token in _tokens_of_match(match)]
    while tokens and tokens[-1].kind is TokenKind.SIGN and tokens[-1].lower in _SENTENCE_ENDS:
        tokens.pop()
    return tuple(
        token
        for index, token in enumerate(tokens)
        if token.lower != "." or not index or tokens[index - 1].lower not in _TITLES
    )


def quoted(prompt: str, tokens: tuple[Token, ...]) -> str:
    """The prompt's own text, from the first of the tokens to the last."""
    return prompt[min(token.span[0] for token in tokens) : max(token.span[1] for token in tokens)] if tokens else ""


def _tokens_of_match(match: re.Match[str]) -> Iterator[Token]:
    text = match.group()
    match match.lastgroup:
        case "quoted" if _ISO_DATE.fullmatch(text[1:-1]):
            yield Token(text[1:-1], text[1:-1], TokenKind.DATE)
        case "quoted":
            yield Token(text[1:-1], text[1:-1].lower(), TokenKind.QUOTED)
        case "date":
            yield Token(text, _iso_date(text), TokenKind.DATE)
        case "number":
            yield _number_token(text)
        case "short":
            word = _SHORT_WORDS[text.lower()]
            yield Token(word, word, TokenKind.WORD)
        case "word":
            yield from _word_tokens(text)
        case _:
            yield Token(text, _SAME_SIGN.get(text, text), TokenKind.SIGN)


def _iso_date(text: str) -> str:
    """Year first: 2025-03-01, or a month as 2025-03."""
    parts = text.replace("/", "-").split("-")
    return "-".join(parts if len(parts[0]) == 4 else reversed(parts))


def _number_token(text: str) -> Token:
    money = text[0] in CURRENCY_SIGNS
    digits = text.lstrip(CURRENCY_SIGNS).replace(",", "").lower()
    multiplier = _MULTIPLIERS.get(digits[-1], Decimal(1))
    return Token(text, text.lower(), TokenKind.NUMBER, Decimal(digits.rstrip("km")) * multiplier, money)


def _word_tokens(text: str) -> Iterator[Token]:
    """A word; a contraction is the words that it stands for ("haven't" is "have", "not")."""
    lower = text.lower()
    if (amount := _AMOUNT_AND_UNIT.fullmatch(lower)) is not None:
        yield _number_token(amount["number"])
        yield Token(amount["unit"], amount["unit"], TokenKind.WORD)
        return
    if lower == "cannot" or (lower.endswith("n't") and lower != "n't"):
        base = _NEGATIONS.get(lower, lower.removesuffix("n't"))
        yield Token(base, base, TokenKind.WORD)
        yield Token("not", "not", TokenKind.WORD)
        return
    for ending, word in _CONTRACTIONS.items():
        if lower.endswith(ending) and len(lower) > len(ending):
            yield Token(text[: -len(ending)], lower[: -len(ending)], TokenKind.WORD)
            yield Token(word, word, TokenKind.WORD)
            return
    yield Token(text, lower, TokenKind.WORD)


def without_hyphens(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Words joined by hyphens as words of their own: "high-intensity" as "high", "intensity"."""
    return tuple(part for token in tokens for part in _parts_at_hyphens(token))


def _parts_at_hyphens(token: Token) -> Iterator[Token]:
    parts = token.text.split("-")
    if token.kind is not TokenKind.WORD or len(parts) == 1 or not all(part.isalpha() for part in parts):
        yield token
        return
    for part in parts:
        yield Token(part, part.lower(), TokenKind.WORD, span=token.span)

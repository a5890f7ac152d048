"""Words that are said for politeness or emphasis, and change nothing about what is asked for."""

from datavalut.planning.offline.tokens import Token, TokenKind

_TEXT = """
in the database, in our database, in this database, in the db, in the system, in our system, if possible, if you can,
thank you very much, thank you, many thanks, for me, for us, at all, whatsoever, please, kindly, pls, plz, thanks, thx,
cheers, currently, actually, really, simply, ever, still, mr, mrs, ms, as of now, right now, at the moment,
for testing purposes, for debugging purposes, for test purposes, for development purposes, for testing, for debugging,
for development
"""
_PHRASES = frozenset(tuple(phrase.split()) for phrase in _TEXT.split(","))
_LONGEST = max(len(phrase) for phrase in _PHRASES)


def without_courtesy(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The tokens less such words, and less the commas that only they are set off by."""
    kept: list[Token] = []
    position = 0
    while position < len(tokens):
        length = _phrase_at(tokens, position)
        if not length:
            kept.append(tokens[position])
            position += 1
            continue
        position += length
        set_off = position >= len(tokens) or tokens[position].lower == ","
        if set_off and kept and kept[-1].lower == ",":
            kept.pop()
    while len(kept) > 1 and kept[-1].lower in {"?", "!", ".", ",", "only"}:
        kept.pop()
    return tuple(kept)


def _phrase_at(tokens: tuple[Token, ...], position: int) -> int:
    """How many tokens make such a phrase there; 0 if none does."""
    for length in range(_LONGEST, 0, -1):
        window = tokens[position : position + length]
        if any(token.kind is not TokenKind.WORD for token in window):
            continue
        if tuple(token.lower for token in window) in _PHRASES:
            return length
    return 0

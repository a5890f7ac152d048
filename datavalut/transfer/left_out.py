"""Pieces of a schema that are not made, since they need an extension which the target cannot have."""

from dataclasses import dataclass, field

from datavalut.transfer.archive import Piece
from datavalut.transfer.errors import MissingExtension, SchemaNotRestorable

_OF_A_WRAPPER = ("SERVER", "FOREIGN TABLE")
_OF_A_FOREIGN_TABLE = ("CHECK CONSTRAINT", "DEFAULT", "SEQUENCE", "STATISTICS", "TRIGGER")
_OF_ANYTHING = ("COMMENT", "SEQUENCE OWNED BY")


@dataclass(frozen=True)
class LeftOutExtension:
    """`servers_and_tables` are left out with it: foreign ones, by kind and name ("FOREIGN TABLE public.far")."""

    missing: MissingExtension
    servers_and_tables: list[str] = field(default_factory=list)


@dataclass
class LeftOut:
    extensions: list[LeftOutExtension] = field(default_factory=list)
    _entries: dict[int, LeftOutExtension] = field(default_factory=dict)
    _foreign_tables: set[int] = field(default_factory=set)

    def add_extension(self, piece: Piece, missing: MissingExtension) -> None:
        self.extensions.append(LeftOutExtension(missing))
        self._entries[piece.entry] = self.extensions[-1]

    def takes(self, piece: Piece) -> bool:
        """Whether the piece is left out too: a foreign server or table of an extension's wrapper, or a part of these.

        Raises SchemaNotRestorable if it is anything else that needs what is left out.
        """
        needed = next((self._entries[entry] for entry in piece.needs if entry in self._entries), None)
        if needed is None:
            return False
        if piece.kind in _OF_A_WRAPPER:
            needed.servers_and_tables.append(piece.full_name)
        elif piece.kind not in _OF_ANYTHING and not (
            piece.kind in _OF_A_FOREIGN_TABLE and self._foreign_tables.intersection(piece.needs)
        ):
            raise SchemaNotRestorable(piece.full_name, str(needed.missing))
        if piece.kind == "FOREIGN TABLE":
            self._foreign_tables.add(piece.entry)
        self._entries[piece.entry] = needed
        return True

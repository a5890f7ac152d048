"""Values after one another: "Canada, France and Germany", "3, 4 or 5"."""

from datavalut.planning.offline import synonyms
from datavalut.planning.offline.reader import Reader


class ListReader(Reader):
    def _list_joiner(self, position: int) -> int | None:
        """Past "," or "and" or "or" or ", and"."""
        end = position
        if self._word(end) == ",":
            end += 1
        if self._word(end) in {"and", "or", "nor", "&"}:
            end += 1
        return end if end > position else None

    def _ends_a_value(self, position: int) -> bool:
        if position >= len(self._tokens):
            return True
        token = self._tokens[position]
        return token.lower in synonyms.NOT_VALUES or token.lower in {",", ";", ".", "(", ")"}

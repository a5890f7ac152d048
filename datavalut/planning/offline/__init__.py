"""The offline planner: an English sentence, read against a catalog's vocabulary, becomes a plan or a refusal.

The modules in the order in which a prompt passes through them: `tokens` cuts it into words; `vocabulary` (with
`inflection` and `synonyms`) says what a word can mean in this database; `quantities` and `times` read amounts and
windows; `predicates` reads what is said of a column; `qualifiers` what is said of a noun, over the foreign keys
that `paths` finds; `sentence` puts subjects together; `planner` checks that every word is explained.
"""

from datavalut.planning.offline.planner import plan_offline

__all__ = ["plan_offline"]

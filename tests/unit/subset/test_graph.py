"""Reachability and cycles. Needs: nothing."""

from datavalut.subset.graph import cycles, reachable

GRAPH = {"a": "b", "b": "cd", "c": "a", "d": "e", "e": "", "f": "fd", "g": "f"}


def test_what_paths_lead_to_is_reachable_starts_included() -> None:
    assert reachable("d", GRAPH.__getitem__) == {"d", "e"}
    assert reachable("ag", GRAPH.__getitem__) == set("abcdefg")
    assert reachable("", GRAPH.__getitem__) == frozenset()


def test_nodes_on_common_cycles_are_found_together() -> None:
    found = cycles(GRAPH, GRAPH.__getitem__)
    assert found == {"a": tuple("abc"), "b": tuple("abc"), "c": tuple("abc"), "d": (), "e": (), "f": ("f",), "g": ()}


def test_two_cycles_that_share_a_node_are_one() -> None:
    graph = {1: [2, 3], 2: [1], 3: [1, 4], 4: [4]}
    assert cycles(graph, graph.__getitem__) == {1: (1, 2, 3), 2: (1, 2, 3), 3: (1, 2, 3), 4: (4,)}


def test_a_chain_longer_than_the_stack_is_walked() -> None:
    found = cycles(range(5000), lambda node: [node + 1] if node < 4999 else [0])
    assert found[17] == tuple(range(5000))

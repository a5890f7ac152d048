"""Reachability and cycles in directed graphs, given as a function from a node to its successors."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Node = TypeVar("Node")


def reachable(starts: Iterable[Node], successors: Callable[[Node], Iterable[Node]]) -> frozenset[Node]:
    """The nodes that paths of any length from `starts` lead to, the starts included."""
    reached = set(starts)
    pending = list(reached)
    while pending:
        for node in successors(pending.pop()):
            if node not in reached:
                reached.add(node)
                pending.append(node)
    return frozenset(reached)


def cycles(nodes: Iterable[Node], successors: Callable[[Node], Iterable[Node]]) -> dict[Node, tuple[Node, ...]]:
    """For each node that some path leads back to, the nodes with which it shares such paths, itself included, in the
    order of `nodes`; for the others ().

    Tarjan's strongly connected components, without recursion: schemas have chains longer than Python's stack.
    """
    ordered = list(nodes)
    position = {node: number for number, node in enumerate(ordered)}
    number_of: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    open_nodes: list[Node] = []
    is_open: set[Node] = set()
    found: dict[Node, tuple[Node, ...]] = {}

    def enter(node: Node) -> tuple[Node, Iterator[Node]]:
        number_of[node] = lowest[node] = len(number_of)
        open_nodes.append(node)
        is_open.add(node)
        return node, iter(tuple(successors(node)))

    def leave(node: Node) -> None:
        if lowest[node] != number_of[node]:
            return
        first = open_nodes.index(node)
        members = open_nodes[first:]
        del open_nodes[first:]
        is_open.difference_update(members)
        is_cycle = len(members) > 1 or node in successors(node)
        cycle = tuple(sorted(members, key=position.__getitem__)) if is_cycle else ()
        found.update(dict.fromkeys(members, cycle))

    for start in ordered:
        if start in number_of:
            continue
        path = [enter(start)]
        while path:
            node, remaining = path[-1]
            following = next(remaining, None)
            if following is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                leave(node)
            elif following not in number_of:
                path.append(enter(following))
            elif following in is_open:
                lowest[node] = min(lowest[node], number_of[following])
    return found

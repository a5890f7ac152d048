"""The stream of a COPY, cut anywhere."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from datavalut.transfer.long_rows import read_data


class Cut:
    """What a server sends, of which each look shows a piece of another length. `left` is what nobody has taken."""

    def __init__(self, sent: bytes, lengths: list[int]) -> None:
        self.left = sent
        self.lengths = lengths
        self.looks = 0

    def peek(self) -> memoryview:
        self.looks += 1
        return memoryview(self.left)[: self.lengths[self.looks % len(self.lengths)]]

    def skip(self, length: int) -> None:
        self.left = self.left[length:]


def message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!i", 4 + len(content)) + content


around = st.sampled_from([b"H", b"c", b"N", b"S", b"A"])


@given(
    st.lists(st.tuples(st.one_of(st.just(b"d"), around), st.binary(max_size=40)), max_size=8),
    st.sampled_from([message(b"C", b"COPY 2\0"), message(b"E", b"SFATAL\0"), b"Z", b"?"]),
    st.binary(max_size=20),
    st.lists(st.integers(1, 60), min_size=1, max_size=5),
)
def test_the_data_is_all_that_is_written_and_the_end_is_left_whole(
    messages: list[tuple[bytes, bytes]], end: bytes, later: bytes, lengths: list[int]
) -> None:
    wire = Cut(b"".join(message(*sent) for sent in messages) + end + later, lengths)
    written: list[bytes] = []
    read_data(wire, lambda piece: written.append(bytes(piece)))
    assert b"".join(written) == b"".join(content for kind, content in messages if kind == b"d")
    assert wire.left == end + later


def test_a_long_row_is_written_as_it_comes() -> None:
    wire = Cut(message(b"d", b"x" * 1000) + message(b"C", b""), [100])
    longest = 0

    def write(piece: memoryview) -> None:
        nonlocal longest
        longest = max(longest, len(piece))

    read_data(wire, write)
    assert longest <= 100

"""The tree under a public log: hashes and proofs of RFC 9162 §2.1 (SHA-256), made and checked.

A leaf is ``H(0x00 ‖ entry)``, a node ``H(0x01 ‖ left ‖ right)``, the empty tree ``H("")``. A range that is no power of
two splits at the largest power of two below its size; an odd leaf is never doubled. Whoever makes a proof brings
``whole(level, number)``: the root of the ``number``-th run of ``2 ** level`` leaves, so that nothing else is hashed.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH = 32
EMPTY_ROOT = sha256(b"").digest()

Whole = Callable[[int, int], bytes]
"""The root of a run of ``2 ** level`` leaves: those from ``number * 2 ** level`` on."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry of the log."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring trees."""
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """A tree that only grows, kept as the roots of its whole subtrees, the largest first: 1,000,000 leaves are 7 roots.

    Appending costs two hashes on average, whatever the size.
    """

    __slots__ = ("roots", "size")

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        if size < 0 or len(roots) != size.bit_count() or any(len(root) != HASH for root in roots):
            raise ValueError("a frontier has one root of 32 bytes for each bit set in its size")
        self.size = size
        self.roots = list(roots)

    def append(self, leaf: bytes, keep: Callable[[int, int, bytes], None] | None = None) -> None:
        """Add a leaf's hash at the end; ``keep(level, number, root)`` hears of each whole subtree that it completes."""
        self.extend((leaf,), keep)

    def extend(self, leaves: Iterable[bytes], keep: Callable[[int, int, bytes], None] | None = None) -> None:
        """Add many leaves' hashes, one level after the other; ``keep`` as in ``append``."""
        nodes, level, edge = list(leaves), 0, []
        grown = self.size + len(nodes)
        while nodes:
            if self.size >> level & 1:
                nodes.insert(0, self.roots.pop())
            if len(nodes) & 1:
                edge.append(nodes.pop())
            pairs = iter(nodes)
            nodes = [sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            level += 1
            if keep is not None:
                for number, root in enumerate(nodes, self.size >> level):
                    keep(level, number, root)
        self.roots.extend(reversed(edge))
        self.size = grown

    @property
    def root(self) -> bytes:
        """The root of the whole tree as it is now."""
        if not self.roots:
            return EMPTY_ROOT
        *lefts, root = self.roots
        for left in reversed(lefts):
            root = node_hash(left, root)
        return root


def whole_in(leaves: Sequence[bytes]) -> Whole:
    """``whole`` over leaves in memory; each level is hashed once."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)])
    return lambda level, number: levels[level][number]


def root_of(size: int, whole: Whole) -> bytes:
    """The root of the first ``size`` leaves."""
    return _root(0, size, whole) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, whole: Whole) -> list[bytes]:
    """What shows that the leaf at ``index`` is in the tree of ``size``: the neighbours on its way to the root."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_root(middle, end, whole))
            end = middle
        else:
            proof.append(_root(start, middle, whole))
            start = middle
    return proof[::-1]


def consistency_proof(first: int, second: int, whole: Whole) -> list[bytes]:
    """What shows that the tree of size ``second`` begins with that of ``first``: nothing was changed or removed."""
    if not 0 < first <= second:
        raise ValueError("a tree grows from one that is not empty")
    start, end, proof, is_edge = 0, second, [], True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            proof.append(_root(middle, end, whole))
            end = middle
        else:
            proof.append(_root(start, middle, whole))
            start, is_edge = middle, False
    return ([] if is_edge else [_root(start, end, whole)]) + proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the leaf's hash stands at ``index`` of the tree of that size and root."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    node, last, found = index, size - 1, leaf
    for neighbour in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(neighbour, found)
            node, last = _after_right(node, last)
        else:
            found = node_hash(found, neighbour)
        node >>= 1
        last >>= 1
    return last == 0 and found == root


def verify_consistency(first: int, second: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the second tree begins with the first.

    From an empty tree nothing is shown; of trees of one size the roots are compared, and nothing is hashed.
    """
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and root1 == root2
    if not _are_hashes(root1, root2, *proof):
        return False
    way = [root1, *proof] if first & (first - 1) == 0 else list(proof)
    if not way:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old = new = way[0]
    for neighbour in way[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(neighbour, old), node_hash(neighbour, new)
            node, last = _after_right(node, last)
        else:
            new = node_hash(new, neighbour)
        node >>= 1
        last >>= 1
    return last == 0 and old == root1 and new == root2


def _after_right(node: int, last: int) -> tuple[int, int]:
    """Past the levels at which a right edge has no neighbour."""
    while node and not node & 1:
        node >>= 1
        last >>= 1
    return node, last


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _root(start: int, end: int, whole: Whole) -> bytes:
    """The root of a range that lies in a tree as one of its subtrees: its start is a multiple of its whole parts."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return whole(level, start >> level)
    middle = start + _split(size)
    return node_hash(_root(start, middle, whole), _root(middle, end, whole))


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH for value in values)

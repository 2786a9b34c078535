"""The tree of a public log, held against RFC 9162 §2.1 written down anew, recursively, as the RFC defines it."""

import base64
import json
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.cli import main
from linli.rules.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
    whole_in,
)


def tree_hash(entries: list[bytes]) -> bytes:
    """MTH of §2.1.1."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = half(len(entries))
    return sha256(b"\1" + tree_hash(entries[:k]) + tree_hash(entries[k:])).digest()


def half(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH of §2.1.3.1."""
    if len(entries) == 1:
        return []
    k = half(len(entries))
    if m < k:
        return [*path(m, entries[:k]), tree_hash(entries[k:])]
    return [*path(m - k, entries[k:]), tree_hash(entries[:k])]


def subproof(m: int, entries: list[bytes], is_old_root: bool) -> list[bytes]:
    """SUBPROOF of §2.1.4.1."""
    if m == len(entries):
        return [] if is_old_root else [tree_hash(entries)]
    k = half(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], is_old_root), tree_hash(entries[k:])]
    return [*subproof(m - k, entries[k:], False), tree_hash(entries[:k])]


def entries_of(size: int) -> list[bytes]:
    return [b"entry %d" % n for n in range(size)]


#: The log that implementations of Certificate Transparency test with, and its roots at sizes 1 to 8.
SAMPLE = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
SAMPLE.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_roots_of_the_sample_log_are_the_published_ones() -> None:
    tree = Frontier()
    assert tree.root == EMPTY_ROOT == root_of(0, whole_in([]))
    for entry, root in zip(SAMPLE, ROOTS, strict=True):
        tree.append(leaf_hash(entry))
        assert tree.root.hex() == root
    whole = whole_in([leaf_hash(entry) for entry in SAMPLE])
    assert [root_of(size, whole).hex() for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize("size", [*range(1, 40), 63, 64, 65, 70])
def test_proofs_are_the_ones_of_the_rfc_and_hold(size: int) -> None:
    entries = entries_of(size)
    leaves = [leaf_hash(entry) for entry in entries]
    whole, root = whole_in(leaves), tree_hash(entries)
    for m in range(size):
        proof = inclusion_proof(m, size, whole)
        assert proof == path(m, entries)
        assert verify_inclusion(leaves[m], m, size, root, proof)
        proof = consistency_proof(m + 1, size, whole)
        assert proof == subproof(m + 1, entries, True)
        assert verify_consistency(m + 1, size, tree_hash(entries[: m + 1]), root, proof)


@given(st.integers(1, 300), st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_changed_anywhere_is_not_verified(size: int, data: st.DataObject) -> None:
    entries = entries_of(size)
    leaves = [leaf_hash(entry) for entry in entries]
    whole, root = whole_in(leaves), tree_hash(entries)
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    proof, other = inclusion_proof(index, size, whole), data.draw(st.integers(0, size - 1))
    assert verify_inclusion(leaves[other], index, size, root, proof) == (other == index)
    old, way = tree_hash(entries[:first]), consistency_proof(first, size, whole)
    for wrong in mangled(proof, data):
        assert not verify_inclusion(leaves[index], index, size, root, wrong)
    for wrong in mangled(way, data):
        assert not verify_consistency(first, size, old, root, wrong)
    bit = data.draw(st.integers(0, 255))
    assert not verify_inclusion(leaves[index], index, size, flipped(root, bit), proof)
    assert not verify_inclusion(flipped(leaves[index], bit), index, size, root, proof)
    assert not verify_consistency(first, size, flipped(old, bit), root, way)
    assert not verify_consistency(first, size, old, flipped(root, bit), way)


def flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


def mangled(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """The proof longer, shorter, with a short hash, with one bit changed."""
    found = [[*proof, sha256(b"more").digest()], [sha256(b"more").digest(), *proof], [*proof, b""]]
    if proof:
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        found += [proof[:-1], proof[1:], [*proof[:place], flipped(proof[place], bit), *proof[place + 1 :]]]
        found.append([*proof[:place], proof[place][:-1], *proof[place + 1 :]])
    return found


@given(st.integers(0, 600), st.integers(0, 600))
@settings(max_examples=40, deadline=None)
def test_a_frontier_taken_up_again_goes_on_as_if_nothing_had_been(before: int, after: int) -> None:
    leaves = [leaf_hash(entry) for entry in entries_of(before + after)]
    tree = Frontier()
    tree.extend(leaves[:before])
    again, kept = Frontier(tree.size, tree.roots), {}
    for leaf in leaves[before:]:
        again.append(leaf, lambda level, number, root: kept.update({(level, number): root}))
    assert (again.size, again.root) == (len(leaves), tree_hash(entries_of(len(leaves))))
    whole = whole_in(leaves)
    assert all(whole(level, number) == root for (level, number), root in kept.items())
    at_once, kept_at_once = Frontier(tree.size, tree.roots), {}
    at_once.extend(leaves[before:], lambda level, number, root: kept_at_once.update({(level, number): root}))
    assert (at_once.size, at_once.roots, kept_at_once) == (again.size, again.roots, kept)


def test_a_frontier_that_is_none_is_refused() -> None:
    for size, roots in ((1, []), (2, [b"0" * 32, b"0" * 32]), (1, [b"short"]), (-1, [b"0" * 32])):
        with pytest.raises(ValueError, match="frontier"):
            Frontier(size, roots)


def test_a_proof_of_nothing_cannot_be_made() -> None:
    whole = whole_in([leaf_hash(b"")])
    for index, size in ((0, 0), (1, 1), (-1, 1)):
        with pytest.raises(ValueError, match="leaf"):
            inclusion_proof(index, size, whole)
    for first, second in ((0, 0), (0, 1), (2, 1)):
        with pytest.raises(ValueError, match="tree"):
            consistency_proof(first, second, whole)


A, B = leaf_hash(b"a"), leaf_hash(b"b")
AB = node_hash(A, B)


def text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def inclusion(leaf: bytes, index: int, size: int, root: bytes, *proof: bytes) -> dict[str, object]:
    return {
        "kind": "inclusion",
        "leaf_hash": text(leaf),
        "leaf_index": index,
        "tree_size": size,
        "root": text(root),
        "proof": [text(each) for each in proof],
    }


def consistency(size1: int, size2: int, root1: bytes, root2: bytes, *proof: bytes) -> dict[str, object]:
    return {
        "kind": "consistency",
        "size1": size1,
        "size2": size2,
        "root1": text(root1),
        "root2": text(root2),
        "proof": [text(each) for each in proof],
    }


CASES = {
    "the only leaf": (inclusion(A, 0, 1, A), True),
    "the second of two": (inclusion(B, 1, 2, AB, A), True),
    "at another place": (inclusion(B, 0, 2, AB, A), False),
    "outside the tree": (inclusion(A, 1, 1, A), False),
    "before the tree": (inclusion(A, -1, 1, A), False),
    "of an empty tree": (inclusion(A, 0, 0, A), False),
    "far outside": (inclusion(A, 2**64, 2**64 + 1, A), False),
    "hashes of no bytes": (inclusion(b"", 0, 1, b""), False),
    "a hash of no bytes on the way": (inclusion(A, 0, 2, AB, b""), False),
    "grown by one": (consistency(1, 2, A, AB, B), True),
    "the same tree": (consistency(2, 2, AB, AB), True),
    "the same size, another root": (consistency(2, 2, AB, A), False),
    "the same tree with a proof": (consistency(2, 2, AB, AB, A), False),
    "from nothing": (consistency(0, 2, EMPTY_ROOT, AB), False),
    "nothing from nothing": (consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT), False),
    "shrunk": (consistency(2, 1, AB, A), False),
    "grown without a proof": (consistency(1, 2, A, AB), False),
    "an empty proof in Go's writing": ({**inclusion(A, 0, 1, A), "proof": None}, True),
}


@pytest.mark.parametrize("case", CASES)
def test_the_command_tells_whether_a_proof_holds(case: str, tmp_path, capsys) -> None:
    document, holds = CASES[case]
    (tmp_path / "proof.json").write_text(json.dumps(document), "utf-8")
    assert main(["rules", "merkle", str(tmp_path / "proof.json")]) == (0 if holds else 1)
    assert json.loads(capsys.readouterr().out) == {"verified": holds}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ([], "input.not-object"),
        ({}, "merkle.unknown-kind"),
        ({"kind": ["inclusion"]}, "merkle.unknown-kind"),
        ({**inclusion(A, 0, 1, A), "size1": 1}, "input.unknown-field"),
        ({key: value for key, value in inclusion(A, 0, 1, A).items() if key != "root"}, "input.missing-field"),
        ({**inclusion(A, 0, 1, A), "root": "not base64!"}, "merkle.not-base64"),
        ({**inclusion(A, 0, 1, A), "root": 1}, "merkle.not-base64"),
        ({**inclusion(A, 0, 1, A), "root": "键"}, "merkle.not-base64"),
        ({**inclusion(A, 0, 1, A), "leaf_index": "0"}, "input.not-whole"),
        ({**inclusion(A, 0, 1, A), "leaf_index": True}, "input.not-whole"),
        ({**inclusion(A, 0, 1, A), "proof": "AA=="}, "input.not-list"),
    ],
)
def test_what_is_no_proof_is_refused(document: object, code: str, tmp_path, capsys) -> None:
    (tmp_path / "proof.json").write_text(json.dumps(document), "utf-8")
    assert main(["rules", "merkle", str(tmp_path / "proof.json")]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == code

"""Signed notes and checkpoints: the notes that C2SP and Go publish, and another reading of the same pages."""

from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from linli.rules.errors import Refused
from linli.rules.notes import Checkpoint, Key, opened, public_of, sign

#: The note and key that golang.org/x/mod/sumdb/note documents.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
HIS_NOTE = (
    SAID
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SECRET = bytes(range(32))
NAME = "linli.example/120103002001"
KEY = Key(NAME, public_of(SECRET))
HEAD = Checkpoint(NAME, 3, sha256(b"root").digest())


def test_the_published_note_opens_with_its_published_key() -> None:
    key = Key.read(PETER)
    assert str(key) == PETER
    assert opened(HIS_NOTE, key) == SAID


def test_a_note_is_what_the_page_says() -> None:
    """Taken apart by hand."""
    note = sign(HEAD.text, name=NAME, secret=SECRET)
    text, line = note[: len(HEAD.text)], note[len(HEAD.text) :]
    assert text == f"{NAME}\n3\n{b64encode(HEAD.root).decode()}\n"
    dash, name, encoded = line.removeprefix("\n").removesuffix("\n").split(" ")
    assert (dash, name) == ("\u2014", NAME)
    raw, public = b64decode(encoded), Ed25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
    assert raw[:4] == sha256(NAME.encode() + b"\x0a\x01" + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
    assert Checkpoint.read(opened(note, KEY)) == HEAD


def test_signatures_by_others_are_passed_over_and_one_of_ours_must_hold() -> None:
    ours, theirs = sign(SAID, name=NAME, secret=SECRET), sign(SAID, name="other.example/w", secret=b"1" * 32)
    line = theirs.removeprefix(SAID + "\n")
    assert opened(ours + line, KEY) == SAID
    assert opened(ours.replace("\n\n", "\n\n" + line), KEY) == SAID
    for note, code in (
        (theirs, "note.not-signed"),
        (sign(SAID, name=NAME, secret=b"1" * 32), "note.not-signed"),
        (ours.replace("answer", "question"), "note.false-signature"),
        (ours + line * 16, "note.unreadable"),
    ):
        with pytest.raises(Refused) as refused:
            opened(note, KEY)
        assert refused.value.code == code


@given(st.data())
def test_a_note_with_any_bit_changed_does_not_open_as_another(data: st.DataObject) -> None:
    raw = bytearray(sign(HEAD.text, name=NAME, secret=SECRET).encode())
    place = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[place // 8] ^= 1 << place % 8
    try:
        text = opened(raw.decode(), KEY)
    except (Refused, UnicodeDecodeError):
        return
    assert text == HEAD.text


@pytest.mark.parametrize(
    "note",
    ["", "\n\n", SAID, SAID + "\n", SAID + "\n— name\n", SAID + "\n— name AAAA\n", SAID + "\n- name AAAAAAAA\n",
     SAID + "\n— na+me AAAAAAAA\n", SAID + "\n— name AAAAAAAA", SAID + "\t\n\n— name AAAAAAAA\n"],
)  # fmt: skip
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(Refused) as refused:
        opened(note, KEY)
    assert refused.value.code == "note.unreadable"


ROOT = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", f"a\n01\n{ROOT}\n", f"a\n-1\n{ROOT}\n", f"a\n+1\n{ROOT}\n", f"a\n1_0\n{ROOT}\n", f"\n1\n{ROOT}\n",
     "a\n1\nAAAA\n", f"a\n1\n{ROOT[:-1]}!\n", f"a\n1\n{ROOT}", f"a\n١\n{ROOT}\n"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        Checkpoint.read(text)


def test_an_empty_log_has_a_checkpoint_and_further_lines_are_passed_over() -> None:
    assert Checkpoint.read(f"a\n0\n{ROOT}\nmore\n") == Checkpoint("a", 0, bytes(32))


@pytest.mark.parametrize("text", ["", "a", PETER[:-1], PETER.replace("c74f", "c74e"), PETER.replace("Peter", "Pet er")])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        Key.read(text)
    assert refused.value.code == "note.no-key"


@pytest.mark.parametrize(("text", "name"), [("no newline", "a"), ("tab\t\n", "a"), ("text\n", "a b"), ("text\n", "")])
def test_what_cannot_be_a_note_is_not_signed(text: str, name: str) -> None:
    with pytest.raises(ValueError, match="note"):
        sign(text, name=name, secret=SECRET)

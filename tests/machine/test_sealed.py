"""The sealed stream: opened here by its description alone, and by nothing but what was written."""

import hashlib
import io
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.machine.refusal import MachineRefused
from linli.machine.sealed import HEAD, PIECE, TAG, SealedReader, SealedWriter, Secret

KEY = bytes(range(32))
WORDS = "correct horse 电池 staple"


def secret() -> Secret:
    return Secret(2, KEY)


def sealed(content: bytes, by: Secret | None = None, *, step: int = 50_000) -> bytes:
    out = io.BytesIO()
    writer = SealedWriter(out, by or secret())
    for start in range(0, len(content), step):
        writer.write(content[start : start + step])
    writer.close()
    return out.getvalue()


def opened(stream: bytes, by: Callable[[bool], Secret] = lambda _: secret()) -> bytes:
    reader = SealedReader(io.BytesIO(stream), by)
    content = reader.read(len(stream))
    reader.finish()
    return content


def content_of(size: int) -> bytes:
    return (hashlib.sha256(b"content").digest() * (size // 32 + 1))[:size]


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7])
def test_what_was_written_is_read_and_nobody_sees_how_it_was_written(size: int) -> None:
    content = content_of(size)
    stream = sealed(content)
    assert opened(stream) == content
    assert len(stream) == HEAD + size + TAG * max(1, -(-size // PIECE))


def test_the_description_alone_opens_it() -> None:
    """By the table of bytes, with the primitives and nothing of ours."""
    content = content_of(2 * 65_536 + 5)
    stream = sealed(content)
    head, rest = stream[:40], stream[40:]
    assert head[:8] == b"LLB1\x02\0\0\0"
    assert head[31] == 0
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=head[8:24], info=b"linli backup").derive(KEY)
    assert head[32:] == hashlib.sha256(b"linli backup key id" + key).digest()[:8]
    pieces = [rest[start : start + 65_552] for start in range(0, len(rest), 65_552)]
    plain = b""
    for number, piece in enumerate(pieces):
        last = b"\1" if number == len(pieces) - 1 else b"\0"
        plain += AESGCM(key).decrypt(head[24:31] + number.to_bytes(4, "big") + last, piece, head)
    assert plain == content


def test_a_passphrase_opens_by_scrypt_however_its_letters_are_composed() -> None:
    stream = sealed(b"words", Secret.passphrase("Zwölf Boxkämpfer"))
    head = stream[:40]
    assert head[4:8] == bytes([1, 17, 8, 1])
    key = hashlib.scrypt("Zwölf Boxkämpfer".encode(), salt=head[8:24], n=2**17, r=8, p=1, dklen=32, maxmem=2**28)
    assert AESGCM(key).decrypt(head[24:31] + bytes(4) + b"\1", stream[40:], head) == b"words"
    decomposed = "Zwo\u0308lf Boxka\u0308mpfer"
    assert opened(stream, lambda by_words: Secret.passphrase(decomposed)) == b"words"


SMALL = sealed(content_of(2 * PIECE + 10))


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.integers(0, len(SMALL) - 1), st.sampled_from([HEAD, HEAD + PIECE + TAG, HEAD + 2 * (PIECE + TAG)])))
def test_a_stream_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(MachineRefused):
        opened(SMALL[:length])


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.integers(0, HEAD - 1), st.integers(0, len(SMALL) - 1)), st.integers(1, 255))
def test_a_stream_changed_anywhere_is_refused(place: int, by: int) -> None:
    changed = bytearray(SMALL)
    changed[place] ^= by
    with pytest.raises(MachineRefused):
        opened(bytes(changed), lambda by_words: Secret.passphrase(WORDS) if by_words else secret())


def test_pieces_exchanged_left_out_added_or_taken_from_another_are_refused() -> None:
    size = PIECE + TAG
    head, one, two, last = SMALL[:HEAD], SMALL[HEAD:][:size], SMALL[HEAD + size :][:size], SMALL[HEAD + 2 * size :]
    other = sealed(content_of(2 * PIECE + 10))
    assert opened(head + one + two + last)
    for stream in (
        head + two + one + last,
        head + one + last,
        head + two + last,
        head + one + two + last + b"\0",
        head + one + two + last + last,
        head + other[HEAD:],
        other[:HEAD] + one + two + last,
    ):
        with pytest.raises(MachineRefused, match="不一样"):
            opened(stream)


def test_each_no_says_what_it_is_about() -> None:
    with pytest.raises(MachineRefused, match="不是 linli 的备份"):
        opened(b"PK\x03\x04" + bytes(100))
    with pytest.raises(MachineRefused, match="对不上"):
        opened(SMALL, lambda _: Secret(2, bytes(32)))
    with pytest.raises(MachineRefused, match="要用钥匙文件打开"):
        opened(SMALL, lambda _: Secret.passphrase(WORDS))
    with pytest.raises(MachineRefused, match="太短"):
        Secret.passphrase("123456789")


def test_a_stranger_s_file_may_not_ask_for_all_of_the_memory() -> None:
    greedy = b"LLB1\x01" + bytes([31, 8, 1]) + bytes(32) + bytes(50)
    with pytest.raises(MachineRefused, match="不一样"):
        opened(greedy, lambda _: Secret.passphrase(WORDS))

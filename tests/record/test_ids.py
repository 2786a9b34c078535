"""UUIDs of version 7, held against RFC 9562."""

import time
import uuid

from linli.record.ids import new_id

#: RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC, in milliseconds.
APPENDIX = 0x017F22E279B0


def test_the_fields_lie_where_the_rfc_says(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: APPENDIX * 1_000_000 + 250_000)
    made = new_id()
    assert made.int >> 80 == APPENDIX
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert str(made).startswith("017f22e2-79b0-7")
    # A quarter of a millisecond in twelve bits.
    assert made.int >> 64 & 0xFFF == 0x400


def test_ids_made_one_after_another_are_in_order_and_differ():
    made = [new_id() for _ in range(20_000)]
    assert len(set(made)) == len(made)
    assert made == sorted(made)


def test_what_follows_the_time_cannot_be_guessed(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: APPENDIX * 1_000_000 + 999_999)
    made = [new_id().int for _ in range(500)]
    always = never = made[0] & (1 << 62) - 1
    for each in made:
        always &= each
        never |= each & (1 << 62) - 1
    assert always == 0
    assert never == (1 << 62) - 1

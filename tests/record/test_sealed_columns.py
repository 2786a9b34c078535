"""A change of keys reaches every sealed value: no column holds one without saying so."""

from django.apps import apps
from django.db import models

from linli.record.sealed import SealedField

#: Bytes that are not sealed, and what they are instead.
NOT_SEALED = {
    "accounts_attempts.key": "an index",
    "accounts_phonecode.phone_index": "an index",
    "accounts_secondfactor.credential": "a name that the browser chose",
    "accounts_secondfactor.public_key": "public by its nature",
    "accounts_weixinlogin.openid_index": "an index",
    "community_person.phone_index": "an index",
    "community_registerimport.trace": "identifiers",
    "record_checkpoint.frontier": "hashes",
    "record_checkpoint.root": "a hash",
    "record_leaf.entry": "public for ever",
    "record_leaf.hash": "a hash",
    "record_private.salt": "random, useless without the value",
    "record_subtree.root": "a hash",
    "voting_drive.pack_file": "a law",
}


def test_every_column_of_bytes_is_sealed_or_says_what_it_is() -> None:
    plain = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.BinaryField) and not isinstance(field, SealedField)
    }
    assert plain == set(NOT_SEALED)

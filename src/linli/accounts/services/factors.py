"""The second key: an authenticator app's numbers (RFC 6238), a passkey (WebAuthn), and codes on paper."""

import base64
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import webauthn
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from linli.accounts.models import Account, RecoveryCode, SecondFactor
from linli.accounts.services.limits import spend
from linli.accounts.tokens import hash_of
from linli.record import clock
from linli.record.acting import Acting
from linli.record.sealed import open_sealed, put_sealed
from linli.record.services import note
from linli.rules.errors import Refused

Kind = SecondFactor.Kind
#: Seconds that one number stands, and its digits: what every authenticator app assumes.
STEP, DIGITS = 30, 6
#: Numbers before and after the present one that are taken, for phones whose clock is off.
SLACK = 1
PAPER_CODES = 8


def number_at(secret: bytes, step: int) -> str:
    """The number of one step of 30 seconds since 1970."""
    app = TOTP(secret, DIGITS, SHA1(), STEP)
    return app.generate(step * STEP).decode()


@transaction.atomic
def begin_totp(*, account: Account, by: Acting) -> SecondFactor:
    """A secret for an authenticator app; it counts once the first number was typed back. One waits at a time."""
    Account.objects.select_for_update(no_key=True).get(id=account.id)
    waiting = account.factors.filter(kind=Kind.TOTP, confirmed_at=None).first()
    if waiting is not None:
        return waiting
    factor = SecondFactor(account=account, kind=Kind.TOTP)
    put_sealed(factor, "secret_sealed", base64.b32encode(os.urandom(20)).decode())
    factor.save(force_insert=True)
    return factor


def totp_address(factor: SecondFactor, name: str) -> str:
    """What the QR of an authenticator app holds."""
    secret = open_sealed(factor, "secret_sealed")
    issuer = quote("邻里")
    return f"otpauth://totp/{issuer}:{quote(name)}?secret={secret}&issuer={issuer}&digits={DIGITS}&period={STEP}"


def confirm_totp(*, account: Account, number: str, by: Acting) -> list[str]:
    """The app that waits becomes a key, if it says the right number; with the first key come the codes on paper."""
    spend("second key", account.id, most=6, within=timedelta(minutes=10))
    with transaction.atomic():
        factor = account.factors.select_for_update().filter(kind=Kind.TOTP, confirmed_at=None).first()
        if factor is None or not takes(factor, number):
            raise Refused("key.wrong-number", "数字不对，或者已经用过。请看手机上最新的六位数字，再填一次。")
        return confirm_factor(factor, by)


def confirm_factor(factor: SecondFactor, by: Acting) -> list[str]:
    """The factor counts from now on. The codes on paper, where the account has none yet."""
    factor.confirmed_at = clock.now()
    factor.save()
    note("second-key.added", by=by, subject_kind="account", subject=factor.account_id, internal={"kind": factor.kind})
    if RecoveryCode.objects.filter(account=factor.account_id, used_at=None).exists():
        return []
    return write_paper_codes(factor.account_id)


def write_paper_codes(account: UUID) -> list[str]:
    """Fresh codes on paper; those before are gone. Each has 80 random bits, in four groups that can be read aloud."""
    RecoveryCode.objects.filter(account=account).delete()
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(PAPER_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(account_id=account, code_sha256=hash_of(code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def takes(factor: SecondFactor, number: str) -> bool:
    """Whether the app says this number now; a number that was taken, or an older one, is never taken again."""
    said = "".join(number.split()).encode()
    present = int(clock.now().timestamp()) // STEP
    secret = base64.b32decode(open_sealed(factor, "secret_sealed"))
    for step in range(present - SLACK, present + SLACK + 1):
        if hmac.compare_digest(number_at(secret, step).encode(), said) and step > factor.last_step:
            factor.last_step = step
            factor.save(update_fields=["last_step"])
            return True
    return False


def prove_by_number(*, account: Account, number: str, by: Acting) -> None:
    """The second key by an app's number or a code on paper. Refused when wrong or used; six tries in ten minutes."""
    spend("second key", account.id, most=6, within=timedelta(minutes=10))
    with transaction.atomic():
        apps = account.factors.select_for_update().filter(kind=Kind.TOTP, confirmed_at__isnull=False)
        if any(takes(factor, number) for factor in apps):
            return
        code = number.replace("-", "").replace(" ", "").upper()
        paper = RecoveryCode.objects.filter(account=account, code_sha256=hash_of(code), used_at=None)
        if not paper.update(used_at=clock.now()):
            raise Refused("key.wrong-number", "数字不对，或者已经用过。请看手机上最新的六位数字，再填一次。")
        note("paper-code.used", by=by, subject_kind="account", subject=account.id)


# ── passkeys ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def our_host() -> str:
    """What a passkey is bound to: the host name of this instance."""
    return urlsplit(settings.ADDRESS).hostname or "localhost"


def offer_passkey(account: Account, name: str) -> tuple[str, bytes]:
    """What a browser needs to make a passkey (JSON), and the challenge to keep in the session."""
    options = webauthn.generate_registration_options(
        rp_id=our_host(),
        rp_name="邻里",
        user_id=account.id.bytes,
        user_name=name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=described(account),
    )
    return webauthn.options_to_json(options), options.challenge


def add_passkey(*, account: Account, credential: Mapping[str, Any], challenge: bytes, by: Acting) -> list[str]:
    """The browser's new passkey becomes a key; with the first key come the codes on paper."""
    try:
        made = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=our_host(),
            expected_origin=settings.ADDRESS,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused("key.passkey", "通行密钥没有对上。请刷新这一页再试一次，或者用验证器的数字。") from None
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(id=account.id)
        factor = SecondFactor(
            account=account,
            kind=Kind.PASSKEY,
            credential=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
        )
        factor.save(force_insert=True)
        return confirm_factor(factor, by)


def ask_passkey(account: Account) -> tuple[str, bytes]:
    """What a browser needs to prove a passkey (JSON), and the challenge to keep in the session."""
    options = webauthn.generate_authentication_options(
        rp_id=our_host(),
        allow_credentials=described(account),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), options.challenge


def prove_by_passkey(*, account: Account, credential: Mapping[str, Any], challenge: bytes) -> None:
    """The second key by a passkey of the account. Refused when it does not verify, or its counter went back."""
    with transaction.atomic():
        try:
            used = webauthn.base64url_to_bytes(str(credential["rawId"]))
            key = passkeys(account).select_for_update().get(credential=used)
            proven = webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=our_host(),
                expected_origin=settings.ADDRESS,
                credential_public_key=bytes(key.public_key or b""),
                credential_current_sign_count=key.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, SecondFactor.DoesNotExist, ValueError, KeyError, TypeError):
            raise Refused("key.passkey", "通行密钥没有对上。请刷新这一页再试一次，或者用验证器的数字。") from None
        key.sign_count = proven.new_sign_count
        key.save(update_fields=["sign_count"])


def described(account: Account) -> list[PublicKeyCredentialDescriptor]:
    """The account's passkeys as a browser is told of them."""
    return [PublicKeyCredentialDescriptor(id=bytes(key.credential or b"")) for key in passkeys(account)]


def passkeys(account: Account) -> QuerySet[SecondFactor]:
    """The passkeys of an account."""
    return account.factors.filter(kind=Kind.PASSKEY, confirmed_at__isnull=False).order_by("made_at")


@transaction.atomic
def remove_factor(*, account: Account, factor_id: UUID, by: Acting) -> None:
    """Take a second key away. Refused for the last one of somebody who needs one: they would be shut out."""
    Account.objects.select_for_update(no_key=True).get(id=account.id)
    held: Sequence[SecondFactor] = list(account.factors.filter(confirmed_at__isnull=False))
    gone = [factor for factor in held if factor.id == factor_id]
    if gone and len(held) == 1:
        raise Refused("key.last", "这是您唯一的第二把钥匙。请先加一把新的，再去掉这一把。")
    for factor in gone:
        factor.delete()
        note("second-key.removed", by=by, subject_kind="account", subject=account.id, internal={"kind": factor.kind})


@transaction.atomic
def renew_paper_codes(*, account: Account, by: Acting) -> list[str]:
    """New codes on paper, in place of those before."""
    Account.objects.select_for_update(no_key=True).get(id=account.id)
    note("paper-codes.renewed", by=by, subject_kind="account", subject=account.id)
    return write_paper_codes(account.id)

"""E-mail by SMTP (RFC 5321): one connection for a batch, each letter by itself.

The server says yes to a letter after its last line. Whatever goes wrong before that line was sent leaves it certainly
unsent; between that line and the answer nobody can tell. Mail servers know no keys, so what is unknown stays unknown.
"""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from hashlib import sha256

from linli.messaging.channels import Outcome, Parcel, Settings
from linli.messaging.channels.outbound import ClosedAddress, require_open_host, resolve
from linli.rules.errors import Refused

SECURITY = ("tls", "starttls", "none")


class _Connection(smtplib.SMTP):
    """An SMTP connection that goes to the address that was judged, while TLS still asks for the name."""

    def __init__(self, host: str, port: int, *, address: str, context: ssl.SSLContext | None, timeout: float) -> None:
        self._address, self._context = address, context
        super().__init__(host, port, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self._address, port), timeout)
        return self._context.wrap_socket(plain, server_hostname=host) if self._context else plain


class Email:
    """One mail server and the account that writes. ``security``: tls (465), starttls (587), none (named hosts only)."""

    batch = 50
    honours_keys = False

    def __init__(self, told: Settings) -> None:
        self.host = str(told.get("host", ""))
        self.port = int(str(told.get("port", 465)))
        self.security = str(told.get("security", "tls"))
        self.user = str(told.get("user", ""))
        self.password = str(told.get("password", ""))
        self.sender = str(told.get("sender", ""))
        self.name = str(told.get("name", ""))
        self.timeout = float(str(told.get("timeout", 10)))
        require_open_host(self.host)
        if not self.host or "@" not in self.sender or self.security not in SECURITY:
            raise Refused("channel.email", "请写全邮件服务器、端口、加密方式和发件地址。")

    async def carry(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Write the letters, one after another over one connection."""
        try:
            address, _ = await resolve(self.host, self.port)
        except ClosedAddress:
            return [Outcome("refused", "address-inside") for _ in parcels]
        except OSError:
            return [Outcome("throttled", "unreachable") for _ in parcels]
        return await asyncio.to_thread(self._write, parcels, address)

    async def close(self) -> None:
        """Nothing is held between batches."""

    def _write(self, parcels: Sequence[Parcel], address: str) -> list[Outcome]:
        done: list[Outcome] = []
        try:
            with self._connected(address) as server:
                for parcel in parcels:
                    done.append(self._one(server, parcel))
                    if done[-1].said == "unknown":
                        break
        except smtplib.SMTPAuthenticationError:
            done += [Outcome("refused", "smtp-sign-in")] * (len(parcels) - len(done))
        except (OSError, smtplib.SMTPException):
            # Opening failed, or only the farewell did: what has its answer keeps it.
            pass
        return done + [Outcome("throttled", "unreachable")] * (len(parcels) - len(done))

    def _connected(self, address: str) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server = _Connection(
            self.host,
            self.port,
            address=address,
            context=context if self.security == "tls" else None,
            timeout=self.timeout,
        )
        if self.security == "starttls":
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if self.user:
            server.login(self.user, self.password)
        return server

    def _one(self, server: smtplib.SMTP, parcel: Parcel) -> Outcome:
        """One letter. A connection that breaks during the text leaves it unknown."""
        try:
            letter = self._letter(parcel).as_bytes()
        except ValueError:
            return Outcome("refused", "letter")
        if server.sock is None:
            return Outcome("throttled", "unreachable")
        try:
            for code, said in (server.mail(self.sender), server.rcpt(parcel.address)):
                if code not in (250, 251):
                    server.rset()
                    return _turned_down(code, said)
        except ValueError:  # an address that cannot be said to this server: RFC 5321 knows ASCII alone
            server.rset()
            return Outcome("refused", "letter")
        except (OSError, smtplib.SMTPException):
            return Outcome("throttled", "unreachable")
        try:
            code, said = server.data(letter)
        except smtplib.SMTPDataError as refusal:
            return _turned_down(refusal.smtp_code, refusal.smtp_error)
        except (OSError, smtplib.SMTPException):
            return Outcome("unknown", "cut-off")
        return Outcome("accepted", receipt=_words(said)) if code == 250 else _turned_down(code, said)

    def _letter(self, parcel: Parcel) -> EmailMessage:
        # RFC 5321 §2.3.8: every line ends in CR LF; a server may take a bare LF for no end at all.
        letter = EmailMessage(policy=SMTP)
        letter["From"] = formataddr((self.name, self.sender))
        letter["To"] = parcel.address
        letter["Subject"] = parcel.title
        letter["Message-ID"] = f"<{sha256(parcel.key.encode()).hexdigest()[:32]}@{self.sender.partition('@')[2]}>"
        letter.set_content(parcel.body)
        if parcel.enclosure is not None:
            maintype, _, subtype = parcel.enclosure.media_type.partition("/")
            letter.add_attachment(
                parcel.enclosure.content, maintype=maintype, subtype=subtype, filename=parcel.enclosure.name
            )
        return letter


def _turned_down(code: int, said: object) -> Outcome:
    """RFC 5321 §4.2.1: 4yz is for now (421 and 450 ask to come again), 5yz for good."""
    if 400 <= code < 500:
        return Outcome("throttled", f"smtp-{code}")
    return Outcome("refused", f"smtp-{code}")


def _words(said: object) -> str:
    return said.decode("ascii", "replace")[:128] if isinstance(said, bytes) else str(said)[:128]

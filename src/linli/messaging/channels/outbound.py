"""The one guard of all that this program calls: no address inside the network; looked up once, and that one used.

A name that is looked up a second time may lead elsewhere, so the connection goes to the address that was judged. The
setting ``LINLI_OUTBOUND_HOSTS`` names hosts that may be inside (a mail server next door) and need no TLS.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings

from linli.rules.errors import Refused

Address = IPv4Address | IPv6Address
#: Ranges whose last four bytes are an IPv4 address that a gateway goes on to (RFC 6052, RFC 8215).
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


class ClosedAddress(OSError):
    """The name leads inside the network, where nothing of ours may call."""


def is_open(address: Address) -> bool:
    """Whether the address is one of the whole net: not private, loopback, link-local, shared, multicast or reserved."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and any(address in network for network in _TRANSLATED):
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_open(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_named(host: str) -> bool:
    """Whether the keeper of this machine has named the host as one that may be inside."""
    return host.lower().rstrip(".") in settings.OUTBOUND_HOSTS


def require_open_url(url: str) -> str:
    """The address of a web service, if this program may call it; refused without repeating it: it is a secret.

    Refused: another scheme than https (http only for hosts that the machine's keeper named), a name or password in it,
    an address inside the network. What a name leads to is judged when it is called.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or parts.username or parts.password or parts.fragment or not url.isprintable() or " " in url:
        raise Refused("channel.url", "网址写得不对。请照服务商给的抄，以 https:// 开头。")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_named(host)):
        raise Refused("channel.not-https", "网址要以 https:// 开头，路上才不会被人看到。")
    require_open_host(host)
    return url


def require_open_host(host: str) -> None:
    """Refused where ``host`` is written as an address inside the network and is not named."""
    try:
        written = ip_address(host)
    except ValueError:
        return
    if not is_open(written) and not is_named(host):
        raise Refused("channel.inside", "这个地址在内部网络里，不能用。要用，请管理员在设置里写上它。")


async def resolve(host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC) -> tuple[str, int]:
    """The address to connect to, and its family. Raises OSError; ``ClosedAddress`` if any of the name's is inside."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
    addresses = [(str(each[4][0]), int(each[0])) for each in found]
    if not is_named(host) and not all(is_open(ip_address(address.split("%")[0])) for address, _ in addresses):
        raise ClosedAddress(f"{len(addresses)} addresses")
    return addresses[0]


class GuardedResolver(AbstractResolver):
    """aiohttp's way to look a name up: once, through the guard."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The judged address alone."""
        address, family_found = await resolve(host, port, family)
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=family_found, proto=0, flags=socket.AI_NUMERICHOST
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""

"""Asking a service of the wide net one short question, for later apps: through the one guard of all calls."""

import asyncio
from collections.abc import Mapping

import aiohttp

from linli.messaging.channels.outbound import GuardedResolver, require_open_url

#: Bytes of an answer that are read at most.
ANSWER_LIMIT = 100_000


def ask_outside(url: str, *, query: Mapping[str, str], seconds: float) -> bytes | None:
    """The body of the answer to a GET; None where there is none: unreachable, silent, cut off, too long, not 200,
    leading elsewhere, or inside the network. Refused: an address that ``require_open_url`` refuses.
    """
    require_open_url(url)
    return asyncio.run(_ask(url, query, seconds))


async def _ask(url: str, query: Mapping[str, str], seconds: float) -> bytes | None:
    connector = aiohttp.TCPConnector(resolver=GuardedResolver())
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
            session.get(url, params=query, allow_redirects=False) as response,
        ):
            body = await response.content.read(ANSWER_LIMIT + 1)
            while not response.content.at_eof() and len(body) <= ANSWER_LIMIT:
                body += await response.content.read(ANSWER_LIMIT + 1 - len(body))
            return body if response.status == 200 and len(body) <= ANSWER_LIMIT else None
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None

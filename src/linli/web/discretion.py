"""What a log never holds: the secrets in the addresses of links and door codes."""

import logging
import re

_SECRET = re.compile(r"(/[sdh]/)[^/\s?\"']+")


class WithoutSecrets(logging.Filter):
    """Filter: takes the secret out of every line, whether it stands in the words or in their arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; it is always let through."""
        record.msg, record.args = _SECRET.sub(r"\1…", record.getMessage()), ()
        return True

"""套表: an office's own blank .docx or .xlsx, with ``{{字段}}`` where words belong, read as hostile and filled.

Nothing in a blank is ever run: between the braces stands the name of a field and nothing else.
"""

from linli.web.blanks.archive import Kind, opened
from linli.web.blanks.fields import Value
from linli.web.blanks.filling import Blank, fill_blank, put_value, read_blank

__all__ = ["Blank", "Kind", "Value", "fill_blank", "opened", "put_value", "read_blank"]

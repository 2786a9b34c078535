"""Days as people write them, in the community's time."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _


def day(when: date | datetime) -> str:
    """7月15日; 15 July in English."""
    return date_format(localtime(when) if isinstance(when, datetime) else when, _("n月j日"))


def day_and_weekday(when: datetime) -> str:
    """6月18日 星期日; Sunday 18 June in English."""
    return date_format(localtime(when), _("n月j日 l"))


def full_day(when: date | datetime) -> str:
    """2023年7月15日; 15 July 2023 in English."""
    return date_format(localtime(when) if isinstance(when, datetime) else when, _("Y年n月j日"))

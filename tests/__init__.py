"""The tests. Generated examples are never judged by the clock: a busy machine is no fault of the program."""

from hypothesis import HealthCheck, settings

settings.register_profile("linli", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("linli")

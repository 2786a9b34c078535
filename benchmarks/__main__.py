"""``python -m benchmarks``: every benchmark, one table; exit 1 if a promise is missed."""

import importlib
import pkgutil
import sys

import benchmarks

modules = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__")
every = [row for name in modules for row in importlib.import_module(f"benchmarks.{name}").rows()]
sys.exit(0 if benchmarks.show(every) else 1)

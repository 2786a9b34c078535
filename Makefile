# The project's commands. Each prepares what it needs; the first one takes half a minute longer.
PY = .venv/bin/python -P

.PHONY: demo serve test lint types bench messages pictures locks clean dev

demo:
	./linli demo

serve:
	./linli serve

test: dev
	sh scripts/test

lint: dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: dev
	$(PY) -m mypy

# Without -P, which would leave out the folder that benchmarks stand in.
bench: dev
	.venv/bin/python -m benchmarks

messages: dev
	./linli messages

# The pictures of docs/pictures, anew, from a demo of their own.
pictures: dev
	$(PY) scripts/pictures.py

# Newer versions of everything, within what pyproject.toml allows.
locks: dev
	sh scripts/locks

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
	find src/linli/locale -name '*.mo' -exec rm -f {} +

dev:
	@./linli install --dev

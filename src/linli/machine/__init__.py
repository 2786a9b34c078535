"""How linli lives on a machine: its environment, its PostgreSQL, and the processes that serve it."""

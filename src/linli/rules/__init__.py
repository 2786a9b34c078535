"""The rules: values in, values out. No Django, no clock, no database, no randomness of its own."""

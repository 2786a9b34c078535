"""Linli (邻里): the working system of a self-governing community. ``docs/map.md`` says what lives where."""

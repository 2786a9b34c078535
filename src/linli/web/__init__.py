"""The page: its shell, its parts, its paper and its manners. Knows no other app; they bring their words to it."""

"""The seed that the course's own copy of a notebook has; commands know it without loading torch."""

PUBLIC = 0

"""What ends a comparison early."""


class CompareError(Exception):
    """Something that makes the figures worthless or impossible; the message says what, and what to do about it."""

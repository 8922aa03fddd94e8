"""The one exception for input that cannot be used."""


class InputError(ValueError):
    """Input that cannot be used: the message says what was wrong, where, and what to do.

    The command line prints the message alone and exits with status 2.
    """

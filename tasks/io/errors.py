"""The base class of all our errors: catching it catches everything that this package refuses or cannot do."""


class LawboundError(Exception):
    """What was given, read or asked is not what it should be; the message says where, what was found and what was expected.

    Each kind is also the built-in error that it is akin to, such as `ValueError` or `OSError`.
    """

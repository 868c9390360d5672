"""The base class of all our errors: catching it catches everything that this package refuses or cannot do."""


class LawboundError(Exception):
    """Something given, read or asked is wrong; the message says where, what was found and what was
    expected.

    Each kind is also the related built-in error, such as `ValueError` or `OSError`.
    """

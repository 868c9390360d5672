"""Upper limits for numbers and names in any file that we read."""

from typing import Final

MOST_COUNTED: Final = 2**53
"""Counts above it are damage, and not exact as floats."""
LONGEST_NAME: Final = 4096
"""Characters of the name of a model or policy, which may be a path: no system takes a longer one."""

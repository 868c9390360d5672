"""Upper limits for numbers and names in any file that we read."""

from typing import Final

MOST_COUNTED: Final = 2**53
"""Higher counts are damage, and are not exact as floats."""
LONGEST_NAME: Final = 4096
"""Most characters of a model's or policy's name, maybe a path; no system takes longer ones."""

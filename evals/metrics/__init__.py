"""What each number of ``metrics.csv`` is and how it comes from verdicts; start at `compute`."""

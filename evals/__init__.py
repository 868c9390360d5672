"""What we conclude: suites, the run itself, judging, metrics, statistics, leaderboard and report."""

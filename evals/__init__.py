"""What we conclude: suites, runs, judging, metrics, statistics, leaderboard and report."""

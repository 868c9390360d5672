"""Statistics of clustered answers: intervals, the bootstrap, tests of significance."""

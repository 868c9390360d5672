"""Statistics of clustered answers: intervals and tests of significance."""

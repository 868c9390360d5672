"""What a suite asks: its file, and the questions that are drawn for it; start at `suite`."""

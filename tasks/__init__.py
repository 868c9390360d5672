"""What we ask: items, the vocabulary by which they are filed, the bank, and generators of reasoning and creative twins."""

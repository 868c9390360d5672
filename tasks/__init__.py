"""What we ask: items, the vocabulary that they are filed under, the bank, and generators of reasoning and creative twins."""

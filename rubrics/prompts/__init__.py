"""From a policy to the system prompts that models read; the wordings lie beside the code."""

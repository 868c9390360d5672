"""What a run leaves behind on disk, and what must hold before it is believed."""

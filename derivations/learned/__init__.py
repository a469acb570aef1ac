"""What networks learn, beside what the windows say."""

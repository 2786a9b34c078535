"""What comes in from outside: files in other people's formats, read with suspicion into plain values."""

"""One module for each migration; each names its plain SQL file."""

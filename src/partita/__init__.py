"""partita: one set of books for the cloud spending of enterprises with many accounts."""

__version__ = "0.1.0"

"""Facts, the state they fold to, and where they are kept."""

"""What a request costs, in cents. Pure."""

"""Which machines can make which parts. Pure."""

"""The pages of labs: find, act, answer."""

"""Open Know-Where v1 (Internet of Production Alliance, CC BY 4.0), in and out; and lists such as fablabs.io gives."""

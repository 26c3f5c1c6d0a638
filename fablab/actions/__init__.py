"""What changes labs, bookings and requests: one verb a file; the page, the API and the worker call the same."""

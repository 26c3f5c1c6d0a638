"""Labs, their machines and materials, bookings, print requests, and the machines that run them."""

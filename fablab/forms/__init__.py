"""What people type about labs, checked."""

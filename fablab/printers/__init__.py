"""One door for each machine host. What speaks to a machine lives here and nowhere else."""

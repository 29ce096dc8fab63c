"""Measures antenna-worker on GPUs: packs all that is needed, and runs it where there is a driver and Python 3.9, nothing else."""

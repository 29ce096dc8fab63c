"""Runs the Python original and antenna-worker in turn on the same images, and sets their figures beside each other."""

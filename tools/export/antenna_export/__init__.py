"""Turns the published models of Antenna's pipelines into the ONNX graphs and manifests that antenna-worker reads."""

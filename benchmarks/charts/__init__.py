"""Charts of benchmark figures as SVG."""

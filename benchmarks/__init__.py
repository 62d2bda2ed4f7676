"""Quality and speed of the resolver beside its peers, on named public data: `python -m benchmarks.quality`, `.speed`,
`.peers`.
"""

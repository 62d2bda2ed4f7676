"""Networks of entities: relations and shared artefacts, graphs, paths, groups, exports, overlaps.

Everything is computed for one viewer from the records that the viewer may see, at one revision.
"""

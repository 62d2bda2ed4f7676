"""Files of graphs: GraphML, GEXF, CSV, FollowTheMoney and JSON."""

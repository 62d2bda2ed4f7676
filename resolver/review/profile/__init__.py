"""What an entity's page draws: relations, dates, places and agencies, from visible records only."""

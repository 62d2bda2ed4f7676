"""Tables behind the steward's desk: waiting pairs, holds, rechecks, the decision log."""

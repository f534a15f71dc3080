"""One router a resource; a route translates and decides nothing."""

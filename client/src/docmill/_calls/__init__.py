"""One function an endpoint: arguments in, a `Call` out. No I/O, no client."""

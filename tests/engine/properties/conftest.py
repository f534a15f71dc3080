"""Properties of the engine: bounded, the same examples in every run unless asked otherwise."""

import os

from hypothesis import HealthCheck, settings

# Each example starts two processes: how long one takes says nothing.
settings.register_profile(
    "ci",
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "150")),
    deadline=None,
    derandomize="PROPERTY_EXAMPLES" not in os.environ,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("ci")

-- Every request creates a task.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"title": "Write the report", "description": "One page, with the figures of last week"}'

"""The Flask program with tasks in it before gunicorn forks, so that every worker has the same.

Its storage is a dictionary of the process: filled by requests, each worker would have its part.
"""

import os

from flask_app import app, tasks

with app.test_client() as client:
    for number in range(int(os.environ["TASKS"])):
        task = {"title": f"Task {number}", "description": "One of a hundred or so"}
        assert client.post("/tasks", json=task).status_code == 201

__all__ = ["app", "tasks"]

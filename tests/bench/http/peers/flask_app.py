"""The task API of the article, in Flask, as it stands there."""

from datetime import datetime
from uuid import uuid4

from flask import Flask, jsonify, request

app = Flask(__name__)

# In-memory storage for demonstration
tasks = {}


@app.route("/tasks", methods=["GET"])
def list_tasks():
    """List all tasks with optional status filter."""
    status_filter = request.args.get("status")
    result = list(tasks.values())
    if status_filter:
        result = [t for t in result if t["status"] == status_filter]
    return jsonify({"tasks": result, "count": len(result)})


@app.route("/tasks", methods=["POST"])
def create_task():
    """Create a new task."""
    data = request.get_json()
    if not data or "title" not in data:
        return jsonify({"error": "Title is required"}), 400
    task_id = str(uuid4())
    task = {
        "id": task_id,
        "title": data["title"],
        "description": data.get("description", ""),
        "status": "pending",
        "created_at": datetime.utcnow().isoformat(),
    }
    tasks[task_id] = task
    return jsonify(task), 201


@app.route("/tasks/<task_id>", methods=["GET"])
def get_task(task_id):
    """Get a single task by ID."""
    task = tasks.get(task_id)
    if not task:
        return jsonify({"error": "Task not found"}), 404
    return jsonify(task)


@app.route("/tasks/<task_id>", methods=["PUT"])
def update_task(task_id):
    """Update an existing task."""
    if task_id not in tasks:
        return jsonify({"error": "Task not found"}), 404
    data = request.get_json()
    task = tasks[task_id]
    task["title"] = data.get("title", task["title"])
    task["description"] = data.get("description", task["description"])
    task["status"] = data.get("status", task["status"])
    return jsonify(task)


@app.route("/tasks/<task_id>", methods=["DELETE"])
def delete_task(task_id):
    """Delete a task."""
    if task_id not in tasks:
        return jsonify({"error": "Task not found"}), 404
    del tasks[task_id]
    return "", 204

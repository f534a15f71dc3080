"""The Flask program of the article said in FastAPI, with the article's TaskCreate."""

from datetime import datetime
from uuid import uuid4

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

app = FastAPI()

# In-memory storage for demonstration
tasks = {}


class TaskCreate(BaseModel):
    title: str = Field(..., min_length=1, max_length=200)
    description: str = Field(default="", max_length=2000)
    priority: int = Field(default=1, ge=1, le=5)


class TaskUpdate(BaseModel):
    title: str | None = None
    description: str | None = None
    status: str | None = None


@app.get("/tasks")
async def list_tasks(status: str | None = None):
    """List all tasks with optional status filter."""
    result = list(tasks.values())
    if status:
        result = [t for t in result if t["status"] == status]
    return {"tasks": result, "count": len(result)}


@app.post("/tasks", status_code=201)
async def create_task(data: TaskCreate):
    """Create a new task."""
    task_id = str(uuid4())
    task = {
        "id": task_id,
        "title": data.title,
        "description": data.description,
        "status": "pending",
        "priority": data.priority,
        "created_at": datetime.utcnow().isoformat(),
    }
    tasks[task_id] = task
    return task


@app.get("/tasks/{task_id}")
async def get_task(task_id: str):
    """Get a single task by ID."""
    if task_id not in tasks:
        return JSONResponse({"error": "Task not found"}, status_code=404)
    return tasks[task_id]


@app.put("/tasks/{task_id}")
async def update_task(task_id: str, data: TaskUpdate):
    """Update an existing task."""
    if task_id not in tasks:
        return JSONResponse({"error": "Task not found"}, status_code=404)
    tasks[task_id] |= data.model_dump(exclude_none=True)
    return tasks[task_id]


@app.delete("/tasks/{task_id}")
async def delete_task(task_id: str):
    """Delete a task."""
    if task_id not in tasks:
        return JSONResponse({"error": "Task not found"}, status_code=404)
    del tasks[task_id]
    return Response(status_code=204)

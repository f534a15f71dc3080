"""The article's Flask program with the article's lines for a database: SQLAlchemy on SQLite."""

from datetime import datetime
from uuid import uuid4

from flask import Flask, jsonify, request
from sqlalchemy import Column, String, create_engine
from sqlalchemy.orm import Session, declarative_base

app = Flask(__name__)

engine = create_engine("sqlite:///tasks.db")
Base = declarative_base()


class Task(Base):
    __tablename__ = "tasks"

    id = Column(String, primary_key=True)
    title = Column(String)
    description = Column(String)
    status = Column(String)
    created_at = Column(String)


Base.metadata.create_all(engine)


@app.route("/tasks", methods=["POST"])
def create_task():
    """Create a new task."""
    data = request.get_json()
    if not data or "title" not in data:
        return jsonify({"error": "Title is required"}), 400
    task = {
        "id": str(uuid4()),
        "title": data["title"],
        "description": data.get("description", ""),
        "status": "pending",
        "created_at": datetime.utcnow().isoformat(),
    }
    with Session(engine) as session:
        session.add(Task(**task))
        session.commit()
    return jsonify(task), 201

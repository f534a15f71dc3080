//! The task API of the article, in Actix-web, as it stands there; get_task was added in its style,
//! and the port is an argument.

use actix_web::{web, App, HttpResponse, HttpServer};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Mutex;
use uuid::Uuid;

#[derive(Debug, Serialize, Deserialize, Clone)]
struct Task {
    id: String,
    title: String,
    description: String,
    status: String,
    created_at: String,
}

#[derive(Deserialize)]
struct CreateTask {
    title: String,
    description: Option<String>,
}

struct AppState {
    tasks: Mutex<HashMap<String, Task>>,
}

async fn list_tasks(data: web::Data<AppState>) -> HttpResponse {
    let tasks = data.tasks.lock().unwrap();
    let task_list: Vec<&Task> = tasks.values().collect();
    HttpResponse::Ok().json(serde_json::json!({
        "tasks": task_list,
        "count": task_list.len()
    }))
}

async fn create_task(data: web::Data<AppState>, body: web::Json<CreateTask>) -> HttpResponse {
    let mut tasks = data.tasks.lock().unwrap();
    let task = Task {
        id: Uuid::new_v4().to_string(),
        title: body.title.clone(),
        description: body.description.clone().unwrap_or_default(),
        status: "pending".to_string(),
        created_at: Utc::now().to_rfc3339(),
    };
    tasks.insert(task.id.clone(), task.clone());
    HttpResponse::Created().json(task)
}

async fn get_task(data: web::Data<AppState>, id: web::Path<String>) -> HttpResponse {
    let tasks = data.tasks.lock().unwrap();
    match tasks.get(id.as_str()) {
        Some(task) => HttpResponse::Ok().json(task),
        None => HttpResponse::NotFound().json(serde_json::json!({"error": "Task not found"})),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let data = web::Data::new(AppState {
        tasks: Mutex::new(HashMap::new()),
    });
    let port: u16 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(8000);
    HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .route("/tasks", web::get().to(list_tasks))
            .route("/tasks", web::post().to(create_task))
            .route("/tasks/{id}", web::get().to(get_task))
    })
    .bind(("127.0.0.1", port))?
    .run()
    .await
}

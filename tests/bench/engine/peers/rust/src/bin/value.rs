//! The same without a schema, on `serde_json::Value`: what one writes when documents may be anything.

use docmill_bench_peers::{arguments, lines, write_line};
use serde_json::{json, Map, Value};
use std::collections::HashMap;
use std::fs::File;
use std::io::BufWriter;

type Out = BufWriter<File>;

fn rows(text: &[u8]) -> impl Iterator<Item = Value> + '_ {
    lines(text).map(|line| serde_json::from_slice(line).expect("a document"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn p1(text: &[u8], out: &mut Out) {
    let mut groups: HashMap<String, (u64, f64, f64)> = HashMap::new();
    for row in rows(text) {
        let is_near = matches!(text_of(&row["country"]), "US" | "DE" | "FR");
        if is_near && row["age"].as_i64().is_some_and(|age| age >= 30) {
            let group = groups.entry(text_of(&row["category"]).to_owned()).or_default();
            group.0 += 1;
            group.1 += number(&row["price"]) * number(&row["quantity"]);
            group.2 += number(&row["rating"]);
        }
    }
    for (key, (n, rev, ratings)) in groups {
        write_line(out, &json!({"_id": key, "n": n, "rev": rev, "avg": ratings / n as f64}));
    }
}

fn p2(text: &[u8], out: &mut Out) {
    let mut kept: Vec<Value> = rows(text).filter(|row| row["active"] == true).collect();
    kept.sort_by(|a, b| number(&b["price"]).total_cmp(&number(&a["price"])));
    kept.truncate(100);
    for row in &kept {
        write_line(out, row);
    }
}

fn p3(text: &[u8], out: &mut Out) {
    for row in rows(text) {
        let mut fields = object(row);
        let total = number(&fields["price"]) * number(&fields["quantity"]);
        fields.insert("total".to_owned(), json!(total));
        fields.remove("email");
        fields.remove("note");
        write_line(out, &fields);
    }
}

fn p4(text: &[u8], out: &mut Out) {
    let mut all: Vec<Value> = rows(text).collect();
    all.sort_by(|a, b| {
        let key = |row: &Value| (text_of(&row["country"]).to_owned(), text_of(&row["created"]).to_owned());
        key(a).cmp(&key(b))
    });
    let (mut country, mut created) = (Value::Null, Value::Null);
    let (mut run, mut rank, mut position) = (0.0, 0, 0);
    for row in all {
        let mut fields = object(row);
        if fields["country"] != country {
            country = fields["country"].clone();
            created = Value::Null;
            (run, position) = (0.0, 0);
        }
        position += 1;
        if fields["created"] != created {
            created = fields["created"].clone();
            rank = position;
        }
        run += number(&fields["price"]);
        fields.insert("run".to_owned(), json!(run));
        fields.insert("rank".to_owned(), json!(rank));
        write_line(out, &fields);
    }
}

fn p5(text: &[u8], out: &mut Out) {
    let mut groups: HashMap<String, (u64, f64)> = HashMap::new();
    for row in rows(text) {
        let group = groups.entry(text_of(&row["email"]).to_owned()).or_default();
        group.0 += 1;
        group.1 += number(&row["price"]);
    }
    for (key, (n, s)) in groups {
        write_line(out, &json!({"_id": key, "n": n, "s": s}));
    }
}

fn n1(text: &[u8], out: &mut Out) {
    let mut groups: HashMap<String, (i64, i64, i64)> = HashMap::new();
    for row in rows(text) {
        let followers = row["author"]["followers"].as_i64().unwrap_or(0);
        if matches!(text_of(&row["lang"]), "ja" | "en") && followers >= 20_000 {
            let group = groups.entry(text_of(&row["author"]["country"]).to_owned()).or_default();
            group.0 += 1;
            group.1 += row["likes"].as_i64().unwrap_or(0);
            group.2 += followers;
        }
    }
    for (key, (n, likes, followers)) in groups {
        let followers = followers as f64 / n as f64;
        write_line(out, &json!({"_id": key, "n": n, "likes": likes, "followers": followers}));
    }
}

fn n2(text: &[u8], out: &mut Out) {
    let mut groups: HashMap<String, (i64, i64)> = HashMap::new();
    for row in rows(text) {
        for tag in row["tags"].as_array().into_iter().flatten() {
            let group = groups.entry(text_of(&tag["text"]).to_owned()).or_default();
            group.0 += 1;
            group.1 += row["shares"].as_i64().unwrap_or(0);
        }
    }
    for (key, (n, shares)) in groups {
        write_line(out, &json!({"_id": key, "n": n, "shares": shares}));
    }
}

fn f1(text: &[u8], out: &mut Out) {
    let (mut n, mut x, mut y, mut z) = (0, 0.0, f64::INFINITY, f64::NEG_INFINITY);
    for row in rows(text) {
        n += 1;
        x += number(&row["x"]);
        y = number(&row["y"]).min(y);
        z = number(&row["z"]).max(z);
    }
    write_line(out, &json!({"_id": null, "n": n, "x": x / n as f64, "y": y, "z": z}));
}

fn f2(text: &[u8], out: &mut Out) {
    for mut row in rows(text) {
        let (x, y) = (number(&row["x"]), number(&row["y"]));
        if number(&row["z"]) > 1.0 {
            let v = row["v"].take();
            write_line(out, &json!({"t": row["t"], "v": v, "r": x * x + y * y}));
        }
    }
}

fn main() {
    let (name, text, mut out) = arguments();
    let run = match name.as_str() {
        "P1" => p1,
        "P2" => p2,
        "P3" => p3,
        "P4" => p4,
        "P5" => p5,
        "N1" => n1,
        "N2" => n2,
        "F1" => f1,
        "F2" => f2,
        _ => panic!("unknown pipeline {name}"),
    };
    run(&text, &mut out);
}

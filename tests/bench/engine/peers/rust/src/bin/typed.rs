//! The microservice that a team would write by hand: borrowed structs for a schema that is known.

use docmill_bench_peers::{arguments, lines, write_line};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::BufWriter;

type Out = BufWriter<File>;
type Text<'a> = Cow<'a, str>;

#[derive(Deserialize, Serialize)]
struct Order<'a> {
    _id: i64,
    #[serde(borrow)]
    user: Text<'a>,
    #[serde(borrow)]
    email: Text<'a>,
    #[serde(borrow)]
    country: Text<'a>,
    #[serde(borrow)]
    category: Text<'a>,
    age: i32,
    quantity: i32,
    price: f64,
    discount: f64,
    rating: f64,
    active: bool,
    #[serde(borrow)]
    created: Text<'a>,
    #[serde(borrow)]
    note: Text<'a>,
}

/// Only what a pipeline asks for: serde steps over the rest.
#[derive(Deserialize)]
struct OrderSums<'a> {
    #[serde(borrow)]
    country: Text<'a>,
    #[serde(borrow)]
    category: Text<'a>,
    age: i32,
    quantity: i32,
    price: f64,
    rating: f64,
}

#[derive(Deserialize)]
struct OrderOfUser<'a> {
    #[serde(borrow)]
    email: Text<'a>,
    price: f64,
}

fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> T {
    serde_json::from_slice(line).expect("a document of this kind")
}

fn p1(text: &[u8], out: &mut Out) {
    #[derive(Default)]
    struct Group {
        n: u64,
        rev: f64,
        ratings: f64,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        _id: &'a str,
        n: u64,
        rev: f64,
        avg: f64,
    }
    let mut groups: HashMap<Text, Group> = HashMap::new();
    for line in lines(text) {
        let order: OrderSums = parse(line);
        if matches!(order.country.as_ref(), "US" | "DE" | "FR") && order.age >= 30 {
            let group = groups.entry(order.category).or_default();
            group.n += 1;
            group.rev += order.price * f64::from(order.quantity);
            group.ratings += order.rating;
        }
    }
    for (key, group) in &groups {
        let avg = group.ratings / group.n as f64;
        write_line(out, &Row { _id: key, n: group.n, rev: group.rev, avg });
    }
}

fn p2(text: &[u8], out: &mut Out) {
    let mut orders: Vec<Order> = lines(text).map(parse).filter(|o: &Order| o.active).collect();
    orders.sort_by(|a, b| b.price.total_cmp(&a.price));
    orders.truncate(100);
    for order in &orders {
        write_line(out, order);
    }
}

fn p3(text: &[u8], out: &mut Out) {
    #[derive(Serialize)]
    struct Row<'a> {
        _id: i64,
        user: &'a str,
        country: &'a str,
        category: &'a str,
        age: i32,
        quantity: i32,
        price: f64,
        discount: f64,
        rating: f64,
        active: bool,
        created: &'a str,
        total: f64,
    }
    for line in lines(text) {
        let order: Order = parse(line);
        let row = Row {
            _id: order._id,
            user: &order.user,
            country: &order.country,
            category: &order.category,
            age: order.age,
            quantity: order.quantity,
            price: order.price,
            discount: order.discount,
            rating: order.rating,
            active: order.active,
            created: &order.created,
            total: order.price * f64::from(order.quantity),
        };
        write_line(out, &row);
    }
}

fn p4(text: &[u8], out: &mut Out) {
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        order: &'a Order<'a>,
        run: f64,
        rank: u64,
    }
    let mut orders: Vec<Order> = lines(text).map(parse).collect();
    orders.sort_by(|a, b| (&a.country, &a.created).cmp(&(&b.country, &b.created)));
    let (mut run, mut rank, mut position) = (0.0, 0, 0);
    for (i, order) in orders.iter().enumerate() {
        let last = i.checked_sub(1).map(|i| &orders[i]);
        if last.is_none_or(|last| last.country != order.country) {
            (run, position) = (0.0, 0);
        }
        position += 1;
        if position == 1 || last.is_none_or(|last| last.created != order.created) {
            rank = position;
        }
        run += order.price;
        write_line(out, &Row { order, run, rank });
    }
}

fn p5(text: &[u8], out: &mut Out) {
    #[derive(Serialize)]
    struct Row<'a> {
        _id: &'a str,
        n: u64,
        s: f64,
    }
    let mut groups: HashMap<Text, (u64, f64)> = HashMap::new();
    for line in lines(text) {
        let order: OrderOfUser = parse(line);
        let group = groups.entry(order.email).or_default();
        group.0 += 1;
        group.1 += order.price;
    }
    for (key, (n, s)) in &groups {
        write_line(out, &Row { _id: key, n: *n, s: *s });
    }
}

fn n1(text: &[u8], out: &mut Out) {
    #[derive(Deserialize)]
    struct Author<'a> {
        #[serde(borrow)]
        country: Text<'a>,
        followers: i64,
    }
    #[derive(Deserialize)]
    struct Message<'a> {
        #[serde(borrow)]
        lang: Text<'a>,
        #[serde(borrow)]
        author: Author<'a>,
        likes: i64,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        _id: &'a str,
        n: i64,
        likes: i64,
        followers: f64,
    }
    let mut groups: HashMap<Text, (i64, i64, i64)> = HashMap::new();
    for line in lines(text) {
        let message: Message = parse(line);
        if matches!(message.lang.as_ref(), "ja" | "en") && message.author.followers >= 20_000 {
            let group = groups.entry(message.author.country).or_default();
            group.0 += 1;
            group.1 += message.likes;
            group.2 += message.author.followers;
        }
    }
    for (key, (n, likes, followers)) in &groups {
        let followers = *followers as f64 / *n as f64;
        write_line(out, &Row { _id: key, n: *n, likes: *likes, followers });
    }
}

fn n2(text: &[u8], out: &mut Out) {
    #[derive(Deserialize)]
    struct Tag<'a> {
        #[serde(borrow)]
        text: Text<'a>,
    }
    #[derive(Deserialize)]
    struct Message<'a> {
        #[serde(borrow)]
        tags: Vec<Tag<'a>>,
        shares: i64,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        _id: &'a str,
        n: i64,
        shares: i64,
    }
    let mut groups: HashMap<Text, (i64, i64)> = HashMap::new();
    for line in lines(text) {
        let message: Message = parse(line);
        for tag in message.tags {
            let group = groups.entry(tag.text).or_default();
            group.0 += 1;
            group.1 += message.shares;
        }
    }
    for (key, (n, shares)) in &groups {
        write_line(out, &Row { _id: key, n: *n, shares: *shares });
    }
}

#[derive(Deserialize)]
struct Point {
    x: f64,
    y: f64,
    z: f64,
}

fn f1(text: &[u8], out: &mut Out) {
    #[derive(Serialize)]
    struct Row {
        _id: Option<()>,
        n: u64,
        x: f64,
        y: f64,
        z: f64,
    }
    let (mut n, mut x, mut y, mut z) = (0, 0.0, f64::INFINITY, f64::NEG_INFINITY);
    for line in lines(text) {
        let point: Point = parse(line);
        n += 1;
        x += point.x;
        y = point.y.min(y);
        z = point.z.max(z);
    }
    write_line(out, &Row { _id: None, n, x: x / n as f64, y, z });
}

fn f2(text: &[u8], out: &mut Out) {
    #[derive(Deserialize)]
    struct Measurement {
        t: i64,
        x: f64,
        y: f64,
        z: f64,
        v: Vec<f64>,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        t: i64,
        v: &'a [f64],
        r: f64,
    }
    for line in lines(text) {
        let m: Measurement = parse(line);
        if m.z > 1.0 {
            write_line(out, &Row { t: m.t, v: &m.v, r: m.x * m.x + m.y * m.y });
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

"""Polars: NDJSON in with the schema given, NDJSON out, one thread (POLARS_MAX_THREADS=1)."""

import os
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "1"

import polars as pl

FLAT = {
    "_id": pl.Int64,
    "user": pl.String,
    "email": pl.String,
    "country": pl.String,
    "category": pl.String,
    "age": pl.Int64,
    "quantity": pl.Int64,
    "price": pl.Float64,
    "discount": pl.Float64,
    "rating": pl.Float64,
    "active": pl.Boolean,
    "created": pl.String,
    "note": pl.String,
}

AUTHOR = pl.Struct(
    {
        "id": pl.Int64,
        "name": pl.String,
        "country": pl.String,
        "followers": pl.Int64,
        "verified": pl.Boolean,
        "about": pl.String,
        "profile": pl.Struct({"colour": pl.String, "place": pl.String}),
    }
)
NESTED = {
    "_id": pl.Int64,
    "lang": pl.String,
    "text": pl.String,
    "author": AUTHOR,
    "shares": pl.Int64,
    "likes": pl.Int64,
    "tags": pl.List(pl.Struct({"text": pl.String, "at": pl.List(pl.Int64)})),
    "mentions": pl.List(pl.String),
    "reply_to": pl.Int64,
}
FLOATS = {"t": pl.Int64} | dict.fromkeys("xyz", pl.Float64) | {"v": pl.List(pl.Float64)}
SCHEMAS = {"P": FLAT, "N": NESTED, "F": FLOATS}


def query(name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Say one of the five pipelines in Polars' words."""
    if name == "P1":
        kept = rows.filter(pl.col("country").is_in(["US", "DE", "FR"]) & (pl.col("age") >= 30))
        revenue = (pl.col("price") * pl.col("quantity")).sum().alias("rev")
        return kept.group_by("category").agg(
            pl.len().alias("n"), revenue, pl.col("rating").mean().alias("avg")
        )
    if name == "P2":
        return rows.filter(pl.col("active")).sort("price", descending=True).head(100)
    if name == "P3":
        total = (pl.col("price") * pl.col("quantity")).alias("total")
        return rows.with_columns(total).drop("email", "note")
    if name == "P4":
        ordered = rows.sort("created", maintain_order=True)
        return ordered.with_columns(
            pl.col("price").cum_sum().over("country").alias("run"),
            pl.col("created").rank("min").over("country").alias("rank"),
        )
    if name in ("N1", "N2"):
        return query_nested(name, rows)
    if name == "F1":
        return rows.select(
            pl.lit(None).alias("_id"),
            pl.len().alias("n"),
            pl.col("x").mean(),
            pl.col("y").min(),
            pl.col("z").max(),
        )
    if name == "F2":
        r = (pl.col("x") * pl.col("x") + pl.col("y") * pl.col("y")).alias("r")
        return rows.filter(pl.col("z") > 1).select("t", "v", r)
    return rows.group_by("email").agg(pl.len().alias("n"), pl.col("price").sum().alias("s"))


def query_nested(name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Say those about nested records."""
    if name == "N1":
        author = pl.col("author").struct
        kept = rows.filter(
            pl.col("lang").is_in(["ja", "en"]) & (author.field("followers") >= 20000)
        )
        return kept.group_by(author.field("country").alias("_id")).agg(
            pl.len().alias("n"),
            pl.col("likes").sum(),
            author.field("followers").mean().alias("followers"),
        )
    tags = rows.select("tags", "shares").explode("tags").drop_nulls("tags")
    return tags.group_by(pl.col("tags").struct.field("text").alias("_id")).agg(
        pl.len().alias("n"), pl.col("shares").sum()
    )


def main() -> None:
    """Run one query and print the seconds it took, start of the interpreter not counted."""
    name, source, target = sys.argv[1:4]
    start = time.perf_counter()
    rows = pl.read_ndjson(source, schema=SCHEMAS[name[0]]).lazy()
    query(name, rows).collect().write_ndjson(target)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()

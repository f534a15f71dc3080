"""Polars: NDJSON in with the schema given, NDJSON out, one thread (POLARS_MAX_THREADS=1)."""

import os
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "1"

import polars as pl

SCHEMA = {
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
    return rows.group_by("email").agg(pl.len().alias("n"), pl.col("price").sum().alias("s"))


def main() -> None:
    """Run one query and print the seconds it took, start of the interpreter not counted."""
    name, source, target = sys.argv[1:4]
    start = time.perf_counter()
    rows = pl.read_ndjson(source, schema=SCHEMA).lazy()
    query(name, rows).collect().write_ndjson(target)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()

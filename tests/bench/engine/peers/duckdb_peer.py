"""DuckDB: NDJSON in with the schema given, JSON out, one thread."""

import sys
import time

import duckdb

FLAT = """{_id: 'BIGINT', user: 'VARCHAR', email: 'VARCHAR', country: 'VARCHAR',
    category: 'VARCHAR', age: 'INTEGER', quantity: 'INTEGER', price: 'DOUBLE',
    discount: 'DOUBLE', rating: 'DOUBLE', active: 'BOOLEAN', created: 'VARCHAR', note: 'VARCHAR'}"""

NESTED = """{_id: 'BIGINT', lang: 'VARCHAR', text: 'VARCHAR', author: 'STRUCT(id BIGINT,
    name VARCHAR, country VARCHAR, followers BIGINT, verified BOOLEAN, about VARCHAR,
    profile STRUCT(colour VARCHAR, place VARCHAR))', shares: 'BIGINT', likes: 'BIGINT',
    tags: 'STRUCT("text" VARCHAR, "at" BIGINT[])[]', mentions: 'VARCHAR[]', reply_to: 'BIGINT'}"""

FLOATS = "{t: 'BIGINT', x: 'DOUBLE', y: 'DOUBLE', z: 'DOUBLE', v: 'DOUBLE[]'}"

COLUMNS = {"P": FLAT, "N": NESTED, "F": FLOATS}

QUERIES = {
    "P1": """SELECT category AS _id, count(*) AS n, sum(price * quantity) AS rev, avg(rating) AS avg
        FROM {rows} WHERE country IN ('US', 'DE', 'FR') AND age >= 30 GROUP BY category""",
    "P2": "SELECT * FROM {rows} WHERE active ORDER BY price DESC LIMIT 100",
    "P3": "SELECT * EXCLUDE (email, note), price * quantity AS total FROM {rows}",
    "P4": """SELECT *, sum(price) OVER (PARTITION BY country ORDER BY created
        ROWS UNBOUNDED PRECEDING) AS run,
        rank() OVER (PARTITION BY country ORDER BY created) AS rank
        FROM {rows}""",
    "P5": "SELECT email AS _id, count(*) AS n, sum(price) AS s FROM {rows} GROUP BY email",
    "N1": """SELECT author.country AS _id, count(*) AS n, sum(likes) AS likes,
        avg(author.followers) AS followers
        FROM {rows} WHERE lang IN ('ja', 'en') AND author.followers >= 20000
        GROUP BY author.country""",
    "N2": """SELECT tag.text AS _id, count(*) AS n, sum(shares) AS shares
        FROM (SELECT unnest(tags) AS tag, shares FROM {rows}) GROUP BY tag.text""",
    "F1": "SELECT NULL AS _id, count(*) AS n, avg(x) AS x, min(y) AS y, max(z) AS z FROM {rows}",
    "F2": "SELECT t, v, x * x + y * y AS r FROM {rows} WHERE z > 1",
}


def main() -> None:
    """Run one query and print the seconds it took, start of the interpreter not counted."""
    name, source, target = sys.argv[1:4]
    connection = duckdb.connect()
    connection.execute("SET threads TO 1")
    rows = f"read_ndjson('{source}', columns={COLUMNS[name[0]]})"
    query = QUERIES[name].format(rows=rows)
    start = time.perf_counter()
    connection.execute(f"COPY ({query}) TO '{target}' (FORMAT JSON)")
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()

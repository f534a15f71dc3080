"""DuckDB: NDJSON in with the schema given, JSON out, one thread."""

import sys
import time

import duckdb

COLUMNS = """{_id: 'BIGINT', user: 'VARCHAR', email: 'VARCHAR', country: 'VARCHAR',
    category: 'VARCHAR', age: 'INTEGER', quantity: 'INTEGER', price: 'DOUBLE',
    discount: 'DOUBLE', rating: 'DOUBLE', active: 'BOOLEAN', created: 'VARCHAR', note: 'VARCHAR'}"""

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
}


def main() -> None:
    """Run one query and print the seconds it took, start of the interpreter not counted."""
    name, source, target = sys.argv[1:4]
    connection = duckdb.connect()
    connection.execute("SET threads TO 1")
    rows = f"read_ndjson('{source}', columns={COLUMNS})"
    query = QUERIES[name].format(rows=rows)
    start = time.perf_counter()
    connection.execute(f"COPY ({query}) TO '{target}' (FORMAT JSON)")
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()

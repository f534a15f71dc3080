"""The pipelines that the engine is measured by: P over flat records, N nested, F floats."""

from typing import Any

PIPELINES: dict[str, list[dict[str, Any]]] = {
    "P1": [
        {"$match": {"country": {"$in": ["US", "DE", "FR"]}, "age": {"$gte": 30}}},
        {
            "$group": {
                "_id": "$category",
                "n": {"$sum": 1},
                "rev": {"$sum": {"$multiply": ["$price", "$quantity"]}},
                "avg": {"$avg": "$rating"},
            }
        },
    ],
    "P2": [{"$match": {"active": True}}, {"$sort": {"price": -1}}, {"$limit": 100}],
    "P3": [
        {"$addFields": {"total": {"$multiply": ["$price", "$quantity"]}}},
        {"$project": {"email": 0, "note": 0}},
    ],
    "P4": [
        {
            "$setWindowFields": {
                "partitionBy": "$country",
                "sortBy": {"created": 1},
                "output": {
                    "run": {"$sum": "$price", "window": {"documents": ["unbounded", "current"]}},
                    "rank": {"$rank": {}},
                },
            }
        }
    ],
    "P5": [{"$group": {"_id": "$email", "n": {"$sum": 1}, "s": {"$sum": "$price"}}}],
    "N1": [
        {"$match": {"lang": {"$in": ["ja", "en"]}, "author.followers": {"$gte": 20000}}},
        {
            "$group": {
                "_id": "$author.country",
                "n": {"$sum": 1},
                "likes": {"$sum": "$likes"},
                "followers": {"$avg": "$author.followers"},
            }
        },
    ],
    "N2": [
        {"$unwind": "$tags"},
        {"$group": {"_id": "$tags.text", "n": {"$sum": 1}, "shares": {"$sum": "$shares"}}},
    ],
    "F1": [
        {
            "$group": {
                "_id": None,
                "n": {"$sum": 1},
                "x": {"$avg": "$x"},
                "y": {"$min": "$y"},
                "z": {"$max": "$z"},
            }
        }
    ],
    "F2": [
        {"$match": {"z": {"$gt": 1}}},
        {
            "$project": {
                "_id": 0,
                "t": 1,
                "v": 1,
                "r": {"$add": [{"$multiply": ["$x", "$x"]}, {"$multiply": ["$y", "$y"]}]},
            }
        },
    ],
}

# The records that a pipeline is for, by the first letter of its name: see data.py.
RECORDS = {"P": "flat", "N": "nested", "F": "floats"}

WHAT = {
    "P1": "match, group",
    "P2": "match, sort, limit",
    "P3": "compute, drop, all out",
    "P4": "window, all out",
    "P5": "70,000 groups",
    "N1": "nested: match, group",
    "N2": "nested: unwind, group",
    "F1": "floats: one group",
    "F2": "floats: match, compute",
}

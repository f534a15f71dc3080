"""The five pipelines that the engine is measured by."""

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
}

WHAT = {
    "P1": "match, group",
    "P2": "match, sort, limit",
    "P3": "compute, drop, all out",
    "P4": "window, all out",
    "P5": "70,000 groups",
}

"""Random documents and pipelines: few names and near values, so that they meet one another."""

from typing import Any

from hypothesis import strategies as st

Json = Any

FIELDS = ["a", "b", "c"]
PATHS = ["a", "b", "c", "a.b", "a.x", "b.0", "a.b.c", "missing"]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.sampled_from([0.0, 1.0, -0.0, 2.5, 9007199254740993, "", "a", "b", "\u00e9", "a\n"]),
    st.just({"$date": "2024-02-29T00:00:00Z"}),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["b", "c", "x"]), inner, max_size=2),
    ),
    max_leaves=4,
)
documents = st.lists(
    st.dictionaries(st.sampled_from([*FIELDS, "_id"]), values, max_size=4), max_size=8
)
paths = st.sampled_from(PATHS)
names = st.sampled_from([*FIELDS, "d", "a.b", "d.e"])
field_refs = paths.map("${}".format)


def _calls(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Operators that answer, and some that fail on what they do not take."""
    two = st.lists(inner, min_size=2, max_size=2)
    unary = st.sampled_from(["$size", "$toString", "$abs", "$not", "$isArray", "$type"])
    binary = st.sampled_from(["$add", "$divide", "$eq", "$gt", "$ifNull", "$and", "$or", "$cmp"])
    return st.one_of(
        st.builds(lambda op, x: {op: [x]}, unary, inner),
        st.builds(lambda op, xs: {op: xs}, binary, two),
        st.builds(lambda xs, y: {"$cond": [xs[0], xs[1], y]}, two, inner),
        st.builds(lambda x: {"$literal": x}, values),
        st.builds(lambda x, y: {"x": x, "y": y}, inner, inner),
        st.lists(inner, max_size=2),
    )


expressions = st.recursive(st.one_of(field_refs, scalars, field_refs), _calls, max_leaves=4)

conditions = st.one_of(
    values.filter(lambda v: not isinstance(v, dict)),
    st.builds(
        lambda op, v: {op: v}, st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]), values
    ),
    st.builds(lambda op, vs: {op: vs}, st.sampled_from(["$in", "$nin"]), st.lists(values)),
    st.builds(lambda b: {"$exists": b}, st.booleans()),
    st.builds(lambda n: {"$size": n}, st.integers(0, 3)),
    st.builds(lambda v: {"$not": {"$gt": v}}, values),
)
plain_filters = st.dictionaries(st.one_of(paths, names), conditions, min_size=1, max_size=2)
filters = st.one_of(
    plain_filters,
    plain_filters,
    st.builds(
        lambda op, fs: {op: fs},
        st.sampled_from(["$and", "$or", "$nor"]),
        st.lists(plain_filters, min_size=1, max_size=2),
    ),
    st.builds(lambda e: {"$expr": e}, expressions),
)
sorts = st.dictionaries(paths, st.sampled_from([1, -1]), min_size=1, max_size=2)

accumulators = st.one_of(
    st.builds(
        lambda op, e: {op: e},
        st.sampled_from("$sum $avg $min $max $first $last $push $addToSet $stdDevPop".split()),
        expressions,
    ),
    st.builds(
        lambda op, e, n: {op: {"input": e, "n": n}},
        st.sampled_from(["$firstN", "$lastN", "$minN", "$maxN"]),
        expressions,
        st.integers(1, 3),
    ),
)


def _group(key: Json, outputs: dict[str, Json]) -> Json:
    return {"$group": {"_id": key, **outputs}}


def _windows(key: Json, sort: Json, outputs: dict[str, Json], bounds: Json) -> Json:
    window = {} if bounds is None else {"window": {"documents": bounds}}
    fields = {name: {**output, **window} for name, output in outputs.items()}
    return {"$setWindowFields": {"partitionBy": key, "sortBy": sort, "output": fields}}


def _join(local: str, foreign: str, name: str) -> Json:
    return {"$lookup": {"from": "f", "localField": local, "foreignField": foreign, "as": name}}


def _sub_join(let: str, foreign: str, op: str, name: str, extra: Json) -> Json:
    match = {"$match": {"$expr": {op: [f"${foreign}", "$$v"]}}}
    pipeline = [match, *([{"$match": extra}] if extra else [])]
    return {"$lookup": {"from": "f", "let": {"v": let}, "pipeline": pipeline, "as": name}}


def _unwind(path: str, keep: bool, index: bool) -> Json:
    spec = {"path": f"${path}", "preserveNullAndEmptyArrays": keep}
    return {"$unwind": {**spec, "includeArrayIndex": "i"} if index else spec}


outputs = st.dictionaries(st.sampled_from(FIELDS), accumulators, max_size=2)
window_bounds = st.one_of(
    st.none(),
    st.sampled_from([["unbounded", "current"], [-1, 1], [-2, 0], ["unbounded", "unbounded"]]),
)

stages = st.one_of(
    filters.map(lambda f: {"$match": f}),
    filters.map(lambda f: {"$match": f}),
    st.dictionaries(names, st.one_of(st.just(1), expressions), min_size=1, max_size=2).map(
        lambda p: {"$project": p}
    ),
    st.dictionaries(names, st.just(0), min_size=1, max_size=2).map(lambda p: {"$project": p}),
    st.dictionaries(names, expressions, min_size=1, max_size=2).map(lambda p: {"$addFields": p}),
    st.dictionaries(names, expressions, min_size=1, max_size=2).map(lambda p: {"$addFields": p}),
    names.map(lambda n: {"$unset": n}),
    sorts.map(lambda s: {"$sort": s}),
    st.integers(1, 5).map(lambda n: {"$limit": n}),
    st.integers(0, 3).map(lambda n: {"$skip": n}),
    st.builds(_unwind, paths, st.booleans(), st.booleans()),
    st.builds(_group, st.one_of(field_refs, st.none(), expressions), outputs),
    st.builds(_windows, st.one_of(st.none(), field_refs), sorts, outputs, window_bounds),
    st.builds(_join, paths, paths, names),
    st.builds(
        _sub_join,
        field_refs,
        paths,
        st.sampled_from(["$eq", "$eq", "$gt"]),
        names,
        st.one_of(st.none(), plain_filters),
    ),
)
pipelines = st.lists(stages, min_size=1, max_size=5)

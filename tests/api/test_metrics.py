"""/metrics counts what transforms and tasks do."""

import re

import httpx
from service import Service


def value(service: Service, series: str) -> float:
    """What a series stands at."""
    text = httpx.get(f"{service.admin_url}/metrics").text
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    assert found is not None, f"{series} is not in\n{text}"
    return float(found[1])


def test_documents_are_counted_both_ways(service: Service) -> None:
    came = 'docmill_transform_documents_total{direction="in"}'
    left = 'docmill_transform_documents_total{direction="out"}'
    before = value(service, came), value(service, left)
    request = {"documents": [{}, {}, {}], "pipeline": [{"$limit": 1}]}
    assert httpx.post(f"{service.url}/transform", json=request).status_code == 200
    assert (value(service, came), value(service, left)) == (before[0] + 3, before[1] + 1)


def test_a_pipeline_sent_again_is_not_compiled_again(service: Service) -> None:
    hit, miss = (f'docmill_plan_cache_lookups_total{{result="{what}"}}' for what in ("hit", "miss"))
    before = value(service, hit), value(service, miss)
    pipeline = [{"$project": {"r": {"$add": ["$$x", 4711]}}}]
    for x in (1, 2):
        request = {"documents": [{}], "pipeline": pipeline, "let": {"x": x}}
        answer = httpx.post(f"{service.url}/transform", json=request)
        assert answer.json()["documents"] == [{"r": 4711 + x}]
    assert (value(service, hit), value(service, miss)) == (before[0] + 1, before[1] + 1)
    assert value(service, "docmill_plan_cache_bytes") > 0


def test_the_phases_of_a_transform_are_timed(service: Service) -> None:
    series = [
        f'docmill_transform_duration_seconds_count{{phase="{phase}"}}'
        for phase in ("read", "run", "write")
    ]
    before = [value(service, name) for name in series]
    request = {"documents": [], "pipeline": []}
    assert httpx.post(f"{service.url}/transform", json=request).status_code == 200
    assert [value(service, name) for name in series] == [n + 1 for n in before]


def test_tasks_are_counted_when_asked(service: Service) -> None:
    before = value(service, 'docmill_tasks{status="plain"}')
    answer = httpx.post(f"{service.url}/tasks", json={"title": "counted"})
    assert value(service, 'docmill_tasks{status="plain"}') == before + 1
    httpx.delete(f"{service.url}{answer.headers['Location']}")
    assert value(service, 'docmill_tasks{status="plain"}') == before

"""/metrics counts what transforms and tasks do."""

import httpx
from service import Service


def test_documents_are_counted_both_ways(service: Service) -> None:
    came = 'docmill_transform_documents_total{direction="in"}'
    left = 'docmill_transform_documents_total{direction="out"}'
    before = service.metric(came), service.metric(left)
    request = {"documents": [{}, {}, {}], "pipeline": [{"$limit": 1}]}
    assert httpx.post(f"{service.url}/transform", json=request).status_code == 200
    assert (service.metric(came), service.metric(left)) == (before[0] + 3, before[1] + 1)


def test_a_pipeline_sent_again_is_not_compiled_again(service: Service) -> None:
    hit, miss = (f'docmill_plan_cache_lookups_total{{result="{what}"}}' for what in ("hit", "miss"))
    before = service.metric(hit), service.metric(miss)
    pipeline = [{"$project": {"r": {"$add": ["$$x", 4711]}}}]
    for x in (1, 2):
        request = {"documents": [{}], "pipeline": pipeline, "let": {"x": x}}
        answer = httpx.post(f"{service.url}/transform", json=request)
        assert answer.json()["documents"] == [{"r": 4711 + x}]
    assert (service.metric(hit), service.metric(miss)) == (before[0] + 1, before[1] + 1)
    assert service.metric("docmill_plan_cache_bytes") > 0


def test_the_phases_of_a_transform_are_timed(service: Service) -> None:
    series = [
        f'docmill_transform_duration_seconds_count{{phase="{phase}"}}'
        for phase in ("read", "run", "write")
    ]
    before = [service.metric(name) for name in series]
    request = {"documents": [], "pipeline": []}
    assert httpx.post(f"{service.url}/transform", json=request).status_code == 200
    assert [service.metric(name) for name in series] == [n + 1 for n in before]


def test_tasks_are_counted_when_asked(service: Service) -> None:
    before = service.metric('docmill_tasks{status="plain"}')
    answer = httpx.post(f"{service.url}/tasks", json={"title": "counted"})
    assert service.metric('docmill_tasks{status="plain"}') == before + 1
    httpx.delete(f"{service.url}{answer.headers['Location']}")
    assert service.metric('docmill_tasks{status="plain"}') == before

"""Dates, and the two JSON libraries that carry them."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docmill import StandardCodec
from docmill._codec import BEST, decode, encode

CODECS = [StandardCodec(), BEST]
codecs = pytest.mark.parametrize("codec", CODECS, ids=lambda codec: type(codec).__name__)


@codecs
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2013, 1, 1, 5, tzinfo=UTC), "2013-01-01T05:00:00.000Z"),
        (datetime(2013, 1, 1, 5, 0, 0, 123999, tzinfo=UTC), "2013-01-01T05:00:00.123Z"),
        (datetime(2013, 1, 1, 0, tzinfo=timezone(timedelta(hours=-5))), "2013-01-01T05:00:00.000Z"),
        (datetime(2013, 1, 1, 5), "2013-01-01T05:00:00.000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000Z"),
        (date(2013, 1, 1), "2013-01-01T00:00:00Z"),
    ],
)
def test_dates_go_out_in_utc(codec, value, text):
    assert json.loads(encode(codec, {"d": value})) == {"d": {"$date": text}}


@codecs
@pytest.mark.parametrize(
    ("wrapped", "value"),
    [
        ('{"$date": "2013-01-01T05:00:00Z"}', datetime(2013, 1, 1, 5, tzinfo=UTC)),
        ('{"$date": "2013-01-01T05:00:00.120Z"}', datetime(2013, 1, 1, 5, 0, 0, 120000, UTC)),
        ('{"$date": "2013-01-01T05:00:00+05:00"}', datetime(2013, 1, 1, tzinfo=UTC)),
        ('{"$date": "2013-01-01"}', datetime(2013, 1, 1, tzinfo=UTC)),
        ('{"$date": {"$numberLong": "-1"}}', datetime(1969, 12, 31, 23, 59, 59, 999000, UTC)),
        ('{"$date": 1500}', datetime(1970, 1, 1, 0, 0, 1, 500000, UTC)),
    ],
)
def test_dates_come_back_aware(codec, wrapped, value):
    found = decode(codec, f'{{"a": [{{"d": {wrapped}}}]}}'.encode())
    assert found == {"a": [{"d": value}]}
    assert found["a"][0]["d"].tzinfo is UTC


@codecs
@pytest.mark.parametrize(
    "text",
    [
        '{"$date": {"$numberLong": "253402300800000"}}',  # the year 10000
        '{"$date": {"$numberLong": "9223372036854775807"}}',
        '{"$date": {"$numberLong": "x"}}',
        '{"$date": {}}',
        '{"$date": null}',
        '{"$date": "yesterday"}',
        '{"$date": "2013-01-01T00:00:00Z", "more": 1}',
    ],
)
def test_what_datetime_cannot_hold_stays_as_it_came(codec, text):
    assert decode(codec, text.encode()) == json.loads(text)


@codecs
def test_other_objects_of_python(codec):
    value = {
        "mapping": MappingProxyType({"a": 1}),
        "range": range(3),
        "uuid": UUID(int=1),
        "tuple": (1, 2),
    }
    assert json.loads(encode(codec, value)) == {
        "mapping": {"a": 1},
        "range": [0, 1, 2],
        "uuid": "00000000-0000-0000-0000-000000000001",
        "tuple": [1, 2],
    }


@codecs
@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}, 1j])
def test_what_has_no_form_in_json_is_a_type_error(codec, value):
    with pytest.raises(TypeError):
        encode(codec, {"a": value})


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(codec="utf-8"))
        | st.datetimes(timezones=st.just(UTC)).map(
            lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000)
        ),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner)
        ),
    )
)
def test_documents_survive_both_libraries(value):
    for writer in CODECS:
        for reader in CODECS:
            assert decode(reader, encode(writer, {"v": value})) == {"v": value}


def test_a_codec_of_ones_own_is_used_both_ways(connect):
    class Shouting(StandardCodec):
        def dumps(self, value, default):
            return super().dumps(value, default).upper()

        def loads(self, data):
            return super().loads(data.lower())

    def handler(request):
        assert request.content == b'{"PIPELINE":[],"DOCUMENTS":[{"A":1}]}'
        return httpx.Response(200, content=b'{"DOCUMENTS": [{"B": 2}]}')

    assert connect(handler, codec=Shouting()).transform([{"a": 1}], []) == [{"b": 2}]

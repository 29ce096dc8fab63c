import json

import pytest
from server import serving, status, whole

from antenna_export.catalogue import BINARY_FILTER, PIPELINES
from antenna_export.gbif import GBIFNames
from antenna_export.labels import LabelError, check_labels, invented_labels, read_category_map, with_names


def write(tmp_path, text):
    path = tmp_path / "map.json"
    path.write_text(text)
    return path


def test_labels_come_in_the_order_of_their_indices(tmp_path):
    assert read_category_map(write(tmp_path, '{"b": 1, "c": 2, "a": 0}')) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read"),
        ("[]", "no JSON object"),
        ("{}", "no JSON object"),
        ('{"a": 0, "b": 2}', "none has the index 1"),
        ('{"a": 1, "b": 2}', "none has the index 0"),
        ('{"a": 0, "b": 0}', "both have the index 0"),
        ('{"a": 0, "a": 1}', "none has the index 0"),
        ('{"a": "0"}', "not a whole number"),
        ('{"a": true}', "not a whole number"),
        ('{"a": 0.0}', "not a whole number"),
    ],
)
def test_what_is_no_category_map_is_refused(tmp_path, text, reason):
    with pytest.raises(LabelError, match=reason):
        read_category_map(write(tmp_path, text))


def test_a_category_map_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LabelError, match=r"nowhere\.json"):
        read_category_map(tmp_path / "nowhere.json")


def test_a_name_that_two_ids_share_replaces_neither():
    names = {"1": "Noctua", "2": "Agrotis", "3": "Noctua"}
    assert with_names(["1", "2", "3", "4"], names) == ["1", "Agrotis", "3", "4"]
    assert with_names(["Agrotis", "2"], names) == ["Agrotis", "2"]


def test_the_filters_labels_must_be_the_known_ones():
    check_labels(BINARY_FILTER, ["nonmoth", "moth"])
    with pytest.raises(LabelError, match="not"):
        check_labels(BINARY_FILTER, ["moth", "other"])
    with pytest.raises(LabelError, match="twice"):
        check_labels(PIPELINES["panama_moths_2023"].classifier, ["a", "a"])


def test_invented_labels_are_as_many_as_the_model_has():
    assert invented_labels(BINARY_FILTER, 5) == ["moth", "nonmoth"]
    labels = invented_labels(PIPELINES["global_moths_2024"].classifier, 5)
    assert len(set(labels)) == 29176
    assert len(invented_labels(PIPELINES["anguilla_moths_turing_2024"].classifier, 5)) == 5


def test_gbif_is_asked_once_for_each_id(tmp_path):
    said = []
    answer = whole(json.dumps({"canonicalName": "Noctua pronuba", "rank": "SPECIES"}).encode())
    with serving(answer) as (url, seen):
        names = GBIFNames(tmp_path, url=url + "/{id}", report=said.append)
        assert names.names(["42", "Agrotis segetum"]) == {"42": "Noctua pronuba"}
        assert names.names(["42"]) == {"42": "Noctua pronuba"}
    assert len(seen) == 1
    assert said == []


def test_an_id_that_gbif_does_not_know_stays_an_id(tmp_path):
    with serving(status(404)) as (url, seen):
        names = GBIFNames(tmp_path, url=url + "/{id}")
        assert names.names(["42"]) == {}
        assert names.names(["42"]) == {}
    assert len(seen) == 1


@pytest.mark.parametrize("answer", [status(500), whole(b"<html>")])
def test_a_failed_look_up_is_reported_and_not_cached(tmp_path, answer):
    said = []
    with serving(answer) as (url, _):
        assert GBIFNames(tmp_path, url=url + "/{id}", report=said.append).names(["42"]) == {}
    assert "1 of 1" in said[0]
    assert list(tmp_path.iterdir()) == []

import json

import pytest
from antenna_export.catalogue import BINARY_FILTER, DETECTORS, PIPELINES

from antenna_compare.checkpoints import place
from antenna_compare.errors import CompareError

SLUG = "quebec_vermont_moths_2023"
CLASSIFIER = PIPELINES[SLUG].classifier


def stage(algorithm, version, labels=None):
    entry = {"key": algorithm.key, "version_name": version, "uri": algorithm.weights_url}
    return entry | ({"labels_file": labels} if labels else {})


@pytest.fixture
def folders(tmp_path):
    models, checkpoints = tmp_path / "models", tmp_path / "cache"
    (models / SLUG).mkdir(parents=True)
    (models / SLUG / "filter.json").write_text('["moth", "nonmoth"]')
    (models / SLUG / "species.json").write_text('["c", "a", "b"]')
    (checkpoints / "seeded").mkdir(parents=True)
    return models, checkpoints, tmp_path / "hub"


def write_manifest(models, version, detector="2023"):
    manifest = {
        "detector": stage(DETECTORS[detector], version),
        "binary_filter": stage(BINARY_FILTER, version, "filter.json"),
        "classifier": stage(CLASSIFIER, version, "species.json"),
    }
    (models / SLUG / "pipeline.json").write_text(json.dumps(manifest))


def published_name(url):
    return url.rpartition("/")[2]


def test_seeded_checkpoints_get_the_names_of_the_published_ones(folders):
    models, checkpoints, hub = folders
    write_manifest(models, "seed 7")
    for algorithm in (DETECTORS["2023"], BINARY_FILTER, CLASSIFIER):
        (checkpoints / "seeded" / f"{algorithm.key}.seed-7.pt").write_text(algorithm.key)
    place(SLUG, models, checkpoints, hub)
    for algorithm in (DETECTORS["2023"], BINARY_FILTER, CLASSIFIER):
        assert (hub / published_name(algorithm.weights_url)).read_text() == algorithm.key
    labels = json.loads((hub / published_name(CLASSIFIER.labels_url)).read_text())
    assert labels == {"c": 0, "a": 1, "b": 2}


def test_published_checkpoints_are_taken_from_the_cache(folders):
    models, checkpoints, hub = folders
    write_manifest(models, "published")
    for algorithm in (DETECTORS["2023"], BINARY_FILTER, CLASSIFIER):
        (checkpoints / published_name(algorithm.weights_url)).write_text(algorithm.key)
    place(SLUG, models, checkpoints, hub)
    assert (hub / published_name(CLASSIFIER.weights_url)).read_text() == CLASSIFIER.key


def test_a_checkpoint_that_is_missing_is_named(folders):
    models, checkpoints, hub = folders
    write_manifest(models, "seed 8")
    with pytest.raises(CompareError, match=r"seed-8\.pt"):
        place(SLUG, models, checkpoints, hub)


def test_another_detector_than_the_originals_is_refused(folders):
    models, checkpoints, hub = folders
    write_manifest(models, "seed 7", detector="mobilenet_2023")
    with pytest.raises(CompareError, match="2023"):
        place(SLUG, models, checkpoints, hub)


def test_a_pipeline_that_was_not_exported_is_named(tmp_path):
    with pytest.raises(CompareError, match=SLUG):
        place(SLUG, tmp_path, tmp_path, tmp_path / "hub")

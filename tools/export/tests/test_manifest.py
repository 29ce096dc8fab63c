import json

import pytest

from antenna_export.catalogue import DETECTORS, PIPELINES, CatalogueError, pipelines, slug
from antenna_export.manifest import combined, manifest, write_combined, write_labels, write_manifest

SLUGS = {
    "panama_moths_2023",
    "panama_moths_2024",
    "quebec_vermont_moths_2023",
    "uk_denmark_moths_2023",
    "costa_rica_moths_turing_2024",
    "anguilla_moths_turing_2024",
    "kenya-uganda_moths_turing_2024",
    "global_moths_2024",
    "moth_binary",
    "insect_orders_2025",
}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Moth / Non-Moth Classifier", "moth_nonmoth_classifier"),
        ("Quebec & Vermont Species Classifier - Apr 2024", "quebec_vermont_species_classifier_apr_2024"),
        ("FasterRCNN - MobileNet for AMI Moth Traps 2023", "fasterrcnn_mobilenet_for_ami_moth_traps_2023"),
        ("Global Species Classifier - Aug 2024", "global_species_classifier_aug_2024"),
        (" Édith ", "dith"),
    ],
)
def test_keys_are_the_ones_antenna_knows(name, key):
    assert slug(name) == key


def test_all_pipelines_are_there():
    assert {pipeline.slug for pipeline in pipelines("all")} == SLUGS
    assert [pipeline.slug for pipeline in pipelines("moth_binary")] == ["moth_binary"]
    with pytest.raises(CatalogueError, match="panama_moths_2023"):
        pipelines("panama")


def test_two_pipelines_do_without_the_filter():
    unfiltered = {pipeline.slug for pipeline in PIPELINES.values() if pipeline.binary_filter is None}
    assert unfiltered == {"moth_binary", "insect_orders_2025"}


@pytest.mark.parametrize("detector", DETECTORS.values())
@pytest.mark.parametrize("pipeline", PIPELINES.values())
def test_keys_differ_within_a_pipeline(pipeline, detector):
    document = manifest(pipeline, detector, "published")
    stages = [document[name] for name in ("detector", "binary_filter", "classifier") if name in document]
    assert len({stage["key"] for stage in stages}) == len(stages)
    assert all(stage["file"].startswith("../algorithms/") for stage in stages)


def test_a_manifest_has_the_models_own_preparation(tmp_path):
    path = write_manifest(tmp_path, PIPELINES["costa_rica_moths_turing_2024"], DETECTORS["2021"], "seed 1")
    assert path == tmp_path / "costa_rica_moths_turing_2024" / "pipeline.json"
    document = json.loads(path.read_text())
    assert document["detector"]["score_threshold"] == 0.99
    assert document["detector"]["input"]["antialias"] is False
    assert document["binary_filter"]["pass_labels"] == ["moth"]
    assert document["binary_filter"]["input"]["size"] == [128, 128]
    assert document["classifier"]["input"]["size"] == [300, 300]
    assert document["classifier"]["input"]["mean"] == [0.5, 0.5, 0.5]
    assert document["classifier"]["input"]["antialias"] is True
    assert document["classifier"]["version_name"] == "seed 1"


def test_features_are_told_of_the_classifier_alone():
    pipeline, detector = PIPELINES["panama_moths_2024"], DETECTORS["2023"]
    assert "features" not in manifest(pipeline, detector, "published")["classifier"]
    document = manifest(pipeline, detector, "published", features=2048)
    assert document["classifier"]["features"] == 2048
    assert "features" not in document["binary_filter"]


def test_labels_are_written_where_the_manifest_looks(tmp_path):
    pipeline = PIPELINES["insect_orders_2025"]
    write_labels(tmp_path, pipeline.classifier, ["Lepidoptera", "Käfer"])
    path = write_manifest(tmp_path, pipeline, DETECTORS["2023"], "published")
    labels = path.parent / json.loads(path.read_text())["classifier"]["labels_file"]
    assert json.loads(labels.read_text()) == ["Lepidoptera", "Käfer"]


def test_pipelines_are_chosen_in_the_order_of_their_slugs():
    chosen = pipelines("global_moths_2024,uk_denmark_moths_2023,global_moths_2024")
    assert [pipeline.slug for pipeline in chosen] == ["global_moths_2024", "uk_denmark_moths_2023"]
    with pytest.raises(CatalogueError, match="'x'"):
        pipelines("global_moths_2024,x")


def test_a_combined_manifest_has_the_classifiers_of_all(tmp_path):
    chosen = pipelines("uk_denmark_moths_2023,global_moths_2024")
    features = {chosen[1].classifier.key: 2048}
    path = write_combined(tmp_path, "uk_and_global", chosen, DETECTORS["2023"], "seed 1", features)
    assert path == tmp_path / "uk_and_global" / "pipeline.json"
    document = json.loads(path.read_text())
    alone = [manifest(each, DETECTORS["2023"], "seed 1", features.get(each.classifier.key)) for each in chosen]
    assert document["classifiers"] == [each["classifier"] for each in alone]
    assert "classifier" not in document
    assert document["slug"] == "uk_and_global"
    assert document["name"] == "UK & Denmark Species Classifier - Apr 2024 + Global Species Classifier - Aug 2024"
    assert {key: document[key] for key in ("detector", "binary_filter", "version")} == {
        key: alone[0][key] for key in ("detector", "binary_filter", "version")
    }


@pytest.mark.parametrize(
    ("slug", "selection"),
    [
        ("both", "global_moths_2024"),
        ("global_moths_2024", "uk_denmark_moths_2023,global_moths_2024"),
        ("../both", "uk_denmark_moths_2023,global_moths_2024"),
        ("both", "global_moths_2024,insect_orders_2025"),
    ],
)
def test_what_cannot_be_combined_is_refused(slug, selection):
    with pytest.raises(CatalogueError):
        combined(slug, pipelines(selection), DETECTORS["2023"], "published", {})

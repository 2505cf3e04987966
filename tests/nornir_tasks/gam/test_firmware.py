"""Rules of firmware: names, order of versions, families, steps, downgrades, and what is said of a failed download."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from development.simulator.firmware import STATUSES
from nornir_tasks.gam.catalog import MODELS
from nornir_tasks.gam.firmware import (
    FAMILIES,
    LEGACY_STOP,
    SAFE_FLASH,
    UPLOAD_WORDS,
    ImageFacts,
    Rule,
    ShelfFacts,
    Upload,
    next_version,
    parse_file_name,
    parse_upload,
    same_software,
    url_problem,
    violations,
    warnings,
)
from nornir_tasks.gam.versions import Version, parse_software, parse_version

URL = "https://files.example.org/gam12-24_coax_1_8_2_r28146.mfip"
numbers = st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 12))
versions = st.builds(Version, numbers, st.none() | st.integers(15000, 30000))


def image(version: str = "1.8.2", **more: object) -> ImageFacts:
    return ImageFacts(**{"family": "GAM-12/24-C", "version": parse_version(version), "url": URL, **more})  # type: ignore[arg-type]


def shelf(software: str = "GAM-12/24-C_v1.5.4", **more: object) -> ShelfFacts:
    return ShelfFacts(**{"name": "gam-1", "model": "GAM-12-C", "software": software, **more})  # type: ignore[arg-type]


def broken(of: ImageFacts, on: ShelfFacts, **how: bool) -> list[str]:
    return [item.field for item in violations(of, on, **how)]


def test_names_are_taken_apart() -> None:
    assert parse_software("GAM-12/24-C_v1.5.4", "24791") == ("GAM-12/24-C", Version((1, 5, 4), 24791))
    assert parse_file_name("x/gam4-8_mimo_1_8_2_r28146.mfip") == ("GAM-4/8-M", Version((1, 8, 2), 28146))
    assert parse_file_name("gam12-24_coax_1_2_0.mfi") == ("GAM-12/24-C", Version((1, 2, 0)))
    assert parse_file_name("firmware.bin") is None
    assert parse_software("RedBoot") is None
    assert parse_version("v1.2.0 r21298") == SAFE_FLASH
    with pytest.raises(ValueError, match="'latest'"):
        parse_version("latest")


@given(st.sampled_from(FAMILIES), numbers)
def test_a_shelfs_text_names_its_image_and_no_other(family: str, of: tuple[int, int, int]) -> None:
    text = f"{family}_v{'.'.join(map(str, of))}"
    assert same_software(text, family, Version(of))
    assert not same_software(text, family, Version((of[0], of[1], of[2] + 1)))
    assert not any(same_software(text, other, Version(of)) for other in FAMILIES if other != family)


@given(versions, versions, versions)
def test_versions_have_an_order(first: Version, second: Version, third: Version) -> None:
    assert (first < second) + (second < first) + (first == second) == 1
    told = [Version(one.numbers, one.revision or 0) for one in (first, second, third)]
    assert sorted(told) == sorted([told[2], told[0], told[1]])


def test_an_untold_revision_decides_nothing() -> None:
    assert Version((1, 2, 0)) == SAFE_FLASH
    assert Version((1, 2)) == Version((1, 2, 0))
    assert Version((1, 2, 0), 21000) < SAFE_FLASH < Version((1, 10))


def test_what_fits_breaks_no_rule() -> None:
    assert broken(image(), shelf()) == []
    assert next_version(image(), shelf()) is None


@pytest.mark.parametrize("model", [model.name for model in MODELS])
def test_every_model_takes_its_own_family_only(model: str) -> None:
    family = next(item.firmware_family for item in MODELS if item.name == model)
    for other in FAMILIES:
        found = broken(image(family=other), shelf(f"{family}_v1.5.4", model=model))
        assert found == ([] if other == family else [Rule.FAMILY]), other


def test_everything_that_is_wrong_is_named_at_once() -> None:
    old = shelf("GAM-12/24-C_v1.4.0", endpoint_models=frozenset({"G1000-C", "G1001-C"}))
    found = broken(image(family="GAM-4/8-M", url="gopher://x/y.bin", models=("GAM-8-MX",), minimum=parse_version("1.5.0")), old)
    assert found == [Rule.FAMILY, Rule.MODEL, Rule.URL, Rule.STEP, Rule.STEP]


def test_old_coax_endpoints_need_a_stop_on_the_way() -> None:
    old = shelf("GAM-12/24-C_v1.4.0", endpoint_models=frozenset({"G1000-C"}))
    assert broken(image(), old) == [Rule.STEP]
    assert next_version(image(), old) == LEGACY_STOP
    assert broken(image("1.5.1"), old) == []
    assert broken(image(), shelf("GAM-12/24-C_v1.5.1", endpoint_models=frozenset({"G1000-C"}))) == []
    assert broken(image(), shelf("GAM-12/24-C_v1.4.0")) == []


def test_the_same_and_older_ones() -> None:
    assert broken(image("1.5.4"), shelf()) == [Rule.SAME]
    assert broken(image("1.5.1"), shelf()) == [Rule.DOWNGRADE]
    assert broken(image("1.5.1"), shelf(), allow_downgrade=True) == []
    assert broken(image("1.1.0"), shelf(), allow_downgrade=True) == [Rule.FLASH]


def test_flash_that_may_be_corrupted() -> None:
    assert broken(image(), shelf("GAM-12/24-C_v1.2.0", revision="21000")) == [Rule.FLASH]
    assert broken(image(), shelf("GAM-12/24-C_v1.2.0", revision="21298")) == []
    assert broken(image(), shelf("GAM-12/24-C_v1.1.0")) == [Rule.FLASH]


def test_what_is_not_known_is_refused() -> None:
    assert broken(image(), shelf("")) == [Rule.VERSION]
    assert Rule.MODEL in broken(image(), shelf(model="GAM-99"))


def test_warnings_forbid_nothing_and_are_told() -> None:
    assert len(warnings(image("1.5.1"), shelf("GAM-12/24-C_v1.4.0"))) == 2
    assert warnings(image(), shelf()) == ()


@given(versions, versions, st.sets(st.sampled_from(["G1000-C", "G1001-C"])))
def test_the_way_named_never_breaks_a_step_rule(running: Version, wanted: Version, models: set[str]) -> None:
    """Going where one is told to stop, one arrives: at most two steps, each without a step of its own."""
    text = f"GAM-12/24-C_v{running}"
    here = shelf(text, endpoint_models=frozenset(models))
    target = ImageFacts("GAM-12/24-C", wanted, URL)
    stop = next_version(target, here)
    assert (stop is not None) == (Rule.STEP in broken(target, here))
    if stop is not None:
        assert running < stop < wanted
        assert Rule.STEP not in broken(ImageFacts("GAM-12/24-C", stop, URL), here)
        assert next_version(target, shelf(f"GAM-12/24-C_v{stop}", endpoint_models=frozenset(models))) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "must begin with"),
        ("http://user:secret@host/x.mfip", "user name or password"),
        ("http://host/a b.mfip", "blanks"),
        ("http://host/x.mfip?token=1", "blanks, quotes or any of"),
        ("http://host/x.bin", "must end in"),
        ("tftp://10.0.0.1/x.mfi", ""),
        (URL, ""),
    ],
)
def test_addresses_of_images(url: str, words: str) -> None:
    assert words in url_problem(url)
    assert bool(url_problem(url)) == bool(words)


def test_every_status_of_a_download_has_words_and_a_next_step() -> None:
    assert tuple(item.value for item in Upload) == STATUSES
    for number, status in enumerate(STATUSES):
        assert parse_upload(number) is parse_upload(status) is Upload(status)
        words, step = UPLOAD_WORDS[Upload(status)]
        assert words
        assert bool(step) == (Upload(status).failed or status == "none")
    assert parse_upload("perhaps") is None
    assert parse_upload(99) is None

"""What the workflow takes for granted of Snakemake's private parts, and how it does without."""

import inspect
import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

pytest.importorskip("snakemake")

import snakemake
from snakemake.jobs import GroupJob
from snakemake.logging import logger

from topoprint.workflow import group_errors


class Member:
    """A job of a group, as far as an error of the group asks."""

    rule = SimpleNamespace(name="train")

    def get_log_error_info(self, indent: bool = False, **details: object) -> dict[str, object]:
        return {}

    def log_error(self, indent: bool = False) -> None:
        logger.error("Error in rule train")


class Group:
    """A group of jobs, as far as its error asks."""

    groupid = "training_digits"
    jobs = (Member(), Member())


@pytest.fixture
def told(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.LogCaptureFixture]:
    """All that Snakemake's logger says."""
    monkeypatch.setattr(logger, "propagate", True)
    with caplog.at_level(logging.WARNING, logger.name):
        yield caplog


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave Snakemake as it is after each test."""
    monkeypatch.setattr(GroupJob, "log_error", GroupJob.log_error)


def said(told: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in told.records]


def test_this_snakemake_is_known() -> None:
    assert snakemake.__version__.startswith(group_errors.KNOWN)
    parameters = inspect.signature(GroupJob.log_error).parameters
    assert list(parameters) == ["self", "msg", "aux_logs", "kwargs"]
    assert parameters["msg"].default is None


def test_snakemake_itself_drops_the_reason(told: pytest.LogCaptureFixture) -> None:
    GroupJob.log_error(Group(), msg="out of memory")
    assert said(told) == [
        "Error in group training_digits", "Error in rule train", "Error in rule train",
    ]  # fmt: skip
    assert not any("out of memory" in str(vars(record)) for record in told.records)


def test_the_reason_is_told_once_before_the_error(told: pytest.LogCaptureFixture) -> None:
    assert group_errors.tell_why_groups_fail()
    assert group_errors.tell_why_groups_fail()
    GroupJob.log_error(Group(), msg="out of memory", aux_logs=["job.log"])
    reason, error, *members = said(told)
    assert reason == "Error in group training_digits: out of memory"
    assert error == "Error in group training_digits"
    assert len(members) == 2
    assert vars(told.records[1])["aux_logs"] == ["job.log"]


def test_an_error_without_a_reason_stays_as_it_is(told: pytest.LogCaptureFixture) -> None:
    group_errors.tell_why_groups_fail()
    GroupJob.log_error(Group())
    assert said(told)[0] == "Error in group training_digits"


@pytest.mark.parametrize("version", ["8.30.0", "10.0.0", "90.1"])
def test_an_unknown_snakemake_is_left_alone_and_told_in_one_line(
    version: str, told: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snakemake, "__version__", version)
    before = GroupJob.log_error
    assert not group_errors.tell_why_groups_fail()
    assert GroupJob.log_error is before
    (line,) = said(told)
    assert line.startswith(f"snakemake {version} is not known here: ")
    assert "\n" not in line

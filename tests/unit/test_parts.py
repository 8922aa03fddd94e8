"""Parts of a stage: kept where it ends early, put in place together, and never mixed up."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from topoprint import InputError
from topoprint.parts import Part, make_all


class Stage:
    """Writes a letter into two files each; some cannot be made, and at some it is interrupted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = "first"
        self.fails: dict[str, type[BaseException]] = {}
        self.made: list[str] = []

    def plan(self, letter: str) -> Part:
        def make(paths: Sequence[Path]) -> None:
            if letter in self.fails:
                raise self.fails[letter](f"{letter} cannot be made")
            self.made.append(letter)
            for path in paths:
                path.write_text(f"{letter} {self.settings}")

        files = (self.folder / f"{letter}.h5", self.folder / f"{letter}[1].h5")
        return Part(files, lambda: [letter, self.settings], make)

    def run(self, letters: str) -> None:
        self.made.clear()
        make_all(list(letters), self.plan)

    @property
    def places(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.folder.glob("[!.]*")}

    @property
    def hidden(self) -> int:
        return len(list(self.folder.glob(".*")))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def whole(letters: str, settings: str = "first") -> dict[str, str]:
    return {
        f"{letter}{more}.h5": f"{letter} {settings}" for letter in letters for more in ("", "[1]")
    }


def test_all_are_put_in_their_places(stage: Stage) -> None:
    stage.run("abc")
    assert (stage.places, stage.hidden) == (whole("abc"), 0)
    assert stage.made == ["a", "b", "c"]


def test_where_one_fails_the_others_are_kept_and_it_alone_is_made_again(stage: Stage) -> None:
    stage.fails["b"] = InputError
    with pytest.raises(
        InputError, match=r"^b cannot be made; the other 2 are kept for the next time$"
    ):
        stage.run("abc")
    assert stage.places == {}
    stage.fails.clear()
    stage.run("abc")
    assert stage.made == ["b"]
    assert (stage.places, stage.hidden) == (whole("abc"), 0)


def test_all_that_fail_are_named_and_the_same_reason_once(stage: Stage) -> None:
    stage.fails = {"a": InputError, "b": InputError}
    with pytest.raises(InputError, match=r"^a cannot be made; b cannot be made$"):
        stage.run("ab")


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, OSError, MemoryError])
def test_interrupted_it_goes_on_where_it_ended(stage: Stage, end: type[BaseException]) -> None:
    stage.fails["b"] = end
    with pytest.raises(end):
        stage.run("abc")
    assert (stage.made, stage.places) == (["a"], {})
    stage.fails.clear()
    stage.run("abc")
    assert stage.made == ["b", "c"]
    assert (stage.places, stage.hidden) == (whole("abc"), 0)


def test_what_other_settings_made_is_not_taken_over(stage: Stage) -> None:
    stage.fails["b"] = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        stage.run("ab")
    stage.fails.clear()
    stage.settings = "second"
    stage.run("ab")
    assert stage.made == ["a", "b"]
    assert (stage.places, stage.hidden) == (whole("ab", "second"), 0)


def test_a_part_of_which_a_file_is_missing_is_made_again(stage: Stage) -> None:
    stage.fails["b"] = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        stage.run("ab")
    next(stage.folder.glob(".a.h5.*")).unlink()
    stage.fails.clear()
    stage.run("ab")
    assert stage.made == ["a", "b"]


def test_a_file_is_not_older_than_what_was_made_meanwhile(stage: Stage) -> None:
    stage.fails["b"] = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        stage.run("ab")
    input_file = stage.folder / "input"
    input_file.write_text("written anew, the same")
    stage.fails.clear()
    stage.run("ab")
    assert (stage.folder / "a.h5").stat().st_mtime_ns >= input_file.stat().st_mtime_ns


def test_one_part_alone_is_written_to_its_place_at_once(stage: Stage) -> None:
    stage.run("a")
    assert (stage.places, stage.hidden) == (whole("a"), 0)
    stage.fails["a"] = InputError
    with pytest.raises(InputError, match=r"^a cannot be made$"):
        stage.run("a")


def test_two_parts_of_one_name_are_refused(stage: Stage) -> None:
    with pytest.raises(InputError, match=r"a\.h5: would be written twice; put .*\{seed\}"):
        stage.run("aa")
    assert stage.places == {}

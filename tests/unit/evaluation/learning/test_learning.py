from pathlib import Path

import pytest
from trainings import comparison, scores

from topoprint import InputError
from topoprint.evaluation.learning.curves import Bars
from topoprint.evaluation.learning.files import load_learning, save_learning, tables_of
from topoprint.evaluation.learning.learning import Learning, learning
from topoprint.reporting.learning_words import learning_in_words

RUNS = [("", 1), ("", 2), ("", 3)]
LINES = {
    **{run: [0, 9.5, 9.6, 10] for run in RUNS},
    **{("random_labels", seed): [0, 1 + seed, 2 + seed, 3 + seed] for _, seed in RUNS},
}
SCORES = scores({run: [0.1, 0.2, 0.85, 0.9] for run in LINES})
TRUE = {run: line for run, line in LINES.items() if not run[0]}
STILL = {run: [0, 0.3, 0.1, 0.2] for run in TRUE}


def found() -> Learning:
    real = comparison({"early": LINES, "weights_norm": LINES})
    null = comparison({"early": TRUE, "weights_norm": STILL}, "untrained")
    return learning({"real.h5": [real], "nulls.h5": [null]}, SCORES)


def test_what_is_found_is_written_and_read(tmp_path: Path) -> None:
    made = found()
    for name in ("one.h5", "two.h5"):
        save_learning(tmp_path / name, made)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()
    again = load_learning(tmp_path / "one.h5")
    save_learning(tmp_path / "three.h5", again)
    assert (tmp_path / "three.h5").read_bytes() == (tmp_path / "one.h5").read_bytes()
    assert again.settling[0].settled.low == made.settling[0].settled.low
    assert tables_of(again)["bars"] == (Bars, [])
    assert {point.variant for point in again.curves} == {"", "random_labels", "untrained"}


def test_words_are_those_of_the_numbers() -> None:
    words = learning_in_words(found())
    said = " ".join(words["a-1"])
    assert "settled (no more than 10 % of its way is left) at epoch 2.0" in said
    assert "before it: early (1.0, 1.0 … 1.0)" in said
    assert "go nearly the whole way, in the same order, by early" in said
    assert "of the other ways: weights norm 3 %" in said
    assert "The test loss does not tell all runs on random labels" in said
    assert "the distance to the start before it: early (epoch 1)" in said
    assert any("trained on true labels (3 runs)" in sentence for sentence in words["all"])


def test_what_does_not_belong_together_is_refused() -> None:
    real, null = comparison({"m": TRUE}), comparison({"m": TRUE}, "untrained")
    with pytest.raises(InputError, match="no networks along their training"):
        learning({}, SCORES)
    with pytest.raises(InputError, match=r"b\.h5: a-1 is among the files twice"):
        learning({"a.h5": [real], "b.h5": [real]}, SCORES)
    with pytest.raises(InputError, match="no networks along their training"):
        learning({"n.h5": [null]}, SCORES)

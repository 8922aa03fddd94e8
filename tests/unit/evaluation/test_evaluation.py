"""Files of a collection evaluated together: each says what it is, and mixing is refused."""

from dataclasses import replace

import numpy as np
import pytest
from known_measures import (
    NULL,
    SHAPES,
    compared,
    files_of,
    index_of,
    noise,
    nulls_of,
    real_of,
    seeds_of,
    unrelated,
)

from topoprint import Index, InputError
from topoprint.evaluation.evaluation import evaluate


def across(seeds, **changed):
    """The networks of all seeds together."""
    index = Index(row for made in seeds for row in made.index)
    places = np.random.default_rng(0).random(len(index))
    values = {name: np.abs(np.subtract.outer(places, places)) for name in seeds[0].matrices}
    return compared(index, {**values, **changed})


def test_files_are_told_apart_in_any_order():
    seeds = seeds_of(3)
    files = {**files_of(seeds), "all_seeds.h5": [across(seeds)]}
    whole = evaluate(files)
    assert whole.measures == ("by_size", "by_chance", "number_of_edges", "weight_histogram")
    assert whole.nulls == (NULL,)
    assert len(whole.null_tests) == 4
    assert len(whole.variance) == 2
    assert {row.relevant for row in whole.retrieval} >= {"shape", "shape, across seeds"}
    # The order of the seeds alone is that of the files.
    mixed = dict(sorted(files.items(), key=lambda item: "nulls" not in item[0]))
    assert list(mixed) != list(files)
    assert repr(evaluate(mixed)) == repr(whole)
    assert repr(evaluate({"all_seeds.h5": files["all_seeds.h5"], **mixed})) == repr(whole)


def test_without_null_models_there_are_no_null_tests():
    found = evaluate({"a": [real_of(0)], "b": [real_of(1)]})
    assert (found.nulls, found.null_tests) == ((), [])
    assert found.variance
    assert found.retrieval


def test_in_the_control_no_variance_is_explained():
    datasets = ["one"] * 4 + ["other"] * 4
    values = {name: noise(0) for name in ("heat", "number_of_edges", "weight_histogram")}
    found = evaluate({"a": [compared(index_of(0, datasets=datasets), values)]})
    assert found.variance == []
    assert {row.relevant for row in found.retrieval} >= {"data set"}


def refused(files, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        evaluate(files)
    assert "\n" not in str(caught.value)


def other_parameters(made, measure="by_chance"):
    matrix = replace(made.matrices[measure], parameters={"kind": measure, "version": 2})
    return replace(made, matrices={**made.matrices, measure: matrix})


def test_seeds_that_do_not_belong_together_are_refused():
    files = files_of(seeds_of(1))
    refused({}, "^no distances to evaluate$")
    refused(dict(list(files.items())[1:]), "^no distances to evaluate$")
    two = real_of(1)
    refused(
        {**files, "b.h5": [other_parameters(two)]},
        r"^b\.h5 was made with other parameters than seed0\.h5 \(by_chance\)",
    )
    fewer = {name: matrix for name, matrix in two.matrices.items() if name != "by_size"}
    refused(
        {**files, "b.h5": [replace(two, matrices=fewer)]},
        r"^b\.h5 and seed0\.h5 do not hold the same measures \(by_size\)$",
    )
    backwards = replace(two, index=Index(two.index[::-1]))
    refused({**files, "b.h5": [backwards]}, r"^b\.h5 compares other networks than seed0\.h5")
    refused(
        {**files, "b.h5": [real_of(0)]}, r"^b\.h5: seed 0 is among the files twice \(seed0\.h5\)$"
    )
    few = compared(Index(real_of(0).index[:2]), {"heat": noise(0)[:2, :2]})
    refused({"a.h5": [few]}, r"^a\.h5: an evaluation needs at least three networks$")


def test_null_models_that_do_not_belong_are_refused():
    real = {"a.h5": [real_of(0)], "b.h5": [real_of(1)]}
    nulls = [nulls_of(real_of(seed), unrelated) for seed in (0, 1)]
    refused(
        {**real, "n.h5": nulls[0], "m.h5": [other_parameters(made) for made in nulls[1]]},
        r"^m\.h5: .*other measures or parameters than the networks \(by_chance\)",
    )
    refused({**real, "n.h5": nulls_of(real_of(7), unrelated)}, r"^n\.h5: .* other networks or see")
    refused({**real, "n.h5": nulls[0]}, f"^null model '{NULL}': its repetitions or measures")
    refused(
        {**real, "n.h5": nulls[0], "m.h5": nulls[1][:3]},
        f"^null model '{NULL}': its repetitions or measures are not the same of every seed$",
    )


def test_distances_across_seeds_that_do_not_belong_are_refused():
    seeds = seeds_of(2)
    real = {"a.h5": [seeds[0]], "b.h5": [seeds[1]]}
    good = across(seeds)
    refused({**real, "c.h5": [good], "d.h5": [good]}, r"^d\.h5: the networks of all seeds .* twice")
    refused({**real, "c.h5": [across(seeds_of(3))]}, "other networks or seeds than those")
    refused(
        {**real, "c.h5": [other_parameters(good)]},
        r"other measures or parameters than those of the seeds \(by_chance\)",
    )


def test_where_there_is_nothing_to_evaluate_that_is_said():
    shapes = tuple(f"4-{n}-2" for n in range(len(SHAPES)))
    alone = compared(index_of(0, shapes), {"heat": noise(0)})
    refused({"a.h5": [alone]}, "^there is nothing to evaluate")

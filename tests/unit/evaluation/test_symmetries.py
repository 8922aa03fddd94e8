"""Where twins stand, of measures whose numbers are known."""

from dataclasses import replace

import numpy as np
import pytest
from known_measures import compared, index_of, noise

from topoprint import Index, InputError
from topoprint.evaluation.symmetries import symmetries

COUNT = 8


def real(seed=1, **changed):
    values = np.full((COUNT, COUNT), 2.0)
    np.fill_diagonal(values, 0)
    return compared(index_of(seed), {"weight_product": values, "heat": noise(seed), **changed})


def twins(of, own, twin="rescaled"):
    index = Index(replace(row, id=replace(row.id, variant=twin)) for row in of.index)
    values = {name: matrix.values for name, matrix in of.matrices.items()}
    return compared(index, values, {name: np.asarray(own, float) for name in values})


def rows(*comparisons):
    return {(row.measure, row.twin): row for row in symmetries(comparisons)}


def test_ratios_are_to_the_median_distance_and_nearer_counts_the_others():
    own = [0, 0, 0, 0, 0, 0, 1, 5]
    found = rows(real(), twins(real(), own))["weight_product", "rescaled"]
    assert (found.networks, found.median_ratio, found.greatest_ratio) == (COUNT, 0, 2.5)
    assert found.nearer == pytest.approx(1 / 8)
    assert found.declared
    assert not rows(real(), twins(real(), own))["heat", "rescaled"].declared


def test_all_seeds_count_and_what_is_not_comparable_does_not():
    own = [np.nan, *[1.0] * 7]
    both = [real(1), real(2), twins(real(1), own), twins(real(2), [4.0] * 8)]
    found = rows(*both)["weight_product", "rescaled"]
    assert (found.networks, found.greatest_ratio) == (15, 2)
    assert found.nearer == pytest.approx(8 / 15)
    none = rows(real(), twins(real(), [np.nan] * 8))["heat", "rescaled"]
    assert none.networks == 0
    assert np.isnan(none.median_ratio)


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(InputError, match="of networks that are not among the files"):
        symmetries([real(2), twins(real(1), [0] * 8)])
    with pytest.raises(InputError, match="no twins are among the files"):
        symmetries([real()])
    with pytest.raises(InputError, match="'shuffled_layers' is no twin"):
        symmetries([real(), twins(real(), [0] * 8, "shuffled_layers")])
    fewer = compared(index_of(1), {"heat": noise(1)})
    with pytest.raises(InputError, match="compared with other parameters"):
        symmetries([fewer, twins(real(), [0] * 8)])

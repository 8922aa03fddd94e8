"""Sorted values with multiplicity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from topoprint.homology import multiset

ABOVE_0 = st.one_of(
    st.floats(0, np.inf, exclude_min=True, width=32), st.sampled_from([2.0**-20, 0.25, 1.0])
)


@given(arrays.arrays(np.float32, st.integers(0, 60), elements=ABOVE_0))
def test_values_are_sorted_as_by_comparison(values: np.ndarray) -> None:
    expected = np.sort(values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multiset, "VECTORISED", False)
        patch.setattr(multiset, "FEW", 0)
        patch.setattr(multiset, "BLOCK", 7)
        multiset.sort(values)
    assert values.tobytes() == expected.tobytes()


@pytest.mark.parametrize("size", [multiset.FEW - 1, multiset.FEW, multiset.BLOCK + 3])
@pytest.mark.parametrize("vectorised", [False, True])
def test_many_values_are_sorted_in_place(
    size: int, vectorised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multiset, "VECTORISED", vectorised)
    held = np.random.default_rng(size).standard_exponential(size + 2, dtype=np.float32)
    values = held[1:-1]
    expected = np.sort(values)
    ends = held[0], held[-1]
    multiset.sort(values)
    assert values.tobytes() == expected.tobytes()
    assert (held[0], held[-1]) == ends

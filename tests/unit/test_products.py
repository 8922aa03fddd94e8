"""Products by scipy's BLAS are those of numpy."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from topoprint.products import product

LAID_OUT = {
    "rows": np.ascontiguousarray,
    "columns": np.asfortranarray,
    "every other row": lambda matrix: np.repeat(matrix, 2, axis=0)[::2],
    "backwards": lambda matrix: np.ascontiguousarray(matrix[:, ::-1])[:, ::-1],
}
SIZE = st.integers(1, 9)


@given(
    sizes=st.tuples(SIZE, SIZE, SIZE),
    seed=st.integers(0, 99),
    kinds=st.tuples(*[st.sampled_from(sorted(LAID_OUT))] * 2),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_a_product_is_that_of_numpy_however_the_matrices_lie_in_memory(sizes, seed, kinds, dtype):
    rows, inner, columns = sizes
    random = np.random.default_rng(seed)
    one = random.standard_normal((rows, inner)).astype(dtype)
    other = random.standard_normal((inner, columns)).astype(dtype)
    kept = one.copy(), other.copy()
    found = product(LAID_OUT[kinds[0]](one), LAID_OUT[kinds[1]](other))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, one @ other, rtol=0, atol=30 * np.finfo(dtype).eps)
    assert np.array_equal(one, kept[0])
    assert np.array_equal(other, kept[1])


def test_a_product_with_nothing_to_add_is_zero():
    found = product(np.ones((2, 0)), np.ones((0, 3)))
    assert np.array_equal(found, np.zeros((2, 3)))

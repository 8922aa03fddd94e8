"""Probes of files: every kind reads the same, and what is none is refused in a sentence."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from topoprint import InputError
from topoprint.responses.probes import check_probes, load_probes

PROBES = np.random.default_rng(0).normal(size=(5, 3))


def test_every_kind_of_file_gives_the_same_probes(tmp_path):
    np.save(tmp_path / "a.npy", PROBES)
    np.savez(tmp_path / "b.npz", inputs=PROBES, labels=np.arange(5))
    save_file({"inputs": PROBES}, tmp_path / "c.safetensors")
    np.savetxt(tmp_path / "d.csv", PROBES, fmt="%.17g", delimiter=",", header="x,y,z", comments="")
    np.savetxt(tmp_path / "e.txt", PROBES, fmt="%.17g", delimiter=",")
    for name in ("a.npy", "b.npz::inputs", "c.safetensors", "d.csv", "e.txt"):
        np.testing.assert_array_equal(load_probes(tmp_path / name), PROBES, err_msg=name)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([[1.0, np.nan], [2, 3]], "NaN or an infinity in row 0"),
        ([[1.0, 2], [2, np.inf]], "NaN or an infinity in row 1"),
        (np.zeros(4), r"shape \(4,\); give at least two inputs"),
        (np.zeros((1, 4)), r"shape \(1, 4\); give at least two"),
        (np.zeros((3, 0)), "give at least two inputs"),
        ([["a", "b"], ["c", "d"]], "no real numbers but <U1"),
        ([[1, 2], [3]], "rows of different lengths"),
        (np.full((5, 3), 0.3), "all the same"),
    ],
)
def test_what_is_no_probes_is_refused(given, told):
    with pytest.raises(InputError, match=f"the probes .*{told}"):
        check_probes(given)


def test_files_that_hold_no_probes_are_refused(tmp_path):
    np.savez(tmp_path / "two.npz", a=PROBES, b=PROBES)
    (tmp_path / "words.csv").write_text("a,b\n1,two\n")
    np.save(tmp_path / "objects.npy", np.array([{}, {}]), allow_pickle=True)
    for name, told in [
        ("two.npz", "holds a, b; say which are the probes, as in FILE::NAME"),
        ("two.npz::c", "holds a, b"),
        ("words.csv", "probes are read from npy, npz, safetensors or CSV"),
        ("objects.npy", "save plain numbers"),
        ("nothing.npy", "no such file"),
    ]:
        with pytest.raises(InputError, match=f"{name.partition('::')[0]}.*{told}"):
            load_probes(tmp_path / name)

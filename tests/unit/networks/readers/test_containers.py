"""npz and TorchScript: no pickle, no code; and how matrices of npz files stand."""

import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest

from topoprint import InputError, Network

RANDOM = np.random.default_rng(0)
W1, B1, W2 = RANDOM.normal(size=(4, 6)), RANDOM.normal(size=6), RANDOM.normal(size=(6, 3))


def test_matrices_of_npz_chain_whichever_way_they_stand(tmp_path):
    for name, arrays in {
        "in, out": {"W1": W1, "b1": B1, "W2": W2},
        "out, in": {"W1": W1.T, "b1": B1, "W2": W2.T},
        "torch": {"net.0.weight": W1.T, "net.0.bias": B1, "net.2.weight": W2.T},
        "jax": {"Dense_0.kernel": W1, "Dense_0.bias": B1, "Dense_1.kernel": W2},
        "scikit-learn": {"coefs_0": W1, "intercepts_0": B1, "coefs_1": W2},
    }.items():
        np.savez_compressed(tmp_path / "n.npz", **arrays)
        network = Network.load(tmp_path / "n.npz")
        assert network.layer_sizes == (4, 6, 3), name
        np.testing.assert_array_equal(network.weights[0], W1.T.astype(np.float32), err_msg=name)
        np.testing.assert_array_equal(network.biases[0], B1.astype(np.float32), err_msg=name)


def test_the_intercept_of_a_linear_model_is_its_bias(tmp_path):
    np.savez(tmp_path / "n.npz", coef_=W1, intercept_=B1)  # (in, out), as the intercept tells
    network = Network.load(tmp_path / "n.npz")
    assert network.layer_sizes == (4, 6)
    np.testing.assert_array_equal(network.biases[0], B1.astype(np.float32))


def test_arrays_of_objects_are_never_opened(tmp_path):
    np.savez(tmp_path / "n.npz", arr=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"n\.npz: array 'arr' is a pickle, which is never opened"):
        Network.load(tmp_path / "n.npz")
    np.savez(tmp_path / "n.npz", arr=np.array([{"a": 1}], dtype=object), w=W1)
    assert Network.load(tmp_path / "n.npz").n_edges == W1.size


def test_parameters_of_torchscript(tmp_path):
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    torch.jit.save(torch.jit.script(model), tmp_path / "m.jit")
    network = Network.load(tmp_path / "m.jit")
    assert network.layer_sizes == (4, 6, 3)
    for weight, layer in zip(network.weights, (model[0], model[2]), strict=True):
        np.testing.assert_array_equal(weight, layer.weight.detach().numpy())


def test_an_archive_of_torchscript_that_would_run_something_is_refused(tmp_path):
    trace = tmp_path / "trace"

    class Hostile:
        def __reduce__(self):
            return (open, (str(trace), "w"))

    with zipfile.ZipFile(tmp_path / "m.jit", "w") as archive:
        archive.writestr("m/data.pkl", pickle.dumps(Hostile(), protocol=2))
        archive.writestr("m/constants.pkl", b"")
    with pytest.raises(InputError, match=r"m\.jit: not a complete TorchScript file \(.*open is no"):
        Network.load(tmp_path / "m.jit")
    assert not trace.exists()


def test_only_what_is_asked_for_is_read(tmp_path):
    """A tensor whose numbers are damaged does no harm to another."""
    np.savez_compressed(tmp_path / "n.npz", small=W1, large=RANDOM.normal(size=(99, 99)))
    content = bytearray((tmp_path / "n.npz").read_bytes())
    place = content.rindex(b"large.npy", 0, len(content) // 2) + 20000
    content[place : place + 100] = bytes(100)
    (tmp_path / "n.npz").write_bytes(bytes(content))
    assert Network.load(tmp_path / "n.npz", ["small"]).n_edges == W1.size
    with pytest.raises(InputError, match=r"n\.npz: not a complete npz file"):
        Network.load(tmp_path / "n.npz")


def test_models_of_scikit_learn():
    sklearn = pytest.importorskip("sklearn.neural_network")
    model = sklearn.MLPRegressor(hidden_layer_sizes=(5,), max_iter=1)
    with pytest.raises(InputError, match="is not fitted"):
        Network.from_sklearn(model)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(W1, W1[:, 0])
    network = Network.from_sklearn(model)
    assert network.layer_sizes == (6, 5, 1)
    np.testing.assert_array_equal(network.weights[0], model.coefs_[0].T.astype(np.float32))
    with pytest.raises(InputError, match="is no MLPClassifier"):
        Network.from_sklearn(sklearn.BernoulliRBM())


def test_state_dicts_in_memory():
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    for state in (
        model.state_dict(),
        dict(model.named_parameters()),
        {"model": model.state_dict()},
    ):
        network = Network.from_state_dict(state)
        np.testing.assert_array_equal(network.weights[1], model[2].weight.detach().numpy())
    halves = {name: tensor.bfloat16() for name, tensor in model.state_dict().items()}
    expected = halves["0.weight"].float().numpy()
    np.testing.assert_array_equal(Network.from_state_dict(halves).weights[0], expected)
    arrays = {"0.weight": W1.T, "0.bias": B1, "2.weight": W2.T}
    assert Network.from_state_dict(arrays).layer_sizes == (4, 6, 3)
    for wrong in ([W1], {}, {"lr": 0.1}):
        with pytest.raises(InputError, match=r"model\.state_dict\(\)"):
            Network.from_state_dict(wrong)


def test_biases_tell_which_way_matrices_stand(tmp_path):
    square, bias = RANDOM.normal(size=(6, 6)), RANDOM.normal(size=3)
    arrays = {"a.weight": W1, "a.bias": B1, "b.weight": square, "b.bias": B1, "c.weight": W2}
    arrays["c.bias"] = bias  # as GPT-2 keeps them: (in, out)
    np.savez(tmp_path / "n.npz", **arrays)
    network = Network.load(tmp_path / "n.npz", ["a", "b", "c"])
    np.testing.assert_array_equal(network.weights[1], square.T.astype(np.float32))
    beside = Network.load(tmp_path / "n.npz")  # nothing else says so of the square one
    assert not beside.is_chain
    assert beside.maps[0].weight.shape == (1, 6, 4, 1)
    np.testing.assert_array_equal(beside.maps[0].outputs.ravel(), beside.maps[1].outputs.ravel())


def test_a_mask_of_attention_is_no_bias(tmp_path):
    mask = np.tril(np.ones((1, 1, 8, 8)))
    np.savez(tmp_path / "n.npz", **{"attn.bias": mask, "attn.c.weight": W1, "attn.c.bias": B1})
    assert Network.load(tmp_path / "n.npz").n_edges == W1.size + B1.size


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_numbers_of_float64_are_rounded_without_a_copy_of_all(tmp_path, save, order):
    wanted = np.asarray(RANDOM.normal(size=(700, 800)), order=order)
    save(tmp_path / "n.npz", wanted=wanted, left=np.zeros((3, 900, 900)))
    tracemalloc.start()
    network = Network.load(f"{tmp_path / 'n.npz'}::wanted")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < wanted.nbytes  # float32 is half of it
    found = network.maps[0].weight.reshape(-1)
    expected = wanted.astype(np.float32)
    assert np.array_equal(found, expected.ravel()) or np.array_equal(found, expected.T.ravel())


def test_factors_whose_bias_has_their_shape_are_gains(tmp_path):
    factors, added = RANDOM.normal(size=(2, 3, 5))
    np.savez(
        tmp_path / "n.npz",
        **{
            "norm.weight": factors,
            "norm.bias": added,
            "conv.weight": RANDOM.normal(size=(4, 3, 5)),
        },
    )
    network = Network.load(f"{tmp_path / 'n.npz'}::norm")
    assert network.n_edges == 2 * factors.size
    gain, bias = network.maps
    np.testing.assert_array_equal(gain.weight.ravel(), factors.ravel().astype(np.float32))
    assert gain.n_edges == len(np.unique(gain.inputs)) == 15  # one edge a unit
    np.testing.assert_array_equal(bias.outputs.ravel(), gain.outputs.ravel())
    assert Network.load(tmp_path / "n.npz").n_edges == 2 * factors.size + 4 * 3 * 5

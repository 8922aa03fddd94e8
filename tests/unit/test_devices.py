import pytest

torch = pytest.importorskip("torch")

from topoprint import InputError  # noqa: E402
from topoprint.devices import choose_device, one_reproducible_thread  # noqa: E402


def test_an_absent_device_is_refused() -> None:
    assert choose_device("auto") in ("cpu", "cuda")
    with pytest.raises(InputError, match="not available"):
        choose_device("no_such_device")


def test_one_thread_computes_and_then_as_many_as_before() -> None:
    before = torch.get_num_threads()
    with one_reproducible_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before

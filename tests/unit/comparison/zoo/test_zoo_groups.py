"""The table of the groups of a zoo, and tables that do not fit its files."""

import pytest

from topoprint import InputError
from topoprint.comparison.zoo.groups import load_groups


@pytest.fixture
def table(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).touch()

    def write(text):
        path = tmp_path / "groups.csv"
        path.write_text(text, encoding="utf-8")
        return load_groups(path, [str(tmp_path / "a"), str(tmp_path / "b")])

    return write


def test_files_are_named_from_the_folder_of_the_table_or_as_given(table, tmp_path):
    expected = {str(tmp_path / "a"): "red", str(tmp_path / "b"): "blue"}
    assert table("file,note,group\na,x,red\nb,,blue\n") == expected
    assert table(f"\ufeffgroup,file\nred,{tmp_path / 'a'}\nblue,./b\n") == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,group\na,red\n", "has the columns file and group, this one name, group"),
        ("", "this one none"),
        ("file,group\na,red\nb,red\nc,red\n", r"names 1 files \(c\) that are none of the networks"),
        ("file,group\na,red\n", r"says nothing of 1 files \(.*b\) among the networks"),
        ("file,group\na,red\n./a,red\nb,red\n", r"\./a stands twice"),
        ("file,group\na,red\nb,\n", "b has no group"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(table, text, told):
    with pytest.raises(InputError, match=told):
        table(text)

"""What the docs say of the paper's full setting is what the kept matrices and tables say."""

import pytest
from full_setting import (
    DOCS,
    FULL,
    GROUPS,
    NAMES,
    PRESETS,
    WITH_FIVE_SEEDS,
    WITH_NULLS,
    accuracies_of_base,
    controls_of_seeds,
    each,
    each_with_interval,
    explained,
    from_two_layers,
    held_by,
    kept,
    listed,
    matrix,
    number,
    outside_the_intervals,
    row_of_accuracies,
    row_of_one_network,
    row_of_pictures,
    row_of_preset,
    row_of_seeds,
    row_of_what_it_sees,
    shares,
    thousandths,
    two,
    with_interval,
    with_measure,
    with_shared_masks,
)

from topoprint.evaluation.mantel import spearman

SHUFFLED = ("null_tests", "spearman", "shuffled_layers")
SHIFT = ("null_tests", "own", "shuffled_layers")
INITIAL = ("null_tests", "spearman", "initial")
SIZE, HISTOGRAM, BOTH = (("variance_explained", of) for of in ("size", "histogram", "both"))
PRECISION = ("retrieval", "average_precision")
LANGUAGE, REUTERS = "language_identification", "reuters"
FEATURES = ["fashion_mnist", "cifar10"]
PICTURED = ("heat", "silhouette")


def read(name):
    return (DOCS / name).read_text(encoding="utf-8")


def part(name, begin, end):
    return read(name).partition(f"## {begin}\n")[2].partition(f"## {end}\n")[0]


SEEN = part("what-it-sees.md", "At the paper's full setting", "After short trainings")
SETTING = part("reproduction.md", "At the paper's full setting", "MNIST at the full setting")


def test_the_table_of_what_is_seen_is_that_of_the_kept_tables():
    measures = dict.fromkeys(measure for measure, _ in kept(WITH_NULLS[0], "null_tests"))
    rows = [row_of_what_it_sees(measure) for measure in measures]
    assert [line for line in SEEN.splitlines() if line.startswith("| `")] == rows
    assert len(rows) == 24


@pytest.mark.parametrize("measure", ["heat", "silhouette"])
def test_the_table_of_the_pictures_is_that_of_the_kept_matrices(measure):
    rows = SETTING[SETTING.index(f"| {measure}, MNIST |") :].splitlines()[: len(NAMES)]
    assert rows == [row_of_pictures(dataset, measure) for dataset in NAMES]


@pytest.mark.parametrize("dataset", NAMES)
def test_how_seeds_agree_is_that_of_the_kept_matrices(dataset):
    assert row_of_seeds(dataset) + "\n" in SETTING


@pytest.mark.parametrize("dataset", ["mnist", *WITH_FIVE_SEEDS])
def test_what_the_preset_is_worth_is_that_of_the_kept_matrices(dataset):
    assert row_of_preset(dataset) + "\n" in read("reproduction.md")


@pytest.mark.parametrize("dataset", NAMES)
def test_accuracies_of_the_preset_and_of_the_full_setting_are_those_kept(dataset):
    assert row_of_accuracies(dataset) + "\n" in read("reproduction.md")


@pytest.mark.parametrize("dataset", WITH_NULLS)
def test_the_kept_seeds_and_their_accuracies_are_told(dataset):
    (row,) = [
        line
        for line in (FULL / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| {NAMES[dataset]}")
    ]
    count, found = len(matrix(dataset, "heat").runs), accuracies_of_base(dataset)
    assert len(found) == 8 * count
    assert row.split(" | ")[1] == {1: "1", 2: "1, 2"}.get(count, f"1 to {count}")
    assert row.split(" | ")[2].startswith(f"{min(found):.1f} to {max(found):.1f} %")


@pytest.mark.parametrize("measure", ["heat", "silhouette"])
@pytest.mark.parametrize("by", ["size", "histogram", "both"])
def test_what_rests_on_one_network_is_that_of_the_kept_tables(measure, by):
    assert row_of_one_network(measure, by) + "\n" in SEEN


def span(measures, asked, of=WITH_FIVE_SEEDS):
    """Lowest to highest of some measures on some data sets, or the one number that all have."""
    found = [number(dataset, measure, *asked) for measure in measures for dataset in of]
    low, high = two(min(found)), two(max(found))
    return low if low == high else f"{low} to {high}"


def of_all(measure, asked):
    return listed(each(measure, *asked, of=WITH_NULLS))


def controls(dataset, measure):
    own = controls_of_seeds(dataset, measure)
    if len(own) < 3:
        return listed([thousandths(one) for one in own])
    return f"{thousandths(min(own))} to {thousandths(max(own))}"


def pairs(other, datasets):
    return [
        f"{with_measure(dataset, 'heat', other)} and {with_measure(dataset, 'silhouette', other)}"
        for dataset in datasets
    ]


def in_short():
    """Sentences of "In short", of the three data sets with null tests of several seeds."""
    yield (
        f"heat orders the pairs as before (ρ = {span(['heat'], SHUFFLED)} on all three data sets); "
        "so do Betti curves, persistence images, Wasserstein distance "
        f"({span(['betti', 'persistence_image', 'wasserstein'], SHUFFLED)}) and "
        f"bottleneck ({span(['bottleneck'], SHUFFLED)})."
    )
    yield (
        "The difference in number of edges explains "
        f"{listed(each_with_interval('heat', *SIZE))} of its variance, with the histogram of the "
        f"weights {listed(each_with_interval('heat', *BOTH))}, and the networks before their "
        f"training are ordered otherwise (ρ = {', '.join(each_with_interval('heat', *INITIAL))})."
    )
    yield (
        f"R² = {listed(each_with_interval('silhouette', *HISTOGRAM))}; its H1 part alone is the "
        f"histogram ({span(['silhouette_h1'], HISTOGRAM)})."
    )
    without = [
        explained(REUTERS, *asked) for asked in (("heat", "size"), ("silhouette", "histogram"))
    ]
    assert {name for _, _, name in without} == {"number_of_labels-2"}
    yield f"without the network of two labels, size explains {two(without[0][1])} of heat"
    _, of_h1, name = explained(REUTERS, "silhouette_h1", "histogram")
    assert name == "number_of_labels-2"
    yield f"two labels: without it R² is {two(without[1][1])}, of the H1 part {two(of_h1)}."
    of_language = [number(LANGUAGE, one, *HISTOGRAM) for one in ("silhouette", "silhouette_h1")]
    yield f"it is not: {two(of_language[0])}, its H1 part {two(of_language[1])}."
    among = two(number(REUTERS, "silhouette", "null_tests", "among_seeds", "shuffled_layers"))
    shift, h0, h1 = (
        number(REUTERS, one, *SHIFT) for one in ("silhouette", "silhouette_h0", "silhouette_h1")
    )
    yield (
        "There a shuffle changes its order "
        f"(ρ = {with_interval(REUTERS, 'silhouette', *SHUFFLED)}, from one seed to another it is "
        f"{among}) and moves a network by {shift:.1f} times the mean distance between networks. "
        f"That is its H0 part ({h0:.1f}; H1: {two(h1)})"
    )
    yield (
        "On the 1,152 features of Fashion-MNIST and the 2,048 of CIFAR-10 it is not so "
        f"(ρ = {listed(each('silhouette', *SHUFFLED, of=FEATURES))}, "
        f"{listed(each('silhouette', *SHIFT, of=FEATURES))} times). Silhouette of ranks sees most "
        f"of it: ρ = {with_interval(REUTERS, 'silhouette_ranks', *SHUFFLED)} on Reuters, "
        f"{listed(each('silhouette_ranks', *SHUFFLED, of=FEATURES))} on the others."
    )
    among_seeds = span(["landscape"], ("null_tests", "among_seeds", "shuffled_layers"))
    yield (
        "the order survives a shuffle badly "
        f"(ρ = {', '.join(each('landscape', *SHUFFLED))}), another seed hardly ({among_seeds}), "
        "and finds shapes as random distances do "
        f"({', '.join(each('landscape', *PRECISION))}; chance 0.48)."
    )
    yield (
        f"with an average precision of {listed(each('heat', *PRECISION))} by heat, "
        f"{listed(each('silhouette', *PRECISION))} by silhouette, "
        f"{span(['number_of_edges'], PRECISION)} by the number of edges (chance 0.48). Silhouette "
        f"of ranks ({', '.join(each('silhouette_ranks', *PRECISION))}) and bottleneck "
        f"({', '.join(each('bottleneck', *PRECISION))}) come close to it."
    )
    yield (
        f"that heat is size (0.95 to 1.00 of its variance there, {span(['heat'], SIZE)} here, "
        "on Reuters by one network); "
        "that it orders untrained networks as trained ones "
        f"(ρ = 0.96 to 0.99, here {span(['heat'], INITIAL)});"
    )
    ranks, heat = (number(FEATURES[0], one, *BOTH) for one in ("silhouette_ranks", "heat"))
    assert ranks > heat
    yield f"(0.57 there; here {two(ranks)} on Fashion-MNIST, more than heat with {two(heat)})."


def below_the_table():
    """Sentences below the table of what is seen, of all data sets that it has."""
    mnist, *others = pairs("number_of_edges", ["mnist", *WITH_FIVE_SEEDS])
    told = zip([NAMES[dataset] for dataset in WITH_FIVE_SEEDS], others, strict=True)
    heat, silhouette = mnist.split(" and ")
    of_histogram, *of_others = pairs("weight_histogram", ["mnist", *WITH_FIVE_SEEDS])
    yield (
        "Spearman of the mean matrix with the difference in number of edges is "
        f"{heat} for heat and {silhouette} for silhouette "
        f"({', '.join(' '.join(one) for one in told)}), with the distance of the histograms "
        f"{of_histogram} ({', '.join(of_others)})."
    )
    held = [held_by(REUTERS, measure, "number_of_labels-2") for measure in ("heat", "silhouette")]
    heat, silhouette = (f"{100 * share:.0f} %" for share in held)
    yield f"that reach it hold {heat} (heat) and {silhouette} (silhouette) of the squared"
    heat, silhouette = (
        {asked: two(number(LANGUAGE, measure, *asked)) for asked in (SHUFFLED, BOTH, INITIAL)}
        for measure in ("heat", "silhouette")
    )
    yield (
        f"a shuffle keeps the order of heat (ρ = {heat[SHUFFLED]}) and silhouette "
        f"({silhouette[SHUFFLED]}), size and histogram explain {heat[BOTH]} and {silhouette[BOTH]} "
        "of them"
    )
    yield f"on Reuters a third: {of_all('bottleneck', BOTH)}."
    silhouettes = [number(dataset, "silhouette", *SHIFT) for dataset in WITH_NULLS]
    yield (
        f"By heat a shuffled network is nowhere ({span(['heat'], SHIFT, WITH_NULLS)} of the mean "
        f"distance), by bottleneck {span(['bottleneck'], SHIFT, WITH_NULLS)} of it away, by "
        f"silhouette {', '.join(map(two, silhouettes[:-1]))} and {silhouettes[-1]:.1f}."
    )
    yield (
        "Frobenius distances keep their order under a shuffle by "
        f"ρ = {of_all('frobenius_norm', SHUFFLED)}, aligned by "
        f"{span(['frobenius_aligned'], SHUFFLED, WITH_NULLS)}."
    )
    of_answers = span(["cka", "procrustes", "predictions"], INITIAL, WITH_NULLS)
    yield f"their distances is not that of untrained networks ({of_answers})."


def of_the_setting():
    """Sentences of the reproduction."""
    told = [f"{controls(dataset, 'heat')} ({NAMES[dataset]})" for dataset in NAMES]
    told[0] = told[0].replace(")", ", heat)")
    others = ", ".join(controls(dataset, "silhouette") for dataset in NAMES)
    yield f"single ones are {', '.join(told)}, and by silhouette {others}."
    layers = {dataset: ", ".join(from_two_layers(dataset, "heat")) for dataset in NAMES}
    yield (
        f"(from two layers to 4, 6, 8 and 10: {layers['mnist']} of the greatest) and Fashion-MNIST "
        f"({layers['fashion_mnist']}), and hardly before ten layers on Reuters "
        f"({layers['reuters']})."
    )
    (heat, agreement), (silhouette, other) = map(with_shared_masks, PICTURED)
    yield (
        f"has {heat[0]} by heat (with masks of its own {heat[1]}) and {silhouette[0]} by "
        f"silhouette ({silhouette[1]}), and agrees with the other four seeds no worse "
        f"(Spearman {agreement[0]} for {agreement[1]}, and {other[0]} for {other[1]})."
    )
    at = list(GROUPS).index("number_of_labels")
    first, second, *rest = (
        thousandths(list(shares("fashion_mnist", "heat", run))[at])
        for run in matrix("fashion_mnist", "heat").runs
    )
    yield (
        f"(labels by heat {first} and {second}), seeds 3 to 5 those of another ({', '.join(rest)})"
    )
    outside, count = outside_the_intervals()
    yield (
        f"Of the {count} numbers that have an interval, the authors' lies in "
        f"{count - len(outside)}."
    )
    yield f"Outside lie {listed(outside)}."
    short, preset, again = (
        [
            two(spearman(matrix(LANGUAGE, one, of).mean, matrix(LANGUAGE, one).mean))
            for one in PICTURED
        ]
        for of in PRESETS
    )
    yield (
        f"the preset agrees with it by {preset[0]} and {again[0]} (heat) and {preset[1]} and "
        f"{again[1]} (silhouette), the short trainings by {short[0]} and {short[1]};"
    )
    yield f"on CIFAR-10 (ours: {', '.join(from_two_layers('cifar10', 'heat'))}),"
    yield f"{', '.join(from_two_layers(LANGUAGE, 'heat'))})."


@pytest.mark.parametrize("measure", PICTURED)
@pytest.mark.parametrize("dataset", NAMES)
def test_the_control_is_dark(dataset, measure):
    *others, control, labels = list(shares(dataset, measure))
    assert control < min(*others, labels)


def of_mnist():
    """Rows of MNIST's table."""
    measures = ("heat", "silhouette", "landscape")
    edges, histogram = (
        " | ".join(with_measure("mnist", measure, other) for measure in measures)
        for other in ("number_of_edges", "weight_histogram")
    )
    yield f"| with the difference in number of edges | {edges} |"
    yield f"| with the distance of the weights' histograms | {histogram} |"


def of_the_readme():
    """The sentence of the README."""
    first, second, third = each("silhouette", *SHUFFLED)
    yield (
        f"(ρ = {span(['heat'], SHUFFLED)} on Fashion-MNIST, CIFAR-10 and Reuters), silhouette "
        f"nearly ({first}, {second}, {third})"
    )
    mnist, fashion, cifar, language, reuters = (
        tuple(map(two, explained(dataset, "silhouette", "histogram")[:2])) for dataset in NAMES
    )
    yield (
        f"(R² {mnist[0]} on MNIST, {fashion[0]} on Fashion-MNIST, {cifar[0]} on CIFAR-10; on "
        f"Reuters {reuters[0]}, but {reuters[1]} without one network; on language identification "
        f"{language[0]})"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("what-it-sees.md", in_short),
        ("what-it-sees.md", below_the_table),
        ("reproduction.md", of_the_setting),
        ("reproduction.md", of_mnist),
        ("../README.md", of_the_readme),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_sentences_have_the_numbers_of_the_kept_tables(name, said):
    told = " ".join(read(name).split())
    missing = [sentence for sentence in said() if sentence not in told]
    assert missing == []


def test_numbers_are_written_as_the_docs_write_them():
    assert two(-0.004) == "0.00"
    assert two(-0.25) == "−0.25"
    assert thousandths(0.0304) == ".030"
    assert listed(["a", "b", "c"]) == "a, b and c"

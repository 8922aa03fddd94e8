"""Choosing the classifier whose boundary has the topology of the data (Ramamurthy et al. 2019)."""

import numpy as np
from helpers import random_network
from sklearn.datasets import make_circles
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

import topoprint as tp
from topoprint.measures.decision_boundary import boundary_curves, curves_apart


def test_the_classifier_is_chosen_whose_boundary_is_that_of_the_data():
    inputs, labels = make_circles(600, noise=0.05, factor=0.5, random_state=0)
    train, fresh = slice(0, 300), slice(300, 450)
    models = [
        LogisticRegression(),
        DecisionTreeClassifier(max_depth=2, random_state=0),
        MLPClassifier((16,), max_iter=500, random_state=0, learning_rate_init=0.01),
    ]
    data = boundary_curves(inputs[fresh], labels[fresh])
    far = []
    for model in models:
        model.fit(inputs[train], labels[train])
        predicted = model.predict(inputs[fresh])
        far.append(curves_apart(data, boundary_curves(inputs[fresh], predicted)))
    accuracies = [model.score(inputs[450:], labels[450:]) for model in models]
    assert np.argmin(far) == np.argmax(accuracies) == 2
    assert far[0] > far[1] > far[2]


def test_networks_that_predict_alike_are_at_0():
    net = random_network((5, 7, 4), 0)
    (first, bias), last = zip(net.weights, net.biases, strict=True)
    halved = tp.Network.from_layers([(first, bias), (last[0] / 2, last[1] / 2)])
    found = tp.compare([net, halved, random_network((5, 9, 4), 1)], ["decision_boundary"])
    values = found["decision_boundary"].values
    assert values[0, 1] == 0
    assert values[0, 2] > 0

"""A softmax classifier (multinomial logistic regression) in plain Python."""

import math


class Softmax:
    def __init__(self, features, classes):
        # One row a class: a weight for each feature, then the bias.
        self.weights = [[0.0] * (features + 1) for _ in range(classes)]

    def probabilities(self, features):
        scores = [
            row[-1] + sum(weight * value for weight, value in zip(row, features))
            for row in self.weights
        ]
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        total = sum(powers)
        return [power / total for power in powers]

    def learn(self, batch, rate):
        """One step of gradient descent; returns the summed loss of the batch."""
        gradient = [[0.0] * len(row) for row in self.weights]
        loss = 0.0
        for features, wanted in batch:
            found = self.probabilities(features)
            loss -= math.log(max(found[wanted], 1e-12))
            for number, (row, probability) in enumerate(zip(gradient, found)):
                error = probability - (1.0 if number == wanted else 0.0)
                for index, value in enumerate(features):
                    row[index] += error * value
                row[-1] += error
        step = rate / len(batch)
        for row, change in zip(self.weights, gradient):
            for index, value in enumerate(change):
                row[index] -= step * value
        return loss

    def accuracy(self, rows):
        def guess(features):
            found = self.probabilities(features)
            return found.index(max(found))

        return sum(guess(features) == wanted for features, wanted in rows) / len(rows)

"""Whether a series of samples rises: a straight line through it, and how certain its slope is."""

import math
import statistics
from typing import NamedTuple

PARTS = 12
NOISE = 3  # standard errors. By chance alone a slope is larger once in 150 times (Student's t, 10 degrees of freedom)


class Trend(NamedTuple):
    first: float  # mean of the first part
    last: float
    slope: float  # an hour
    error: float  # standard error of the slope

    def is_steady(self):
        return self.slope <= NOISE * self.error


def of(times, values):
    """Least squares through the means of equal parts, since neighboring samples are not independent. Needs a sample for
    each part. `times`: seconds, ascending."""
    size = len(times) // PARTS
    skipped = len(times) - PARTS * size  # at the beginning
    parts = [slice(skipped + size * part, skipped + size * (part + 1)) for part in range(PARTS)]
    hours = [statistics.fmean(times[part]) / 3600 for part in parts]
    means = [statistics.fmean(values[part]) for part in parts]
    slope, intercept = statistics.linear_regression(hours, means)
    squares = sum((mean - intercept - slope * hour) ** 2 for hour, mean in zip(hours, means))
    middle = statistics.fmean(hours)
    error = math.sqrt(squares / (PARTS - 2) / sum((hour - middle) ** 2 for hour in hours))
    return Trend(means[0], means[-1], slope, error)

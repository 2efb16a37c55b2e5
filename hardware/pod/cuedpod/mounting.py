"""Computes the ``mounting =`` line of a worn pod from two poses (docs/wearing.md).

At rest the accelerometer points up. Worn and upright, that is the body's up; with the toes, or the
chest, to the ceiling, it is the body's forward. The second need not be exact: it is made
perpendicular to the first.
"""

REST_WITHIN = 0.1  # of 1 g, or the pod was moved
COUNTS_PER_G = 1000 / 0.488


def cross(a, b):
    """Return the vector perpendicular to both."""
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def unit(v):
    """Return the same direction, length 1. Raises ValueError if it has none."""
    length = sum(x * x for x in v) ** 0.5
    if length < 0.3:
        raise ValueError("the two poses are nearly the same")
    return tuple(x / length for x in v)


def resting(counts):
    """Return the acceleration of a pod at rest, g. Raises ValueError if it moved."""
    v = tuple(c / COUNTS_PER_G for c in counts)
    if abs(sum(x * x for x in v) ** 0.5 - 1) > REST_WITHIN:
        raise ValueError("not at rest")
    return v


def mounting(upright, forward_up):
    """Return rows forward, left and up in the sensor's axes, from the poses' accelerations in g."""
    up = unit(upright)
    left = unit(cross(up, forward_up))
    return cross(left, up), left, up


def line(rows):
    """Return the line of the configuration."""
    return "mounting = [" + ", ".join(f"[{x:.3f}, {y:.3f}, {z:.3f}]" for x, y, z in rows) + "]"

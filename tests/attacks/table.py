"""The table of attacks: a line a row, as text or as Markdown."""

import covered

HEADS = ["attack", "scale", "handshake p99", "ping p50, p99, max", "delivery p50, max", "MiB", "fds", "log", "result"]
WIDTHS = [0, 0, 13, 44, 27, 4, 5, 3, 4]  # at least


def scale_of(row, scale):
    return f"{scale:,} {row.unit}"


def _ms(value):
    return "-" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _times(phases, name, shares, moments):
    """The given shares at each moment."""
    return " > ".join(" ".join(_ms(phases[moment][name][share]) for share in shares) for moment in moments)


def _result(outcome):
    if outcome["failures"]:
        return "FAILED: " + "; ".join(outcome["failures"])
    slow = outcome.get("slow")
    return "slow: " + ", ".join(slow) if slow else "ok"


def _grin(outcome):
    """How Grin fares, in a few words."""
    if outcome is None:
        return ""
    phases = outcome.get("phases")
    if not phases:
        return "; ".join(outcome["failures"])
    measured = (f"handshake {_times(phases, 'handshakes', ['p99'], ['before', 'during'])}, "
                f"ping {_times(phases, 'pings', ['p99'], ['before', 'during'])}, "
                f"{outcome['memory_peak'] - outcome['memory_before']:.0f} MiB")
    return "; ".join([measured, *outcome["failures"]])


def _markdown(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


class Table:
    """`rows`: those that are to come, with their scales."""

    def __init__(self, rows, with_grin):
        self.with_grin = with_grin
        self.widths = [max(len(row.name) for row, _ in rows), max(len(scale_of(*each)) for each in rows), *WIDTHS[2:]]
        self.rows = []
        self.measured = []
        self.passed = self.failed = 0

    def head(self):
        return self._line(HEADS + (["Grin"] if self.with_grin else []))

    def add(self, row, outcome, on_grin):
        """The line of an attack."""
        failed = bool(outcome["failures"])
        self.failed += failed
        self.passed += not failed
        self.measured.append({"attack": row.name, "rule": row.rule, "pappus": outcome} |
                             ({"grin": on_grin} if on_grin else {}))
        cells = [row.name, scale_of(row, outcome["scale"])]
        phases = outcome.get("phases")
        if phases:
            cells += [_times(phases, "handshakes", ["p99"], ["before", "during"]),
                      _times(phases, "pings", ["p50", "p99", "max"], ["before", "during", "after"]),
                      _times(phases, "deliveries", ["p50", "max"], ["before", "during"]),
                      f"{outcome['memory_peak'] - outcome['memory_before']:.0f}", str(outcome["descriptors_peak"]),
                      str(outcome["log_lines"])]
        else:
            cells += [""] * (len(HEADS) - 3)
        cells.append(_result(outcome))
        if self.with_grin:
            cells.append(_grin(on_grin))
        self.rows.append(cells)
        return self._line(cells)

    def covered(self):
        """The lines of attacks that other tests make; one whose test is missing is a failure."""
        missing = covered.missing()
        self.failed += len(missing)
        lines = [f"{attack}: tests/{file}: {test}" for attack, file, test in covered.COVERED]
        return "\n".join(["", "by other tests:", *lines, *(f"FAILED: {each}" for each in missing)])

    def markdown(self):
        heads = HEADS + (["Grin"] if self.with_grin else [])
        others = [[attack, f"`tests/{file}`", test.replace("_", " ").removeprefix("test ")]
                  for attack, file, test in covered.COVERED]
        return _markdown(heads, self.rows) + "\n" + _markdown(["by other tests", "file", "test"], others)

    def _line(self, cells):
        padded = [cell.ljust(width) for cell, width in zip(cells, self.widths + [0])]
        return "  ".join(padded).rstrip()

"""A plot with two logarithmic axes, as SVG, by hand: no package is needed for so little."""

import itertools
import math
from collections.abc import Iterator
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 48, 56
COLOURS = ["#4063d8", "#c2410c", "#15803d", "#9333ea", "#0e7490", "#a16207", "#be123c"]
LABEL_GAP = 15.0  # pixels between two labels at the end of lines

Points = list[tuple[float, float]]


class Axis:
    """Powers of ten on so many pixels."""

    def __init__(self, values: list[float], start: float, end: float) -> None:
        self.low = math.floor(math.log10(min(values)) + 1e-9)
        self.high = max(math.ceil(math.log10(max(values)) - 1e-9), self.low + 1)
        self.start, self.end = start, end

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> Iterator[tuple[float, float]]:
        for power in range(self.low, self.high + 1):
            yield 10.0**power, self.at(10.0**power)


def _text(x: float, y: float, text: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _apart(places: list[float]) -> list[float]:
    """Move labels down where they would lie on one another."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = list(places)
    for before, after in itertools.pairwise(order):
        moved[after] = max(moved[after], moved[before] + LABEL_GAP)
    return moved


def svg(title: str, x_label: str, y_label: str, lines: dict[str, Points]) -> str:
    """The text of a file."""
    points = [point for line in lines.values() for point in line]
    x = Axis([p[0] for p in points], LEFT, WIDTH - RIGHT)
    y = Axis([p[1] for p in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#222">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 24, title, "start", ' font-size="15" font-weight="bold"'),
        _text((x.start + x.end) / 2, HEIGHT - 14, x_label),
        _text(
            16,
            (y.start + y.end) / 2,
            y_label,
            "middle",
            f' transform="rotate(-90 16 {(y.start + y.end) / 2:.1f})"',
        ),
    ]
    for value, place in x.ticks():
        parts += [_line(place, y.start, place, y.end), _text(place, y.start + 18, _number(value))]
    for value, place in y.ticks():
        parts += [_line(x.start, place, x.end, place)]
        parts += [_text(x.start - 8, place + 4, _number(value), "end")]
    labels = _apart([y.at(line[-1][1]) for line in lines.values()])
    for i, (name, line) in enumerate(lines.items()):
        colour = COLOURS[i % len(COLOURS)]
        places = " ".join(f"{x.at(a):.1f},{y.at(b):.1f}" for a, b in line)
        parts.append(
            f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts += [
            f'<circle cx="{x.at(a):.1f}" cy="{y.at(b):.1f}" r="3" fill="{colour}"/>'
            for a, b in line
        ]
        parts.append(_text(x.end + 10, labels[i] + 4, name, "start", f' fill="{colour}"'))
    return "\n".join([*parts, "</svg>", ""])

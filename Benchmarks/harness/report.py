"""Markdown tables and SVG bars from measured rows."""

from html import escape


def table(title, rows):
    lines = [
        f"### {title}", "",
        "| | wall s (median) | CPU s here | CPU s there | wire MB | ratio to the first row |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        there = "" if row["server"] is None else f"{row['server']:.2f}"
        wire = "" if row["wire"] is None else f"{row['wire'] / 1e6:.2f}"
        lines.append(
            f"| {row['name']} | {row['wall']:.3f} | {row['cpu']:.3f} | {there} | {wire} | {row['ratio']:.2f} |"
        )
    return "\n".join(lines) + "\n"


def summary(results):
    """Bars and what was reached. `results`: dicts with what, rtt, peer, ratio, bar, wall."""
    lines = [
        "| set, scenario | RTT | sky, wall s | peer | ratio, median of the rounds | bar | |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in results:
        verdict = "reached" if r["ratio"] <= r["bar"] else "missed"
        lines.append(
            f"| {r['what']} | {r['rtt']} ms | {r['wall']:.2f} | {r['peer']} | {r['ratio']:.2f} | {r['bar']:.2f} | {verdict} |"
        )
    return "\n".join(lines) + "\n"


def overview(rtt, walls):
    """Median seconds by contender and scenario, of one round-trip time."""
    columns = list(dict.fromkeys(what for (what, _), by_rtt in walls.items() if rtt in by_rtt))
    lines = ["| " + " | ".join([f"{rtt} ms", *columns]) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in dict.fromkeys(name for _, name in walls):
        found = [walls.get((what, name), {}).get(rtt) for what in columns]
        if any(found):
            lines.append("| " + " | ".join([name, *(f"{wall:.2f}" if wall else "" for wall in found)]) + " |")
    return "\n".join(lines) + "\n"


def trips(walls):
    """What a round trip of 50 ms costs, counted: (wall at 50 ms - wall at 0 ms) / 50 ms, by scenario and contender."""
    lines = ["| scenario | contender | round trips |", "|---|---|---|"]
    for (what, name), by_rtt in walls.items():
        if 0 in by_rtt and 50 in by_rtt:
            count = max(0, (by_rtt[50] - by_rtt[0]) / 0.05)
            lines.append(f"| {what} | {name} | {count:.0f} |")
    return "\n".join(lines) + "\n"


def bars(panels, path):
    """By title, a bar per contender, as long as its median; thin marks are the single runs."""
    width = 760
    drawn, top = [], 0
    for title, rows in panels.items():
        drawn += panel(title, rows, width, top)
        top += 50 + 26 * len(rows)
    path.write_text("\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{top}" fill="white"/>', *drawn, "</svg>", "",
    ]))


def panel(title, rows, width, top):
    left, height = 300, 26
    longest = max(max(row["walls"]) for row in rows) or 1
    scale = (width - left - 90) / longest
    out = [f'<text x="8" y="{top + 22}" font-weight="bold">{escape(title)}</text>']
    for index, row in enumerate(rows):
        y = top + 36 + index * height
        fill = "#2a78d0" if row["name"].startswith("sky") else "#b9bec6"
        out.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{escape(row["name"])}</text>')
        out.append(
            f'<rect x="{left}" y="{y + 3}" width="{row["wall"] * scale:.1f}" height="{height - 9}" fill="{fill}"/>'
        )
        for wall in row["walls"]:
            x = left + wall * scale
            out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y + 3}" y2="{y + height - 6}" stroke="#333"/>')
        out.append(
            f'<text x="{left + max(row["walls"]) * scale + 6:.1f}" y="{y + 15}">{row["wall"]:.3f} s</text>'
        )
    return out

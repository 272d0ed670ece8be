"""Markdown tables and SVG bars from measured rows."""

from html import escape


def table(title, rows):
    lines = [
        f"### {title}", "",
        "| | wall s (median) | CPU s here | wire MB | ratio to the first row |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        wire = "" if row["wire"] is None else f"{row['wire'] / 1e6:.2f}"
        lines.append(
            f"| {row['name']} | {row['wall']:.3f} | {row['cpu']:.3f} | {wire} | {row['ratio']:.2f} |"
        )
    return "\n".join(lines) + "\n"


def bars(title, rows, path):
    """A bar per contender, as long as its median; thin marks are the single runs."""
    width, left, height = 760, 230, 26
    longest = max(max(row["walls"]) for row in rows) or 1
    scale = (width - left - 90) / longest
    total = 44 + height * len(rows)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{total}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{total}" fill="white"/>',
        f'<text x="8" y="22" font-weight="bold">{escape(title)}</text>',
    ]
    for index, row in enumerate(rows):
        y = 36 + index * height
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
    out.append("</svg>")
    path.write_text("\n".join(out) + "\n")

"""Raw rows as CSV, and what they say: a table, and each target with its figure."""
import csv
import json
import statistics

TARGETS = {"posts_per_s": 20_000, "over_pytorch": 1.5, "busy_percent": 70, "changed_share": 0.003}


def write(file, rows):
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with open(file, "w", encoding="utf-8", newline="") as handle:
        out = csv.DictWriter(handle, columns)
        out.writeheader()
        out.writerows(rows)


def flop_a_token(model):
    """Multiplications and additions of a token's products in all layers, but for attention: two a weight."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    h = config["hidden_size"]
    return 2 * config["num_hidden_layers"] * (4 * h * h + 2 * h * config["intermediate_size"])


def show(rows, args):
    """Print; whether every target that was measured is met."""
    def of(what, column, over=statistics.median):
        values = [row[column] for row in rows if row["what"] == what and row.get(column) is not None]
        return over(values) if values else None
    parts = next((row for row in rows if row["what"] == "grens parts"), {})
    whole, busy = of("grens end to end", "posts_per_s"), of("grens end to end", "busy_percent")
    encode, torch_encode, torch_whole = parts.get("encode"), of("PyTorch encode", "posts_per_s", max), of("PyTorch end to end", "posts_per_s")
    chip = of("matrix product", "flop_per_s")
    flop = flop_a_token(args.model) * parts["tokens"] if "tokens" in parts else None

    def ratio(a, b):
        return a / b if a is not None and b else None

    def text(value, form):
        return "-" if value is None else format(value, form)
    share = of("bands", "changed_share")
    table = [
        ("golden posts", str(of("golden posts", "said", lambda v: v[0]) or "-")),
        ("bands that differ from this processor in f32", f"{text(share, '.3%')} of {text(of('bands', 'texts'), ',')} texts, a score by "
                                                           f"{text(of('bands', 'largest_score_difference'), '.4f')} at most"),
        ("records that a second run makes otherwise", text(of("bands", "other_in_a_second_run"), ",")),
        ("tokens a post, mean", text(parts.get("tokens"), ".1f")),
        ("grens end to end, posts/s (median of rounds)", text(whole, ",.0f")),
        ("  with its start in it", text(of("grens end to end", "posts_per_s_whole"), ",.0f")),
        ("  with the language gate on", text(of("grens end to end, language gate on", "posts_per_s"), ",.0f")),
        ("GPU busy meanwhile (nvidia-smi)", text(busy, ".0f") + "%"),
        ("tokenising alone, posts/s, one thread and all", f"{text(parts.get('tokenise_one'), ',.0f')}, {text(parts.get('tokenise_all'), ',.0f')}"),
        ("grens' encoder alone, posts/s", text(encode, ",.0f")),
        ("PyTorch's encoder alone, posts/s (best batch)", text(torch_encode, ",.0f")),
        ("PyTorch end to end, posts/s", text(torch_whole, ",.0f")),
        ("grens over PyTorch: end to end, encoder alone", f"{text(ratio(whole, torch_whole), '.2f')}, {text(ratio(encode, torch_encode), '.2f')}"),
        ("bf16 matrix product of this chip, TFLOP/s", text(chip and chip / 1e12, ".1f")),
        ("share of it: end to end, encoder alone", ", ".join(text(ratio(rate and flop and rate * flop, chip), ".1%") for rate in (whole, encode))),
        ("seconds in all", text(of("all of it", "seconds"), ".0f")),
    ]
    width = max(len(name) for name, _ in table)
    for name, value in table:
        print(f"{name:<{width}}  {value}")
    figures = {"posts_per_s": whole, "over_pytorch": ratio(whole, torch_whole), "busy_percent": busy, "changed_share": share}
    met = True
    if args.dry_run:
        print("a dry run: what stands here is no measurement")
        return met
    for name, target in TARGETS.items():
        value = figures[name]
        is_met = None if value is None else value <= target if name == "changed_share" else value >= target
        met &= is_met is not False
        print(f"target {name} {target}: {'not measured' if is_met is None else 'met' if is_met else 'MISSED'}")
    # What failed is no figure, and no target that is met.
    failed = [row["what"] for row in rows if row["what"].endswith(" failed")]
    for what in failed:
        print(what)
    return met and not failed

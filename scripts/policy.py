"""policy.toml: from which probability on a post is a candidate, a case for review, or neither. Read by the Rust side."""

NEUTRAL = {"137c": (0.85, 0.5), "137d": (0.85, 0.5), "group_hate": 0.6, "named": 0.5}


def text(values, note, name):
    """The file for {article: (candidate, review), "group_hate": review, "named": grounds}; other thresholds want another name."""
    blocks = [f'id = "{name}"', f'note = "{note}"']
    for article in ("137c", "137d"):
        candidate, review = values[article]
        blocks.append(f"\n[{article}]\ncandidate = {candidate:g}\nreview = {review:g}\nnightly_cap = 50")
    blocks.append(f"\n[group_hate]\nreview = {values['group_hate']:g}     # hate seen but no article fits: a person looks")
    blocks.append(f"\n[grounds]\nnamed = {values['named']:g}      # a ground is named from this probability on")
    return "\n".join(blocks) + "\n"

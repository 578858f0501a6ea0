"""grens.toml: what a model directory is, and the hash of every file in it."""
import pathlib
import tomllib

from scripts.sources import HEADS, sha256

NOT_HASHED = {"grens.toml", "README.md"}


def write(folder, version=None, max_tokens=256):
    """Write or refresh the manifest; the version of an existing one is kept unless a new one is given."""
    folder = pathlib.Path(folder)
    path = folder / "grens.toml"
    if version is None:
        version = tomllib.loads(path.read_text())["version"]
    files = sorted(f.name for f in folder.iterdir() if f.is_file() and f.name not in NOT_HASHED)
    lines = ['format = "grens-int8/1"', 'name = "grens-nl"', f'version = "{version}"', f"max_tokens = {max_tokens}", "", "[labels]"]
    lines += [f"{name} = {i}" for i, name in enumerate(HEADS)]
    lines += ["", "[files]"] + [f'"{name}" = "{sha256(folder / name)}"' for name in files]
    path.write_text("\n".join(lines) + "\n")

#!/usr/bin/env python3
"""Fails when a crate declares a dependency that none of its sources names.
"""

import json
import pathlib
import re
import subprocess
import sys


def sources(folder, parts):
    """The text of all Rust files under these folders of a crate, and of its build script."""
    files = [file for part in parts for file in (folder / part).rglob("*.rs")] + list(folder.glob("build.rs"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def unused(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    shipped = sources(folder, ["src"])
    everything = shipped + sources(folder, ["tests", "benches", "examples"])
    for dependency in package["dependencies"]:
        name = dependency["rename"] or dependency["name"]
        text = everything if dependency["kind"] == "dev" else shipped
        if not re.search(rf"\b{re.escape(name.replace('-', '_'))}\b", text):
            yield name


def main():
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps"], check=True, capture_output=True, text=True
    )
    found = [(package["name"], name) for package in json.loads(metadata.stdout)["packages"] for name in unused(package)]
    for crate, name in found:
        print(f"error: {crate} declares {name}, which none of its sources names", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

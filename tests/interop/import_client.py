"""Imports every module of a generated client, so that what was generated is known to be Python that runs.

usage: import_client.py PACKAGE (in the current folder)
"""

import importlib
import pkgutil
import sys


def main():
    sys.path.insert(0, ".")
    package = importlib.import_module(sys.argv[1])
    names = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    for name in names:
        importlib.import_module(name)
    if not any(name.endswith("create_envelope") for name in names):
        print("the client has no function that creates an envelope", file=sys.stderr)
        return 1
    print(f"imported {len(names)} modules")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes the contract as openapi-python-client 0.29 can read it, to standard output.

Two of its faults are gone round, nothing else is changed:

- the operation that providers call is left out: a body of several text types gives a module that does not import, and
  callers of the API have no use for it;
- a choice of one (`anyOf` with a single member) is a free object: it would make the member's inner classes twice.

usage: for_python.py openapi.json
"""

import json
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        contract = json.load(file)
    contract["paths"] = {path: item for path, item in contract["paths"].items() if not path.startswith("/callbacks/")}
    for schema in contract["components"]["schemas"].values():
        if len(schema.get("anyOf", ())) == 1:
            del schema["anyOf"]
    json.dump(contract, sys.stdout)


if __name__ == "__main__":
    main()

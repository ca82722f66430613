#!/usr/bin/env python3
"""put_table.py FILE NAME COMMAND: puts the table on standard input between <!-- NAME --> and <!-- /NAME --> of FILE."""
import re
import sys


def put_table(path, name, command, table):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    block = f"<!-- {name} -->\n`{command}`\n\n{table.strip()}\n<!-- /{name} -->"
    text, n = re.subn(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _: block, text, flags=re.S)
    if n != 1:
        sys.exit(f"{path} has no place for the table '{name}'")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    put_table(*sys.argv[1:], sys.stdin.read())

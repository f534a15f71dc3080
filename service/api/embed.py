#!/usr/bin/env python3
"""Make a C file of any file: embed.py NAME IN OUT defines NAME[] and NAME_len."""
import sys

LINE = 20


def main() -> None:
    name, source, target = sys.argv[1:]
    with open(source, "rb") as file:
        data = file.read()
    lines = (
        "".join(f"{byte}," for byte in data[start : start + LINE])
        for start in range(0, len(data), LINE)
    )
    with open(target, "w", encoding="ascii") as file:
        file.write("#include <stddef.h>\n\n")
        file.write(f"extern const unsigned char {name}[];\nextern const size_t {name}_len;\n")
        file.write(f"const unsigned char {name}[] = {{\n" + "\n".join(lines) + "\n};\n")
        file.write(f"const size_t {name}_len = sizeof {name};\n")


if __name__ == "__main__":
    main()

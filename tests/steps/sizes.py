"""Sizes of the deployable functions, against their budgets.

Usage: sizes.py FOLDER NAME...   where FOLDER/NAME/bootstrap is an executable.

Prints architecture, bytes and zipped bytes of each. Ends with 1 when one is missing or over its budget: Lambda fetches
and unpacks the zip at every cold start, so size is start-up time.
"""

import io
import pathlib
import sys
import zipfile

BUDGET_ZIPPED = {"webhook": 4_100_000}
MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}


def machine(executable: bytes) -> str:
    """The architecture as the ELF header (e_machine, two bytes at 18) has it."""
    if executable[:4] != b"\x7fELF":
        return "not an ELF"
    return MACHINES.get(int.from_bytes(executable[18:20], "little"), "another")


def zipped(executable: bytes) -> int:
    """Bytes of the zip that `sam deploy` would upload."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as writer:
        writer.writestr("bootstrap", executable)
    return len(archive.getvalue())


def main(folder: str, names: list[str]) -> int:
    problems = []
    print(f"{'function':<10} {'machine':<8} {'bytes':>12} {'zipped':>12}")
    for name in names:
        path = pathlib.Path(folder, name, "bootstrap")
        if not path.is_file():
            problems.append(f"{path} was not built")
            continue
        executable = path.read_bytes()
        size = zipped(executable)
        print(f"{name:<10} {machine(executable):<8} {len(executable):>12,} {size:>12,}")
        if size > BUDGET_ZIPPED.get(name, size):
            problems.append(f"{name}: {size:,} bytes zipped, over its budget of {BUDGET_ZIPPED[name]:,}")
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the source tree keeps to its floors, bans and bars.

    check.py [ROOT]

Prints one `path:line: what is wrong` for each breach; exits 1 if there are any.

The rooms and their floors are read from the meshroute_room() lines of CMakeLists.txt, the one place
that lists them.
"""

import pathlib
import re
import sys

HEADER_LINES = 250
SOURCE_LINES = 400
TEST_LINES = 500
FUNCTION_LINES = 40
README_LINES = 40

SOURCE_FOLDERS = ("include", "lib", "tests", "tools", "examples", "benchmarks")

# Third-party headers, and the only files that may include them.
THIRD_PARTY = (
    (re.compile(r"httplib\.h$|openssl/"), re.compile(r"lib/http/"), "lib/http/"),
    (re.compile(r"yaml-cpp/"), re.compile(r"lib/config/yaml"), "lib/config/yaml*"),
    (re.compile(r"re2/"), re.compile(r"(lib|tools)/"), "lib/ and tools/"),
    (re.compile(r"rapidjson/|xxhash\.h$"), re.compile(r"lib/"), "lib/"),
    # The headers of Abseil that a user's code sees are few, so that any version of it will do.
    (re.compile(r"absl/(?!status/|base/thread_annotations\.h)"), re.compile(r"lib/"), "lib/"),
    (re.compile(r"(gtest|gmock|benchmark)/"), re.compile(r"$."), "tests and benchmarks"),
)

# Time and chance come from outside: only base reads them.
BANNED_CALLS = (
    (re.compile(r"::now\s*\("), "::now("),
    (re.compile(r"\bsleep_(for|until)\b"), "sleep_for"),
    (re.compile(r"\bs?rand\s*\("), "rand("),
    (re.compile(r"\brandom_device\b"), "random_device"),
)
# Base wraps the real clock; the tests of HTTP talk to real servers, which need real time.
MAY_READ_TIME = re.compile(
    r"(lib/base|include/meshroute/base|tests/base|tests/http|tests/integration|tests/package"
    r"|examples|benchmarks)/"
)

VAGUE_WORDS = {"util", "utils", "common", "helper", "helpers", "misc", "detail", "details"}

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
ROOM = re.compile(r"^\s*meshroute_room\(\s*(\w+)\s+FLOOR\s+(\d+)", re.MULTILINE)
# Comments and literals, alternatives in the order in which a scanner would meet them. The quote in
# 1'000 opens no literal.
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL,
)


def code_only(text):
    """Returns `text` without comments and literals, line numbers kept."""
    return NOT_CODE.sub(lambda match: "\n" * match.group(0).count("\n"), text)


def read_floors(root):
    return {
        name: int(floor)
        for name, floor in ROOM.findall((root / "CMakeLists.txt").read_text(encoding="utf-8"))
    }


def room_of(path):
    """The room that a path such as `lib/config/x.cc` or `meshroute/router.h` lies in, or None."""
    match = re.match(r"(?:include/)?meshroute/(\w+)(?:/|\.h$)", path) or re.match(r"lib/(\w+)/", path)
    return match.group(1) if match else None


def begins_function(statement):
    """Tells whether a statement that ends with `{` is the head of a function."""
    if re.match(r"\s*(inline )?(namespace|class|struct|enum|union|extern)\b", statement):
        return False
    statement = re.sub(r"\boperator\s*[^\s(]+|template\s*<[^(]*?>(?=\s)", "", statement)
    return "(" in statement and "=" not in statement.split("(")[0]


class Checker:
    def __init__(self, root):
        self.root = root
        self.floors = read_floors(root)
        self.breaches = []

    def add(self, path, line, message):
        self.breaches.append(f"{path}:{line}: {message}")

    def run(self):
        if not self.floors:
            self.add("CMakeLists.txt", 1, "no meshroute_room() line found")
        for folder in SOURCE_FOLDERS:
            for file in sorted((self.root / folder).rglob("*")):
                if file.is_file() and file.suffix in (".h", ".cc"):
                    self.check_file(file)
        self.check_rooms()
        return self.breaches

    def check_file(self, file):
        path = file.relative_to(self.root).as_posix()
        text = file.read_text(encoding="utf-8")
        lines = text.splitlines()
        if not lines or lines[0] != "// SPDX-License-Identifier: Apache-2.0":
            self.add(path, 1, "the first line must be `// SPDX-License-Identifier: Apache-2.0`")
        self.check_name(path)
        self.check_size(path, lines)
        self.check_includes(path, lines)
        code = code_only(text).splitlines()
        self.check_bans(path, code)
        if path.startswith(("include/", "lib/", "tools/")):
            self.check_functions(path, code)

    def check_name(self, path):
        for part in pathlib.PurePosixPath(path).with_suffix("").parts:
            for word in part.split("_"):
                if word.lower() in VAGUE_WORDS:
                    self.add(path, 1, f"`{part}` does not say what it is for: no `{word}` in a name")

    def check_size(self, path, lines):
        if path.startswith("tests/"):
            bar, kind = TEST_LINES, "test"
        elif path.endswith(".h"):
            bar, kind = HEADER_LINES, "header"
        else:
            bar, kind = SOURCE_LINES, "source"
        if len(lines) > bar:
            self.add(path, bar + 1, f"a {kind} has at most {bar} lines, this one has {len(lines)}")

    def check_includes(self, path, lines):
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, target = match.groups()
            self.check_third_party(path, number, target)
            if quote == '"' or target.startswith(("meshroute/", "lib/")):
                self.check_own_include(path, number, quote, target)

    def check_third_party(self, path, number, target):
        if not path.startswith(("include/", "lib/", "tools/")):
            return
        for pattern, allowed, where in THIRD_PARTY:
            if pattern.match(target) and not allowed.match(path):
                self.add(path, number, f"{target} may be included in {where} only")

    def check_own_include(self, path, number, quote, target):
        if not path.startswith(("include/", "lib/")):
            if path.startswith("examples/") and target.startswith("lib/"):
                self.add(path, number, f"an example shows the public interface: not {target}")
            if path.startswith("tools/") and target.startswith("lib/"):
                self.add(path, number, f"a tool uses the public interface: not {target}")
            return
        if quote == "<" and target.startswith(("meshroute/", "lib/")):
            self.add(path, number, f'our own headers are included with quotes: "{target}"')
        if path.startswith("include/") and target.startswith("lib/"):
            self.add(path, number, f"a public header cannot include the private {target}")
        own, other = room_of(path), room_of(target)
        if other is None:
            if not re.match(r"(absl|re2|rapidjson|yaml-cpp)/|(httplib|xxhash)\.h$", target):
                self.add(path, number, f"{target}: name the whole path, meshroute/... or lib/...")
            return
        if other not in self.floors:
            self.add(path, number, f"{target}: CMakeLists.txt has no room `{other}`")
        elif own in self.floors and own != other and self.floors[other] >= self.floors[own]:
            self.add(
                path,
                number,
                f"room `{own}` (floor {self.floors[own]}) must not include {target} "
                f"(floor {self.floors[other]}): own room and lower floors only",
            )

    def check_bans(self, path, code):
        if MAY_READ_TIME.match(path):
            return
        for number, line in enumerate(code, 1):
            for pattern, name in BANNED_CALLS:
                if pattern.search(line):
                    self.add(path, number, f"`{name}`: time and chance come from Clock and RandomSource")

    def check_functions(self, path, code):
        """A function's last brace is as far in as its first line; clang-format sees to that."""
        statement, indent, start = "", "", None
        for number, line in enumerate(code, 1):
            if start is not None:
                if line.startswith(indent + "}"):
                    length = number - start - 1
                    if length > FUNCTION_LINES and line.rstrip() == indent + "}":
                        message = f"a function has at most {FUNCTION_LINES} lines, this one has {length}"
                        self.add(path, start, message)
                    start = None
                continue
            stripped = line.strip()
            if not stripped or stripped.startswith("#"):
                continue
            if not statement:
                indent = line[: len(line) - len(line.lstrip())]
            statement += " " + stripped
            if stripped.endswith("{") and begins_function(statement):
                start = number
            if stripped.endswith(("{", "}", ";", ":")):
                statement = ""

    def check_rooms(self):
        for folder in ("include/meshroute", "lib"):
            for room in sorted(p.name for p in (self.root / folder).glob("*/") if p.is_dir()):
                if room not in self.floors and any((self.root / folder / room).iterdir()):
                    self.add(f"{folder}/{room}", 1, f"CMakeLists.txt has no room `{room}`")
        for room in sorted(self.floors):
            readme = self.root / "lib" / room / "README.md"
            path = f"lib/{room}/README.md"
            if not readme.is_file():
                self.add(path, 1, "missing: what the room promises, its invariants, what it leaves out")
                continue
            length = len(readme.read_text(encoding="utf-8").splitlines())
            if length > README_LINES:
                self.add(path, README_LINES + 1, f"at most {README_LINES} lines, this one has {length}")


def main(arguments):
    root = pathlib.Path(arguments[1] if len(arguments) > 1 else ".").resolve()
    breaches = Checker(root).run()
    for breach in breaches:
        print(breach)
    print(f"{len(breaches)} breaches of the architecture" if breaches else "the architecture holds")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the architecture check itself: each kind of breach, put into a small clean tree, is found."""

import pathlib
import tempfile
import unittest

import check

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
CLEAN_TREE = {
    "CMakeLists.txt": "meshroute_room(base FLOOR 0 COMPONENT core)\n"
    "meshroute_room(config FLOOR 1 COMPONENT core)\n"
    "meshroute_room(message FLOOR 1 COMPONENT core)\n"
    "meshroute_room(router FLOOR 5 COMPONENT core)\n"
    "meshroute_room(http FLOOR 6 COMPONENT httplib)\n",
    "include/meshroute/base/clock.h": SPDX + "#include <chrono>\n",
    "include/meshroute/router.h": SPDX + '#include "meshroute/config/parse.h"\n',
    "include/meshroute/config/parse.h": SPDX + '#include "meshroute/base/clock.h"\n',
    "lib/base/clock.cc": SPDX + "auto Now() { return std::chrono::steady_clock::now(); }\n",
    "lib/config/parse.cc": SPDX
    + '#include "meshroute/config/parse.h"\n\n#include <re2/re2.h>\n'
    + '// Never ::now( in here.\nconst char* k = "rand(";\nint strand(int n);\nint n = 1\'000\'000;\n',
    "lib/config/yaml_reader.cc": SPDX + '#include "yaml-cpp/yaml.h"\n',
    "lib/http/client.cc": SPDX + '#include <httplib.h>\n#include "meshroute/router.h"\n',
    "tests/config/parse_test.cc": SPDX + '#include "meshroute/config/parse.h"\n',
    **{f"lib/{room}/README.md": "text\n" for room in ("base", "config", "message", "router", "http")},
}


def function(body_lines, head="int Add(int a,\n        int b) {\n"):
    return head + "  ++a;\n" * body_lines + "}\n"


class CheckTest(unittest.TestCase):
    def breaches(self, **changes):
        """Breaches of the clean tree with some files replaced; a key is a path."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {**CLEAN_TREE, **changes}.items():
                if text is None:
                    continue
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            return check.Checker(root).run()

    def assert_breach(self, path, text, expected):
        found = self.breaches(**{path: text})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(path + ":"), found)
        self.assertIn(expected, found[0])

    def test_a_clean_tree_has_no_breach(self):
        self.assertEqual(self.breaches(), [])

    def test_a_room_cannot_include_a_higher_floor(self):
        for text in ('#include "meshroute/config/parse.h"\n', '#include "lib/config/document.h"\n'):
            self.assert_breach("lib/base/clock.cc", SPDX + text, "own room and lower floors only")

    def test_a_room_cannot_include_another_of_its_floor(self):
        text = SPDX + '#include "meshroute/message/headers.h"\n'
        self.assert_breach("lib/config/parse.cc", text, "room `config` (floor 1)")

    def test_a_room_cannot_include_the_header_of_a_room_that_has_no_folder(self):
        text = SPDX + '#include "meshroute/router.h"\n'
        self.assert_breach("include/meshroute/config/parse.h", text, "(floor 5)")

    def test_a_room_must_be_known_to_cmake(self):
        text = SPDX + '#include "meshroute/rooom/x.h"\n'
        self.assert_breach("lib/router/router.cc", text, "no room `rooom`")
        self.assertIn("no room `spare`", self.breaches(**{"lib/spare/x.cc": SPDX})[0])

    def test_own_headers_are_named_by_their_whole_path_in_quotes(self):
        self.assert_breach("lib/config/parse.cc", SPDX + '#include "parse.h"\n', "whole path")
        text = SPDX + "#include <meshroute/config/parse.h>\n"
        self.assert_breach("lib/config/parse.cc", text, "with quotes")

    def test_a_public_header_cannot_include_a_private_one(self):
        text = SPDX + '#include "lib/config/document.h"\n'
        self.assert_breach("include/meshroute/config/parse.h", text, "public header")

    def test_an_example_cannot_include_a_private_header(self):
        text = SPDX + '#include "lib/config/document.h"\n'
        self.assert_breach("examples/demo.cc", text, "public interface")

    def test_a_tool_keeps_to_the_public_interface(self):
        text = SPDX + '#include "lib/config/document.h"\n'
        self.assert_breach("tools/meshroute/check.cc", text, "public interface")
        text = SPDX + "#include <yaml-cpp/yaml.h>\n"
        self.assert_breach("tools/meshroute/check.cc", text, "lib/config/yaml*")

    def test_third_party_headers_stay_where_they_belong(self):
        for path, header in (
            ("lib/router/router.cc", "httplib.h"),
            ("lib/config/parse.cc", "openssl/ssl.h"),
            ("lib/config/parse.cc", "yaml-cpp/yaml.h"),
            ("include/meshroute/router.h", "httplib.h"),
            ("include/meshroute/router.h", "yaml-cpp/yaml.h"),
            ("include/meshroute/router.h", "re2/re2.h"),
            ("include/meshroute/router.h", "rapidjson/document.h"),
            ("include/meshroute/router.h", "xxhash.h"),
            ("include/meshroute/router.h", "absl/strings/str_cat.h"),
            ("lib/router/router.cc", "gtest/gtest.h"),
        ):
            for line in (f"#include <{header}>\n", f'#  include "{header}"\n'):
                found = self.breaches(**{path: SPDX + line})
                self.assertTrue(any("may be included in" in breach for breach in found), (path, line))

    def test_public_headers_may_speak_of_status(self):
        for header in ("absl/status/statusor.h", "absl/base/thread_annotations.h"):
            text = SPDX + f'#include "{header}"\n'
            self.assertEqual(self.breaches(**{"include/meshroute/router.h": text}), [])

    def test_time_and_chance_are_banned_outside_base(self):
        for call in (
            "std::chrono::steady_clock::now()",
            "Clock::now ()",
            "std::this_thread::sleep_for(1s)",
            "std::this_thread::sleep_until(t)",
            "rand()",
            "std::rand()",
            "srand(1)",
            "std::random_device()",
        ):
            for path in ("lib/config/parse.cc", "include/meshroute/router.h", "tests/config/a_test.cc"):
                self.assert_breach(path, SPDX + f"int n; auto x = {call};\n", "Clock and RandomSource")

    def test_a_file_over_its_bar_is_found_and_one_at_it_is_not(self):
        for path, bar in (
            ("include/meshroute/router.h", check.HEADER_LINES),
            ("lib/config/document.h", check.HEADER_LINES),
            ("lib/config/parse.cc", check.SOURCE_LINES),
            ("tests/config/parse_test.cc", check.TEST_LINES),
        ):
            self.assertEqual(self.breaches(**{path: SPDX + "\n" * (bar - 1)}), [])
            self.assert_breach(path, SPDX + "\n" * bar, f"at most {bar} lines")

    def test_a_function_over_its_bar_is_found_and_one_at_it_is_not(self):
        for head in (
            "int Add(int a,\n        int b) {\n",
            "bool operator==(const A& a, const B& b) {\n",
            "template <typename T = int>\nint Add(T a = {}) {\n",
            "A::A(int a)\n    : a_(a),\n      b_(a) {\n",
        ):
            good, bad = (function(check.FUNCTION_LINES + n, head) for n in (0, 1))
            self.assertEqual(self.breaches(**{"lib/config/parse.cc": SPDX + good}), [])
            self.assert_breach("lib/config/parse.cc", SPDX + bad, "a function has at most")

    def test_a_method_in_a_class_body_is_a_function(self):
        method = "".join("  " + line + "\n" for line in function(41).splitlines())
        text = SPDX + "class A {\n public:\n" + method + "};\n"
        self.assert_breach("include/meshroute/router.h", text, "a function has at most")

    def test_a_long_class_or_table_is_not_a_function(self):
        rows = "  {1, Two(2)},\n" * 60
        self.assertEqual(self.breaches(**{"lib/config/t.cc": SPDX + "const Row kT[] = {\n" + rows + "};\n"}), [])
        fields = "class A : public B<int()> {\n" + "  int f;\n" * 60 + "};\n"
        self.assertEqual(self.breaches(**{"lib/config/t.cc": SPDX + fields}), [])

    def test_names_say_what_they_are_for(self):
        for path in (
            "lib/config/string_util.cc",
            "lib/config/detail/parse.cc",
            "tests/config/common.h",
            "lib/config/parse_helpers.h",
        ):
            self.assert_breach(path, SPDX, "does not say what it is for")

    def test_every_room_has_a_short_readme(self):
        self.assert_breach("lib/config/README.md", None, "missing")
        self.assert_breach("lib/config/README.md", "line\n" * 41, "at most 40 lines")
        self.assertEqual(self.breaches(**{"lib/config/README.md": "line\n" * 40}), [])

    def test_the_licence_stands_on_the_first_line(self):
        self.assert_breach("lib/config/parse.cc", "int n;\n", "SPDX")

    def test_a_tree_without_rooms_is_refused(self):
        self.assertTrue(self.breaches(**{"CMakeLists.txt": "project(x)\n"}))


if __name__ == "__main__":
    unittest.main()

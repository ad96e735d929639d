#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the vcpkg port and the Conan recipe against CMakeLists.txt, where neither tool is at hand."""

import ast
import json
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Components that every build has.
ALWAYS = {"core", "rollout", "testing", "simulation"}


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def project():
    """Version, MESHROUTE_WITH_ options and components of CMakeLists.txt."""
    text = read("CMakeLists.txt")
    version = re.search(r"project\([^)]*VERSION\s+([\d.]+)", text).group(1)
    options = {name.lower() for name in re.findall(r"option\(MESHROUTE_WITH_(\w+)", text)}
    components = set(re.findall(r"meshroute_component\((\w+)", text))
    return version, options, components


class RecipesTest(unittest.TestCase):
    def setUp(self):
        self.version, self.options, self.components = project()
        self.port = json.loads(read("packaging/vcpkg/vcpkg.json"))
        self.portfile = re.sub(r"#[^\n]*", "", read("packaging/vcpkg/portfile.cmake"))
        self.recipe = ast.parse(read("packaging/conan/conanfile.py"))

    def recipe_value(self, name):
        """The literal that the recipe's class sets `name` to."""
        for node in ast.walk(self.recipe):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name:
                return ast.literal_eval(node.value)
        self.fail(f"the recipe sets no {name}")

    def recipe_strings(self):
        return {node.value for node in ast.walk(self.recipe) if isinstance(node, ast.Constant)}

    def test_each_component_has_an_option_or_is_always_built(self):
        self.assertEqual(self.components, self.options | ALWAYS)

    def test_versions_are_the_project_s(self):
        self.assertEqual(self.port["version-semver"], self.version)
        self.assertEqual(self.recipe_value("version"), self.version)

    def test_names_and_licences_agree(self):
        self.assertRegex(self.port["name"], r"^[a-z0-9-]+$")
        self.assertEqual(self.port["name"], self.recipe_value("name"))
        self.assertEqual(self.port["license"], "Apache-2.0")
        self.assertEqual(self.recipe_value("license"), "Apache-2.0")

    def test_vcpkg_features_are_the_options(self):
        self.assertEqual({f.replace("-", "_") for f in self.port["features"]}, self.options)
        self.assertNotIn("default-features", self.port)

    def test_vcpkg_maps_each_feature_to_its_one_option(self):
        block = re.search(r"vcpkg_check_features\(([^)]*)\)", self.portfile).group(1)
        pairs = re.search(r"FEATURES\s+(.*)", block, re.DOTALL).group(1).split()
        mapping = dict(zip(pairs[::2], pairs[1::2]))
        expected = {f: "MESHROUTE_WITH_" + f.upper().replace("-", "_") for f in self.port["features"]}
        self.assertEqual(mapping, expected)

    def test_vcpkg_port_does_its_steps_in_order(self):
        steps = (
            "vcpkg_from_github",
            "vcpkg_check_features",
            "vcpkg_cmake_configure",
            "vcpkg_cmake_install",
            'vcpkg_cmake_config_fixup(CONFIG_PATH "lib/cmake/meshroute")',
            "debug/include",
            "vcpkg_install_copyright",
        )
        places = [self.portfile.find(step) for step in steps]
        self.assertNotIn(-1, places)
        self.assertEqual(places, sorted(places))
        self.assertRegex(self.portfile, r"SHA512 (0|[0-9a-f]{128})\s")
        hosts = {d["name"] for d in self.port["dependencies"] if isinstance(d, dict) and d.get("host")}
        self.assertEqual(hosts, {"vcpkg-cmake", "vcpkg-cmake-config"})

    def test_vcpkg_usage_names_the_components(self):
        usage = read("packaging/vcpkg/usage")
        self.assertIn("find_package(meshroute CONFIG REQUIRED", usage)
        for component in self.options | {"core"}:
            self.assertIn(f"meshroute::{component}", usage)

    def test_conan_options_are_the_options(self):
        expected = {"shared", "fPIC"} | {f"with_{option}" for option in self.options}
        self.assertEqual(set(self.recipe_value("options")), expected)
        self.assertTrue({f"MESHROUTE_WITH_{option.upper()}" for option in self.options} <= self.recipe_strings())

    def test_conan_declares_every_component(self):
        declared = {
            node.args[0].value
            for node in ast.walk(self.recipe)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "_component"
        }
        self.assertEqual(declared, self.components)

    def test_conan_names_what_is_used_of_abseil(self):
        used = set(re.findall(r"absl::(\w+)", read("cmake/MeshrouteDependencies.cmake")))
        self.assertEqual(set(self.recipe_value("ABSEIL")), used)

    def test_conan_asks_exact_versions(self):
        for node in ast.walk(self.recipe):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "requires":
                self.assertRegex(node.args[0].value, r"^[a-z0-9-]+/[A-Za-z0-9.]+$")


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""Stands for one of our dependencies where Conan has no network: hands out the system's own package.

Exported once per dependency, with its name and version given on the command line.
"""

import pathlib
import shlex
import subprocess

from conan import ConanFile

# name: CMake file, CMake target (if not <name>::<name>), pkg-config module (if there is one)
SYSTEM = {
    "re2": ("re2", None, "re2"),
    "rapidjson": ("RapidJSON", "rapidjson", None),
    "xxhash": ("xxHash", "xxHash::xxhash", "libxxhash"),
    "yaml-cpp": ("yaml-cpp", None, "yaml-cpp"),
    "cpp-httplib": ("httplib", "httplib::httplib", "cpp-httplib"),
}


class SystemConan(ConanFile):
    package_type = "unknown"
    options = {"with_openssl": [True, False]}
    default_options = {"with_openssl": True}
    exports = "abseil.txt"

    def package_info(self):
        self.cpp_info.includedirs = self.cpp_info.libdirs = self.cpp_info.bindirs = []
        if self.name == "abseil":
            self.abseil_info()
            return
        file, target, module = SYSTEM[self.name]
        self.cpp_info.set_property("cmake_file_name", file)
        if target:
            self.cpp_info.set_property("cmake_target_name", target)
        if module:
            flags = self.pkg_config(module)
            self.cpp_info.system_libs = [flag[2:] for flag in flags if flag.startswith("-l")]
            self.cpp_info.defines = [flag[2:] for flag in flags if flag.startswith("-D")]
        if self.name == "cpp-httplib":
            self.cpp_info.system_libs += ["ssl", "crypto"]

    def abseil_info(self):
        """Debian has a CMake package for Abseil: its targets are used as they are."""
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.set_property("cmake_file_name", "absl")
        for name in (pathlib.Path(self.recipe_folder) / "abseil.txt").read_text().split():
            component = self.cpp_info.components[f"absl_{name}"]
            component.set_property("cmake_target_name", f"absl::{name}")
            component.includedirs = component.libdirs = component.bindirs = []

    def pkg_config(self, module):
        command = ["pkg-config", "--cflags", "--libs", module]
        return shlex.split(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

# SPDX-License-Identifier: Apache-2.0
import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout


class MeshrouteTestConan(ConanFile):
    """Builds and runs the users' programs of tests/package against the package."""

    settings = "os", "compiler", "build_type", "arch"
    generators = "CMakeDeps"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def consumer(self):
        return os.path.abspath(
            os.path.join(self.recipe_folder, "..", "..", "..", "tests", "package", "consumer"))

    def components(self):
        options = self.dependencies["meshroute"].options
        return ["core", "rollout", "testing", "simulation"] + [c for c in ("yaml", "httplib") if getattr(options, f"with_{c}")]

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["USE_COMPONENTS"] = ";".join(self.components())
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure(build_script_folder=self.consumer())
        cmake.build()

    def test(self):
        if can_run(self):
            for component in self.components():
                program = os.path.join(self.cpp.build.bindir, f"use_{component}")
                rules = os.path.join(self.consumer(), "rules.yaml")
                self.run(f'"{program}" "{rules}"', env="conanrun")

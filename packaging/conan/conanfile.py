# SPDX-License-Identifier: Apache-2.0
import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, rmdir
from conan.tools.scm import Version

required_conan_version = ">=2.0"

# Oldest compilers that are tested.
COMPILER_FLOORS = {"gcc": "12", "clang": "14"}

# What the sources use of Abseil, as in cmake/MeshrouteDependencies.cmake.
ABSEIL = (
    "status",
    "statusor",
    "core_headers",
    "strings",
    "str_format",
    "flat_hash_map",
    "flat_hash_set",
    "hash",
    "inlined_vector",
    "function_ref",
    "any_invocable",
)


class MeshrouteConan(ConanFile):
    name = "meshroute"
    version = "0.1.0"
    description = "Istio's traffic rules, applied inside the calling process"
    license = "Apache-2.0"
    topics = ("istio", "service-mesh", "load-balancing", "http")
    package_type = "library"
    settings = "os", "compiler", "build_type", "arch"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
        "with_yaml": [True, False],
        "with_httplib": [True, False],
    }
    default_options = {
        "shared": False,
        "fPIC": True,
        "with_yaml": True,
        "with_httplib": True,
        "cpp-httplib/*:with_openssl": True,
    }
    implements = ["auto_shared_fpic"]

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "lib/*"):
            copy(self, pattern, src=root, dst=self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("abseil/20240116.2", transitive_headers=True)
        self.requires("re2/20231101")
        self.requires("rapidjson/cci.20230929")
        self.requires("xxhash/0.8.3")
        if self.options.with_yaml:
            self.requires("yaml-cpp/0.8.0")
        if self.options.with_httplib:
            self.requires("cpp-httplib/0.25.0")

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25 <4]")

    def validate(self):
        check_min_cppstd(self, 20)
        floor = COMPILER_FLOORS.get(str(self.settings.compiler))
        if floor and Version(self.settings.compiler.version) < floor:
            raise ConanInvalidConfiguration(f"meshroute needs {self.settings.compiler} {floor}")

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["MESHROUTE_WITH_YAML"] = bool(self.options.with_yaml)
        toolchain.cache_variables["MESHROUTE_WITH_HTTPLIB"] = bool(self.options.with_httplib)
        toolchain.cache_variables["MESHROUTE_BUILD_TESTS"] = False
        toolchain.cache_variables["MESHROUTE_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["MESHROUTE_BUILD_TOOLS"] = False
        toolchain.cache_variables["MESHROUTE_WERROR"] = False
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "meshroute")
        self.cpp_info.set_property("cmake_config_version_compat", "SameMinorVersion")
        abseil = [f"abseil::absl_{name}" for name in ABSEIL]
        self._component("core", [*abseil, "re2::re2", "rapidjson::rapidjson", "xxhash::xxhash"])
        if self.options.with_yaml:
            self._component("yaml", ["core", "yaml-cpp::yaml-cpp"])
        if self.options.with_httplib:
            self._component("httplib", ["core", "cpp-httplib::cpp-httplib"])
        self._component("rollout", ["core", *abseil])
        self._component("testing", ["core"])
        self._component("simulation", ["core", "rollout"])

    def _component(self, name, requires):
        component = self.cpp_info.components[name]
        component.set_property("cmake_target_name", f"meshroute::{name}")
        component.set_property("pkg_config_name", "meshroute" if name == "core" else f"meshroute-{name}")
        component.libs = [f"meshroute-{name}"]
        component.requires = requires
        if self.settings.os == "Linux":
            component.system_libs = ["pthread"]

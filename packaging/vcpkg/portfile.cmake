# SPDX-License-Identifier: Apache-2.0
# Until a version is released, SHA512 is 0: `vcpkg install meshroute --head` builds the main branch.
vcpkg_from_github(
    OUT_SOURCE_PATH SOURCE_PATH
    REPO meshroute/meshroute
    REF "v${VERSION}"
    SHA512 0
    HEAD_REF main
)

vcpkg_check_features(
    OUT_FEATURE_OPTIONS FEATURE_OPTIONS
    FEATURES
        yaml MESHROUTE_WITH_YAML
        httplib MESHROUTE_WITH_HTTPLIB
)

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        ${FEATURE_OPTIONS}
        -DMESHROUTE_BUILD_TESTS=OFF
        -DMESHROUTE_BUILD_EXAMPLES=OFF
        -DMESHROUTE_BUILD_TOOLS=OFF
        -DMESHROUTE_WERROR=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH "lib/cmake/meshroute")
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/doc")

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")

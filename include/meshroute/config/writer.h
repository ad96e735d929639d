// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_WRITER_H_
#define MESHROUTE_CONFIG_WRITER_H_

#include <string>

#include "meshroute/config/document.h"
#include "meshroute/config/resources.h"
#include "meshroute/config/traffic_policy.h"

namespace meshroute {

// `resources` as one JSON text: an object of kind List, with the resources in
// their order, kind by kind. Fields that have their default are left out. Read
// again, it gives equal resources, as long as their strings are UTF-8 without
// NUL, their numbers finite, and no two fields are set of which Istio allows
// one: what ValidatedConfig holds always is.
std::string WriteJson(const Resources& resources);

// The same as one YAML text of as many documents: what kubectl apply takes.
std::string WriteYaml(const Resources& resources);

// `document` as YAML in block style. A scalar is quoted wherever YAML 1.1 or 1.2
// would read the plain form as anything but the same string.
std::string WriteYaml(const DocumentNode& document);

// The blocks of `policy` that are set, each as Istio writes it: a map. Fields that
// have their default are left out.
DocumentNode ToDocument(const TrafficPolicy& policy);

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_WRITER_H_

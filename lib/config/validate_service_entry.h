// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VALIDATE_SERVICE_ENTRY_H_
#define MESHROUTE_LIB_CONFIG_VALIDATE_SERVICE_ENTRY_H_

#include "meshroute/config/errors.h"
#include "meshroute/config/service_entry.h"

namespace meshroute {

// All of a ServiceEntry's `spec`.
void ValidateServiceEntry(const ServiceEntry& entry, ConfigErrors& errors);

// All of a WorkloadEntry's `spec`.
void ValidateWorkloadEntry(const WorkloadEntry& entry, ConfigErrors& errors);

// The inline endpoints of `owner`.
void ValidateEndpoints(const ServiceEntry& owner, ConfigErrors& errors);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VALIDATE_SERVICE_ENTRY_H_

// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_CONFIG_VALIDATE_STICKY_SPLIT_H_
#define MESHROUTE_LIB_CONFIG_VALIDATE_STICKY_SPLIT_H_

#include "meshroute/config/errors.h"
#include "meshroute/config/sticky_split.h"

namespace meshroute {

// At most one kind of key, with a name that a request can have. The caller stands
// at the object that holds `split`.
void ValidateStickySplit(const StickySplit& split, ConfigErrors& errors);

}  // namespace meshroute

#endif  // MESHROUTE_LIB_CONFIG_VALIDATE_STICKY_SPLIT_H_

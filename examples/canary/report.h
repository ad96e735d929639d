// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CANARY_REPORT_H_
#define EXAMPLES_CANARY_REPORT_H_

#include <string>
#include <vector>

#include "canary/tale.h"

namespace canary {

// A page of HTML that needs nothing else: of each tale its verdict, the curves of
// weight, errors and score, and what happened.
std::string ReportOf(const std::vector<Tale>& tales);

}  // namespace canary

#endif  // EXAMPLES_CANARY_REPORT_H_

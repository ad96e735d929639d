// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/request_source.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/simulation/latency_sampler.h"

namespace meshroute {

RequestSource::RequestSource(const Scenario& scenario, RandomSource& random)
    : scenario_(scenario), random_(random) {
  double sum = 0;
  for (const SimulatedRequest& request : scenario.requests) {
    sum += request.weight;
    cumulated_weights_.push_back(sum);
    std::vector<HeaderView>& headers = headers_.emplace_back();
    for (const auto& [name, value] : request.headers) headers.push_back({name, value});
  }
}

size_t RequestSource::DrawKind() {
  if (cumulated_weights_.size() == 1) return 0;
  const double draw = DrawUnit(random_) * cumulated_weights_.back();
  const auto found = std::upper_bound(cumulated_weights_.begin(), cumulated_weights_.end(), draw);
  return std::min(static_cast<size_t>(found - cumulated_weights_.begin()),
                  cumulated_weights_.size() - 1);
}

RequestSource::Drawn RequestSource::Draw(CallSlot& slot) {
  const size_t kind = DrawKind();
  const SimulatedRequest& request = scenario_.requests[kind];
  Drawn drawn;
  drawn.patience = request.deadline;
  drawn.request.method = request.method;
  drawn.request.scheme = request.scheme;
  drawn.request.authority = request.authority;
  drawn.request.path = request.path;
  drawn.request.headers = headers_[kind];
  const uint32_t processes = scenario_.processes.count;
  if (!request.users.has_value()) {
    if (processes > 1) drawn.process = static_cast<uint32_t>(random_.Below(processes));
    return drawn;
  }
  const uint64_t user = random_.Below(request.users->count);
  drawn.process = static_cast<uint32_t>(user % processes);
  slot.user = absl::StrCat("user-", user);
  slot.headers.assign(headers_[kind].begin(), headers_[kind].end());
  slot.headers.push_back({request.users->header, slot.user});
  drawn.request.headers = slot.headers;
  return drawn;
}

}  // namespace meshroute

// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_LOWER_HOST_H_
#define MESHROUTE_LIB_ROUTING_LOWER_HOST_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "lib/routing/path_condition.h"

namespace meshroute {

// A host in lower case, for a look-up: a view of the host itself where it is
// lower-case already, else of a copy in this object. A host of more characters than
// any rule can name stays as it is.
class LowerHostView {
 public:
  explicit LowerHostView(std::string_view host) : view_(host) {
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (host.size() > buffer_.size() || std::none_of(host.begin(), host.end(), is_upper)) return;
    std::transform(host.begin(), host.end(), buffer_.begin(), FoldCase);
    view_ = {buffer_.data(), host.size()};
  }
  LowerHostView(const LowerHostView&) = delete;
  LowerHostView& operator=(const LowerHostView&) = delete;

  std::string_view view() const { return view_; }

 private:
  // No name in DNS is longer; room for those that are not in DNS.
  static constexpr size_t kLongestHost = 512;

  std::array<char, kLongestHost> buffer_;
  std::string_view view_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_LOWER_HOST_H_

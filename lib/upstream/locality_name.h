// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_UPSTREAM_LOCALITY_NAME_H_
#define MESHROUTE_LIB_UPSTREAM_LOCALITY_NAME_H_

#include <string_view>

namespace meshroute {

// The parts of "region/zone/subzone"; missing ones are empty, and what follows the
// subzone means nothing. Views into the name.
struct LocalityName {
  explicit LocalityName(std::string_view name)
      : region(Take(name)), zone(Take(name)), subzone(Take(name)) {}

  std::string_view region;
  std::string_view zone;
  std::string_view subzone;

  // Whether this is a place that `rule` means: a "*" stands for every value, and so does
  // a zone or subzone that the rule lacks.
  bool Fits(const LocalityName& rule) const {
    return (rule.region == "*" || rule.region == region) &&
           (rule.zone.empty() || rule.zone == "*" || rule.zone == zone) &&
           (rule.subzone.empty() || rule.subzone == "*" || rule.subzone == subzone);
  }

 private:
  static std::string_view Take(std::string_view& rest) {
    const size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    return part;
  }
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_UPSTREAM_LOCALITY_NAME_H_

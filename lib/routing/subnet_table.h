// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_SUBNET_TABLE_H_
#define MESHROUTE_LIB_ROUTING_SUBNET_TABLE_H_

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace meshroute {

// An IP address.
struct IpAddress {
  enum class Family : uint8_t { kIpv4, kIpv6 };

  Family family = Family::kIpv6;
  std::array<uint8_t, 16> bytes{};  // Of IPv4 the first 4.

  // Reads "10.0.0.1", "2001:db8::1" and "[2001:db8::1]"; does not allocate.
  static std::optional<IpAddress> Parse(std::string_view text);

  // The address with all bits but the first `length` 0.
  IpAddress Masked(unsigned length) const;

  auto operator<=>(const IpAddress&) const = default;
};

// A range of addresses: those that begin with the same `length` bits.
struct Subnet {
  unsigned length = 0;  // 0..128; of IPv4 0..32.
  IpAddress address{};  // Masked.

  // Reads "10.0.0.0/8", "2001:db8::/32", or an address, which is a range of one.
  static std::optional<Subnet> Parse(std::string_view text);

  auto operator<=>(const Subnet&) const = default;
};

// Numbers by range; of ranges that have an address the smallest counts. Immutable.
class SubnetTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  SubnetTable() = default;  // Empty.
  explicit SubnetTable(std::map<Subnet, uint32_t> numbers);

  // The number of the smallest range that has `address`, or kNone.
  uint32_t Find(const IpAddress& address) const;

 private:
  std::map<Subnet, uint32_t> numbers_;
  std::vector<unsigned> lengths_;  // That occur, the longest first.
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_SUBNET_TABLE_H_

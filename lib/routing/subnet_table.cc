// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/subnet_table.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <utility>

namespace meshroute {
namespace {

constexpr unsigned BitsOf(IpAddress::Family family) {
  return family == IpAddress::Family::kIpv4 ? 32 : 128;
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  // inet_pton reads up to a NUL, which must not hide what follows it.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::copy(text.begin(), text.end(), terminated.begin());
  IpAddress address;
  if (inet_pton(AF_INET6, terminated.data(), address.bytes.data()) == 1) return address;
  address = {Family::kIpv4, {}};
  if (inet_pton(AF_INET, terminated.data(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

IpAddress IpAddress::Masked(unsigned length) const {
  IpAddress masked = *this;
  for (unsigned i = 0; i < masked.bytes.size(); ++i) {
    const unsigned first_bit = i * 8;
    const unsigned kept = length <= first_bit ? 0 : std::min(8U, length - first_bit);
    masked.bytes[i] = static_cast<uint8_t>(masked.bytes[i] & (0xFF00U >> kept));
  }
  return masked;
}

std::optional<Subnet> Subnet::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<IpAddress> address = IpAddress::Parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Subnet subnet{BitsOf(address->family), *address};
  if (slash == std::string_view::npos) return subnet;
  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (length > BitsOf(address->family)) return std::nullopt;
  subnet.length = length;
  subnet.address = address->Masked(length);
  return subnet;
}

SubnetTable::SubnetTable(std::map<Subnet, uint32_t> numbers) : numbers_(std::move(numbers)) {
  std::set<unsigned, std::greater<>> lengths;
  for (const auto& entry : numbers_) lengths.insert(entry.first.length);
  lengths_.assign(lengths.begin(), lengths.end());
}

uint32_t SubnetTable::Find(const IpAddress& address) const {
  for (const unsigned length : lengths_) {
    const auto found = numbers_.find({length, address.Masked(length)});
    if (found != numbers_.end()) return found->second;
  }
  return kNone;
}

}  // namespace meshroute

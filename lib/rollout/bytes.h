// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROLLOUT_BYTES_H_
#define MESHROUTE_LIB_ROLLOUT_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace meshroute {

// `body` behind `magic` and before its checksum.
std::string Seal(std::string_view magic, std::string_view body);

// Writes numbers and texts one after the other; little-endian, doubles by their bits.
class ByteWriter {
 public:
  void Add(uint64_t value);
  void Add(int64_t value) { Add(static_cast<uint64_t>(value)); }
  void Add(double value);
  void Add(std::string_view text);
  void Add(const std::string& text) { Add(std::string_view(text)); }

  // All of it, sealed.
  std::string Finish(std::string_view magic) const { return Seal(magic, bytes_); }

 private:
  std::string bytes_;
};

// Reads what a ByteWriter wrote. After anything that does not fit, every read gives 0 or
// "" and ok() is false: one look at the end is enough.
class ByteReader {
 public:
  // Checks `magic` and the checksum.
  ByteReader(std::string_view bytes, std::string_view magic);

  uint64_t Number();
  int64_t Signed() { return static_cast<int64_t>(Number()); }
  double Real();
  std::string Text();
  bool Flag() { return Number() != 0; }

  // A number of elements that take `size` bytes or more each: never more than are there.
  size_t Count(size_t size);

  // What was read makes no sense.
  void Fail() { ok_ = false; }

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROLLOUT_BYTES_H_

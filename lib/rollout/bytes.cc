// SPDX-License-Identifier: Apache-2.0
#include "lib/rollout/bytes.h"

#include <array>
#include <bit>

namespace meshroute {
namespace {

constexpr size_t kWord = 8;

// CRC-32 as of zip and Ethernet.
uint32_t Crc32(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < table.size(); ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) {
        value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320U : value >> 1;
      }
      table[i] = value;
    }
    return table;
  }();
  uint32_t crc = ~uint32_t{0};
  for (const char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(c)) & 0xFF];
  return ~crc;
}

uint64_t WordAt(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < kWord; ++i) {
    value |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  }
  return value;
}

void AppendWord(std::string& bytes, uint64_t value) {
  for (size_t i = 0; i < kWord; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFF);
}

}  // namespace

void ByteWriter::Add(uint64_t value) { AppendWord(bytes_, value); }

void ByteWriter::Add(double value) { Add(std::bit_cast<uint64_t>(value)); }

void ByteWriter::Add(std::string_view text) {
  Add(uint64_t{text.size()});
  bytes_.append(text);
}

std::string Seal(std::string_view magic, std::string_view body) {
  std::string all = std::string(magic) + std::string(body);
  AppendWord(all, Crc32(all));
  return all;
}

ByteReader::ByteReader(std::string_view bytes, std::string_view magic) {
  if (bytes.size() < magic.size() + kWord || !bytes.starts_with(magic)) {
    ok_ = false;
    return;
  }
  const std::string_view all = bytes.substr(0, bytes.size() - kWord);
  ok_ = WordAt(bytes.substr(all.size())) == Crc32(all);
  if (ok_) rest_ = all.substr(magic.size());
}

uint64_t ByteReader::Number() {
  if (!ok_ || rest_.size() < kWord) {
    ok_ = false;
    return 0;
  }
  const uint64_t value = WordAt(rest_);
  rest_.remove_prefix(kWord);
  return value;
}

double ByteReader::Real() { return std::bit_cast<double>(Number()); }

std::string ByteReader::Text() {
  const size_t size = Count(1);
  std::string text(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return text;
}

size_t ByteReader::Count(size_t size) {
  const uint64_t count = Number();
  if (ok_ && count <= rest_.size() / size) return static_cast<size_t>(count);
  ok_ = false;
  return 0;
}

}  // namespace meshroute

// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_FILE_DESCRIPTOR_H_
#define MESHROUTE_LIB_HTTP_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace meshroute {

// An open file descriptor, closed with its owner. Move-only.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() {
    if (number_ >= 0) close(number_);
  }

  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }

 private:
  int number_ = -1;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_FILE_DESCRIPTOR_H_

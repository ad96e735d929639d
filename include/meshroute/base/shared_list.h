// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_BASE_SHARED_LIST_H_
#define MESHROUTE_BASE_SHARED_LIST_H_

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace meshroute {

// A list that does not change and whose copies share their elements, so that a
// copy costs the same for ten elements and for a million. Reading one is reading
// an array. Immutable; assigned as a whole.
template <typename T>
class SharedList {
 public:
  SharedList() = default;
  SharedList(std::vector<T> elements)  // NOLINT(google-explicit-constructor): the list itself.
      : elements_(std::make_shared<const std::vector<T>>(std::move(elements))),
        data_(elements_->data()),
        size_(elements_->size()) {}
  SharedList(std::initializer_list<T> elements) : SharedList(std::vector<T>(elements)) {}

  const T& operator[](size_t index) const { return data_[index]; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::shared_ptr<const std::vector<T>> elements_;
  const T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace meshroute

#endif  // MESHROUTE_BASE_SHARED_LIST_H_

// SPDX-License-Identifier: Apache-2.0
// Counts the allocations of each thread, for tests of what must not allocate. Replaces the
// program's operators new and delete: to be included in one file of a program.
#ifndef MESHROUTE_TESTS_COUNTED_ALLOCATIONS_H_
#define MESHROUTE_TESTS_COUNTED_ALLOCATIONS_H_

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

thread_local size_t allocations = 0;

void* AllocateOrNull(size_t size) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* Allocate(size_t size) {
  void* const memory = AllocateOrNull(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Not inlined: GCC 12 would see free() but not its malloc(), and warn of a mismatch. The nothrow
// forms too: AddressSanitizer's own would hand out what free() must not take.
[[gnu::noinline]] void* operator new(size_t size) { return Allocate(size); }
[[gnu::noinline]] void* operator new[](size_t size) { return Allocate(size); }
[[gnu::noinline]] void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return AllocateOrNull(size);
}
[[gnu::noinline]] void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return AllocateOrNull(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}

#endif  // MESHROUTE_TESTS_COUNTED_ALLOCATIONS_H_

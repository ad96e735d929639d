// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_BASE_SNAPSHOT_H_
#define MESHROUTE_BASE_SNAPSHOT_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "meshroute/base/mutex.h"

namespace meshroute {

// Names one Snapshot for as long as the process lives; never used twice.
uint64_t NextSnapshotIdentity();

// One immutable value that many threads read while now and then a writer puts
// a new one in its place.
//
//   Snapshot<Tables> tables(std::make_shared<Tables>(...));
//   SnapshotPin<Tables> pin = tables.Pin();    // any thread; never waits for a writer
//   pin->Match(...);                           // the same tables until the pin is gone
//   tables.Publish(std::make_shared<Tables>(...));
//
// How: each thread keeps a reference of its own to the value it used last, with
// a pin count that in practice only this thread touches. A pin is one load, one
// comparison and one uncontended increment; only the first pin of a thread
// after a Publish takes the lock. The price: a thread that falls idle keeps the
// value it last read alive until it pins again or ends. Destroying a value
// must therefore not need anything that lives shorter than the threads.
//
// Thread-safe. A pin may be moved to and dropped on another thread.
template <typename T>
class SnapshotPin;

template <typename T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // The value published last. Holds it for as long as the pin lives.
  SnapshotPin<T> Pin() const;

  // A reference of the ordinary kind, for code off the hot path. Takes the lock.
  std::shared_ptr<const T> Get() const {
    const MutexLock lock(mutex_);
    return value_;
  }

  // Puts `value` in place for every Pin that begins afterwards.
  void Publish(std::shared_ptr<const T> value) {
    std::shared_ptr<const T> old;  // Destroyed outside the lock.
    const MutexLock lock(mutex_);
    old = std::exchange(value_, std::move(value));
    version_.fetch_add(1, std::memory_order_release);
  }

 private:
  friend class SnapshotPin<T>;

  // A thread's own reference to one version. Freed with its last pin.
  struct Hold {
    std::shared_ptr<const T> value;
    uint64_t identity = 0;
    uint64_t version = 0;
    std::atomic<size_t> pins{1};  // The thread's cache counts as one.

    void Release() {
      if (pins.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }
  };

  // What a thread used last, by identity: a few entries serve a few routers.
  struct ThreadCache {
    static constexpr size_t kEntries = 8;
    std::array<Hold*, kEntries> holds{};

    ~ThreadCache() {
      for (Hold* hold : holds) {
        if (hold != nullptr) hold->Release();
      }
    }
  };

  Hold* Refresh(Hold*& cached) const {
    auto* fresh = new Hold();
    {
      const MutexLock lock(mutex_);
      fresh->value = value_;
      fresh->version = version_.load(std::memory_order_relaxed);
    }
    fresh->identity = identity_;
    Hold* const old = std::exchange(cached, fresh);
    if (old != nullptr) old->Release();
    return fresh;
  }

  const uint64_t identity_ = NextSnapshotIdentity();
  std::atomic<uint64_t> version_{1};
  mutable Mutex mutex_;
  std::shared_ptr<const T> value_ ABSL_GUARDED_BY(mutex_);
};

// Keeps the value that a Snapshot had at the time of Pin. Move-only; empty
// after a move. Thread-compatible.
template <typename T>
class SnapshotPin {
 public:
  SnapshotPin() = default;
  SnapshotPin(SnapshotPin&& other) noexcept : hold_(std::exchange(other.hold_, nullptr)) {}
  SnapshotPin& operator=(SnapshotPin&& other) noexcept {
    std::swap(hold_, other.hold_);
    return *this;
  }
  ~SnapshotPin() {
    if (hold_ != nullptr) hold_->Release();
  }

  // A second pin of the same value, also where a newer one is out by now. Only
  // of a pin that holds.
  SnapshotPin Clone() const {
    hold_->pins.fetch_add(1, std::memory_order_relaxed);
    return SnapshotPin(hold_);
  }

  explicit operator bool() const { return hold_ != nullptr; }
  const T* get() const { return hold_ == nullptr ? nullptr : hold_->value.get(); }
  const T& operator*() const { return *hold_->value; }
  const T* operator->() const { return hold_->value.get(); }

 private:
  friend class Snapshot<T>;
  explicit SnapshotPin(typename Snapshot<T>::Hold* hold) : hold_(hold) {}

  typename Snapshot<T>::Hold* hold_ = nullptr;
};

template <typename T>
SnapshotPin<T> Snapshot<T>::Pin() const {
  thread_local ThreadCache cache;
  Hold*& cached = cache.holds[identity_ % ThreadCache::kEntries];
  Hold* hold = cached;
  if (hold == nullptr || hold->identity != identity_ ||
      hold->version != version_.load(std::memory_order_acquire)) {
    hold = Refresh(cached);
  }
  hold->pins.fetch_add(1, std::memory_order_relaxed);
  return SnapshotPin<T>(hold);
}

}  // namespace meshroute

#endif  // MESHROUTE_BASE_SNAPSHOT_H_

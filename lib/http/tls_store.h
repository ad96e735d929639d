// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_HTTP_TLS_STORE_H_
#define MESHROUTE_LIB_HTTP_TLS_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/http/io_limits.h"
#include "lib/http/tls_context.h"
#include "meshroute/base/clock.h"
#include "meshroute/base/mutex.h"
#include "meshroute/call/credential_provider.h"
#include "meshroute/config/mesh_options.h"
#include "meshroute/telemetry/observer.h"

namespace meshroute {

// The TLS contexts of one client, one for all destinations of the same settings. Each is
// built by the first call that needs it, in that call's thread, while others wait; from
// then on RunDue looks once a second whether its files or credential have changed, and
// builds a new one then. What cannot be used changes nothing: the context before goes on,
// and the observer is told. Thread-safe.
class TlsStore {
 public:
  // What a store takes from outside; outlives it.
  struct Environment {
    const Clock* clock = nullptr;
    Observer* observer = nullptr;               // May be null.
    CredentialProvider* credentials = nullptr;  // May be null.
    const MeshOptions* mesh = nullptr;
  };

  explicit TlsStore(const Environment& environment) : environment_(environment) {}
  TlsStore(const TlsStore&) = delete;
  TlsStore& operator=(const TlsStore&) = delete;

  // The context of `settings`, whose KeyOf is `key`, or what it lacks. What failed is tried
  // again a second later at the earliest. Where a call's time was all that was too short, RunDue
  // builds next, with ten seconds, and is due at once; calls that have less wait for it, as for
  // another call that is building. `limits` bound that wait (DeadlineExceeded, Cancelled); of the
  // building itself the provider knows the deadline.
  absl::StatusOr<std::shared_ptr<TlsContext>> Find(const ClientTlsSettings& settings,
                                                   const std::string& key, const IoLimits& limits);

  // Looks for changes if that is due; returns when the next look is. Forgets what no call
  // has needed for ten minutes, and retires it: nobody would see its files change.
  TimePoint RunDue(TimePoint now);

  // Names what the context depends on. Whom a connection asks for and accepts is not of
  // it: destinations that differ in `sni` or `subjectAltNames` share one.
  static std::string KeyOf(const ClientTlsSettings& settings);

 private:
  struct Entry;
  struct Build;  // What came of building a context.

  // How much a builder has: as much as timed work, or less.
  enum class Time : uint8_t { kShort, kFull };

  Build BuildContext(const Entry& entry, TimePoint deadline) const;
  absl::StatusOr<std::shared_ptr<TlsContext>> Renew(Entry& entry, TimePoint deadline, Time time);
  absl::Status AwaitBuild(const Entry& entry, const IoLimits& limits)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static absl::Status OutOfTime(const Entry& entry);
  void Report(const Entry& entry, const absl::Status& status) const;

  const Environment environment_;
  Mutex mutex_;
  ConditionVariable built_;
  TimePoint next_look_ ABSL_GUARDED_BY(mutex_){};
  std::map<std::string, std::shared_ptr<Entry>> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_HTTP_TLS_STORE_H_

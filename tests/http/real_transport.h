// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_HTTP_REAL_TRANSPORT_H_
#define MESHROUTE_TESTS_HTTP_REAL_TRANSPORT_H_

#include <cstddef>

#include "lib/http/pooled_transport.h"
#include "lib/http/tls_store.h"
#include "meshroute/base/clock.h"
#include "meshroute/config/mesh_options.h"

namespace meshroute {

// A PooledTransport on the real clock with all that it needs.
class RealTransport {
 public:
  explicit RealTransport(size_t maximum_response_bytes)
      : transport_({.clock = SteadyClock(),
                    .maximum_response_bytes = maximum_response_bytes,
                    .tls = tls_,
                    .mesh = mesh_}) {}

  PooledTransport* operator->() { return &transport_; }

 private:
  const MeshOptions mesh_;
  TlsStore tls_{
      {.clock = &SteadyClock(), .observer = nullptr, .credentials = nullptr, .mesh = &mesh_}};
  PooledTransport transport_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_HTTP_REAL_TRANSPORT_H_

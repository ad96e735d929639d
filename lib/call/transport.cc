// SPDX-License-Identifier: Apache-2.0
#include "meshroute/call/transport.h"

namespace meshroute {

// A transport that cannot mirror drops the copy, which gives its lease back.
void Transport::SendMirror(MirrorSend, const RequestHead&, std::string_view) {}
void AsyncTransport::SendMirror(MirrorSend, const RequestHead&, std::string_view) {}

}  // namespace meshroute

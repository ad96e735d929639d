// SPDX-License-Identifier: Apache-2.0
#include "meshroute/routing/route.h"

#include <utility>

#include "lib/routing/local_answer.h"
#include "lib/routing/route_actions.h"

namespace meshroute {

void Route::EditRequest(size_t position, RequestHead& head) const {
  actions_->request_headers.Apply(position, head.headers);
  const std::string& authority = actions_->AuthorityFor(position);
  if (!authority.empty()) {
    SetHeader(head.headers, "x-envoy-original-host", head.authority);
    head.authority = authority;
  }
  if (!actions_->path_rewrite.empty()) {
    std::string path = actions_->path_rewrite.Apply(head.path, matched_length_);
    SetHeader(head.headers, "x-envoy-original-path", head.path);
    head.path = std::move(path);
  }
}

void Route::EditResponse(size_t position, Headers& headers) const {
  actions_->response_headers.Apply(position, headers);
}

LocalReply Route::MakeLocalReply(const RequestView& request, uint32_t port) const {
  LocalReply reply;
  if (actions_->redirect) {
    reply = AnswerOf(*actions_->redirect, request, matched_length_, port);
  } else if (actions_->direct_response) {
    reply = AnswerOf(*actions_->direct_response, request);
  }
  EditResponse(0, reply.headers);
  return reply;
}

HashKey Route::Hash(const RequestView& request, RandomSource& random) const {
  return actions_->hash.Hash(request, random);
}

}  // namespace meshroute

// SPDX-License-Identifier: Apache-2.0
#include "meshroute/routing/route.h"

#include <utility>

#include "lib/routing/local_answer.h"
#include "lib/routing/route_actions.h"

namespace meshroute {

void Route::EditRequest(size_t position, RequestHead& head, const EditContext& context) const {
  actions_->request_headers.Apply(position, head, {.route_name = name, .context = context});
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

void Route::EditResponse(size_t position, Headers& headers, const EditContext& context) const {
  EditSources sources{.route_name = name, .context = context};
  if (context.request != nullptr) sources.request = *context.request;
  actions_->response_headers.Apply(position, headers, sources);
}

std::vector<std::string> Route::DescribeResponseEdits(size_t position) const {
  return actions_->response_headers.Describe(position);
}

LocalReply Route::MakeLocalReply(const RequestView& request, uint32_t port,
                                 const EditContext& context) const {
  LocalReply reply;
  if (actions_->redirect) {
    reply = AnswerOf(*actions_->redirect, request, matched_length_, port);
  } else if (actions_->direct_response) {
    reply = AnswerOf(*actions_->direct_response, request);
  }
  EditContext of_reply = context;
  of_reply.request = &request;
  of_reply.response_code = reply.status;
  EditResponse(0, reply.headers, of_reply);
  return reply;
}

std::optional<LocalReply> Route::AnswerPreflight(const RequestView& request) const {
  if (!actions_->cors) return std::nullopt;
  return actions_->cors->AnswerPreflight(request);
}

void Route::AddCorsHeaders(const RequestView& request, Headers& headers) const {
  if (actions_->cors) actions_->cors->Edit(request, headers);
}

HashKey Route::Hash(const RequestView& request, RandomSource& random,
                    std::string_view source_address) const {
  return actions_->hash.Hash(request, random, source_address);
}

}  // namespace meshroute

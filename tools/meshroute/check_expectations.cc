// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/check_expectations.h"

#include <optional>
#include <utility>

#include "meshroute/config/duration.h"
#include "meshroute/config/http_actions.h"
#include "meshroute/routing/policies.h"

namespace meshroute::tool {
namespace {

bool IsEmptyText(const DocumentNode& node) {
  return node.kind() == DocumentNode::Kind::kString && node.string().empty();
}

std::string SnakeCase(std::string_view key) {
  std::string lower;
  for (const char c : key) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper) lower += '_';
    lower += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

}  // namespace

void ExpectationReader::Expect(const Member& member, std::string_view field, std::string value) {
  const TextPosition place = member.key_position;
  expectations_.push_back(
      {SnakeCase(field), std::move(value), {std::string(file_), place.line, place.column}});
}

void ExpectationReader::Text(const Member& member, std::string_view field) {
  std::string value;
  reader_.Text(member, value);
  Expect(member, field, std::move(value));
}

void ExpectationReader::Status(const Member& member, std::string_view field) {
  if (IsEmptyText(member.value)) return Expect(member, field, "");
  std::optional<int64_t> status;
  reader_.Integer(member, status);
  if (!status.has_value()) return;
  if (*status != 0 && (*status < 100 || *status > 599)) {
    return reader_.Complain("must be an HTTP status, or 0 for none");
  }
  Expect(member, field, *status == 0 ? "" : std::to_string(*status));
}

void ExpectationReader::Count(const Member& member, std::string_view field) {
  std::optional<int64_t> count;
  reader_.Integer(member, count);
  if (count.has_value()) Expect(member, field, std::to_string(*count));
}

void ExpectationReader::Duration(const Member& member, std::string_view field) {
  if (IsEmptyText(member.value)) return Expect(member, field, "");
  std::string text;
  reader_.Text(member, text);
  if (text.empty()) return;
  const std::optional<meshroute::Duration> duration = ParseDuration(text);
  if (!duration.has_value()) return reader_.Complain("must be a duration such as 1.5s or 300ms");
  const bool none = *duration == meshroute::Duration::zero();
  Expect(member, field, none ? "" : FormatDuration(*duration));
}

void ExpectationReader::Names(const Member& member, std::string_view field) {
  if (IsEmptyText(member.value)) return Expect(member, field, "");
  std::vector<std::string> names;
  reader_.List(member.value, [&](const DocumentNode& element) {
    if (element.kind() != DocumentNode::Kind::kString) return reader_.Complain("must be a text");
    names.push_back(element.string());
  });
  Expect(member, field, JoinSorted(std::move(names)));
}

void ExpectationReader::Weights(const Member& member) {
  if (IsEmptyText(member.value)) return Expect(member, "meshroute.weights", "");
  if (!member.value.is_map()) return reader_.Complain("must be a map of clusters to weights");
  std::vector<std::string> shares;
  for (const Member& share : member.value.members()) {
    const ConfigErrors::Scope scope(reader_.errors(), share.key);
    uint64_t weight = 0;
    reader_.Unsigned(share, weight);
    shares.push_back(share.key + "=" + std::to_string(weight));
  }
  Expect(member, "meshroute.weights", JoinSorted(std::move(shares)));
}

void ExpectationReader::RetryOn(const Member& member) {
  HttpRetry retry;
  retry.attempts = 1;
  reader_.Text(member, retry.retry_on);
  if (retry.retry_on.empty()) return Expect(member, "meshroute.retries.retry_on", "");
  const RetryPolicy policy = RetryPolicy::Compile(retry, RetryPolicy::Hashing::kNone);
  Expect(member, "meshroute.retries.retry_on", policy.RetryOn());
}

void ExpectationReader::Retries(const Member& member) {
  if (IsEmptyText(member.value)) return Expect(member, "meshroute.retries.attempts", "0");
  reader_.Map(member.value,
              {{"attempts", [&](const Member& m) { Count(m, "meshroute.retries.attempts"); }},
               {"per_try_timeout",
                [&](const Member& m) { Duration(m, "meshroute.retries.per_try_timeout"); }},
               {"retry_on", [&](const Member& m) { RetryOn(m); }}});
}

void ExpectationReader::Abort(const Member& member) {
  // An HTTP status, or "grpc 14".
  if (member.value.kind() == DocumentNode::Kind::kString) {
    return Text(member, "meshroute.fault.abort");
  }
  Status(member, "meshroute.fault.abort");
}

void ExpectationReader::Fault(const Member& member) {
  const bool none =
      IsEmptyText(member.value) || (member.value.is_map() && member.value.members().empty());
  if (none) {
    Expect(member, "meshroute.fault.delay", "");
    return Expect(member, "meshroute.fault.abort", "");
  }
  reader_.Map(member.value,
              {{"delay", [&](const Member& m) { Duration(m, "meshroute.fault.delay"); }},
               {"abort", [&](const Member& m) { Abort(m); }}});
}

void ExpectationReader::DirectResponse(const Member& member) {
  if (!member.value.is_map()) return Status(member, "meshroute.direct_response.status");
  reader_.Map(member.value,
              {{"status", [&](const Member& m) { Status(m, "meshroute.direct_response.status"); }},
               {"body", [&](const Member& m) { Text(m, "meshroute.direct_response.body"); }}});
}

void ExpectationReader::ReadOurs(const DocumentNode& node) {
  const auto text = [this](std::string_view field) {
    return [this, field](const Member& m) { Text(m, field); };
  };
  const auto names = [this](std::string_view field) {
    return [this, field](const Member& m) { Names(m, field); };
  };
  reader_.Map(node, {{"subset", text("meshroute.subset")},
                     {"rule", text("meshroute.rule")},
                     {"error", text("meshroute.error")},
                     {"timeout", [this](const Member& m) { Duration(m, "meshroute.timeout"); }},
                     {"retries", [this](const Member& m) { Retries(m); }},
                     {"mirrors", names("meshroute.mirrors")},
                     {"endpoints", names("meshroute.endpoints")},
                     {"fault", [this](const Member& m) { Fault(m); }},
                     {"weights", [this](const Member& m) { Weights(m); }},
                     {"direct_response", [this](const Member& m) { DirectResponse(m); }}});
}

}  // namespace meshroute::tool

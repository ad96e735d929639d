// SPDX-License-Identifier: Apache-2.0
#include "lib/routing/edited_value.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "absl/strings/str_cat.h"
#include "lib/routing/request_field.h"
#include "meshroute/message/grpc.h"

namespace meshroute {
namespace {

using Kind = HeaderValuePart::Kind;

constexpr std::string_view kDefaultTimeFormat = "%Y-%m-%dT%H:%M:%S.%3fZ";
constexpr size_t kNanosecondDigits = 9;

// The first value of `name`, or null.
std::string_view RequestValue(const RequestView& request, const std::string& name) {
  std::string_view found;
  RequestField(name).VisitValues(request, [&found](std::string_view value) {
    found = value.data() == nullptr ? std::string_view("") : value;
    return true;
  });
  return found;
}

std::string_view FirstOf(const HeaderValuePart& part, const EditSources& sources) {
  const auto value_of = [&](const std::string& name) {
    if (part.kind == Kind::kRequestHeader) return RequestValue(sources.request, name);
    return sources.response == nullptr ? std::string_view() : FindHeader(*sources.response, name);
  };
  const std::string_view first = value_of(part.text);
  return first.data() == nullptr && !part.alternative.empty() ? value_of(part.alternative) : first;
}

// gRPC runs on HTTP/2 alone; what else is sent, is sent by HTTP/1.1.
std::string_view ProtocolOf(const RequestView& request) {
  return IsGrpcRequest(request.headers) ? "HTTP/2" : "HTTP/1.1";
}

std::string Expanded(const HeaderValuePart& part, const EditSources& sources) {
  const EditContext& context = sources.context;
  switch (part.kind) {
    case Kind::kText:
      return part.text;
    case Kind::kRequestHeader:
    case Kind::kResponseHeader:
      return std::string(FirstOf(part, sources));
    case Kind::kProtocol:
      return std::string(ProtocolOf(sources.request));
    case Kind::kHostname:
      return std::string(context.hostname);
    case Kind::kStartTime:
      return FormatTime(context.start_time, part.text);
    case Kind::kRouteName:
      return std::string(sources.route_name);
    case Kind::kUpstreamCluster:
      return std::string(context.destination);
    case Kind::kUpstreamHost:
      return std::string(context.upstream_host);
    case Kind::kResponseCode:
      return context.response_code == 0 ? "" : absl::StrCat(context.response_code);
    case Kind::kResponseFlags:
      return context.response_flags.ToString();
  }
  return "";
}

// Takes "%f", or "%3f" with its number of digits, off the beginning of `format`; 0:
// it does not stand there.
size_t TakeFraction(std::string_view& format) {
  if (format.starts_with("%f")) {
    format.remove_prefix(2);
    return kNanosecondDigits;
  }
  if (format.size() < 3 || format[0] != '%' || format[2] != 'f') return 0;
  if (format[1] < '1' || format[1] > '9') return 0;
  const auto digits = static_cast<size_t>(format[1] - '0');
  format.remove_prefix(3);
  return digits;
}

// `moment` by one letter of strftime, which may be any.
std::string FormatByLetter(const std::tm& moment, char letter) {
  std::array<char, 128> buffer;
  // A conversion that is empty by right (%p in some places) must not look like one
  // that does not fit.
  const std::array<char, 4> format{'%', letter, '.', '\0'};
  const size_t length = std::strftime(buffer.data(), buffer.size(), format.data(), &moment);
  return length == 0 ? "" : std::string(buffer.data(), length - 1);
}

}  // namespace

EditedValue::EditedValue(std::string_view value, HeaderValueParts::Direction direction) {
  HeaderValueParts taken_apart = HeaderValueParts::Parse(value, direction);
  std::vector<HeaderValuePart>& parts = taken_apart.parts;
  const bool is_text = std::all_of(parts.begin(), parts.end(), [](const HeaderValuePart& part) {
    return part.kind == Kind::kText;
  });
  if (!is_text) {
    parts_ = std::move(parts);
    written_ = value;
  } else if (!parts.empty()) {
    text_ = std::move(parts.front().text);
  }
}

std::string EditedValue::Expand(const EditSources& sources) const {
  std::string value = text_;
  for (const HeaderValuePart& part : parts_) value += Expanded(part, sources);
  return value;
}

std::string FormatTime(WallTime moment, std::string_view format) {
  if (format.empty()) format = kDefaultTimeFormat;
  const auto second = std::chrono::floor<std::chrono::seconds>(moment);
  const std::time_t seconds = second.time_since_epoch().count();
  std::string nanoseconds = std::to_string((moment - second).count());
  nanoseconds.insert(0, kNanosecondDigits - nanoseconds.size(), '0');
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::string text;
  while (!format.empty()) {
    if (const size_t digits = TakeFraction(format); digits > 0) {
      text.append(nanoseconds, 0, digits);
    } else if (format.size() >= 2 && format[0] == '%') {
      text += format[1] == 's' ? std::to_string(seconds) : FormatByLetter(utc, format[1]);
      format.remove_prefix(2);
    } else {
      text += format.front();
      format.remove_prefix(1);
    }
  }
  return text;
}

}  // namespace meshroute

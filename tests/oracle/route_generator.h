// SPDX-License-Identifier: Apache-2.0
// Random rules and requests whose texts often meet.
#ifndef MESHROUTE_TESTS_ORACLE_ROUTE_GENERATOR_H_
#define MESHROUTE_TESTS_ORACLE_ROUTE_GENERATOR_H_

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/base/random_source.h"
#include "meshroute/config/http_route.h"
#include "meshroute/message/request_view.h"

namespace meshroute {

// Small alphabets, so that texts often meet.
class Generator {
 public:
  // `random` must outlive the generator.
  explicit Generator(RandomSource& random) : random_(random) {}

  bool Chance(uint64_t percent) { return random_.Below(100) < percent; }
  uint64_t Below(uint64_t bound) { return random_.Below(bound); }
  const char* OneOf(std::initializer_list<const char*> texts) {
    return *(texts.begin() + random_.Below(texts.size()));
  }

  // One of the texts "v0" to "v23": enough of them to be worth an index.
  std::string OneOfMany() { return "v" + std::to_string(Below(24)); }

  std::string Path() {
    if (Chance(2)) return "*";
    std::string path = "/";
    for (uint64_t pieces = Below(5); pieces > 0; --pieces) {
      path += OneOf({"a", "b", "A", "ab", "a.b", "/", "/", "x", "aB"});
    }
    return path;
  }

  std::string PathWithQuery() {
    std::string path = Path();
    if (Chance(30)) path += OneOf({"?", "?q=1", "?q=2&q=1", "?p", "?q", "?Q=1&q=", "?q=12#?q=1"});
    if (Chance(10)) path += OneOf({"#", "#a", "#?q=1"});
    return path;
  }

  std::string Regex() {
    std::string regex;
    for (uint64_t pieces = 1 + Below(4); pieces > 0; --pieces) {
      regex +=
          OneOf({"/", "/a", "/b", ".*", "[ab]", "(a|b)", "a+", "b?", "\\.", "x*", "/ab", "^/"});
    }
    return regex;
  }

  StringMatch Uri() {
    const uint64_t kind = Below(100);
    if (kind < 3) return StringMatch();
    if (kind < 35) return StringMatch::Exact(Path());
    if (kind < 75) return StringMatch::Prefix(Chance(5) ? OneOf({"", "a", "*"}) : Path());
    return StringMatch::Regex(Chance(5) ? ".*" : Regex());
  }

  StringMatch Value() {
    switch (Below(5)) {
      case 0:
        return StringMatch();
      case 1:
        return StringMatch::Exact(OneOf({"", "1", "12", "2"}));
      case 2:
        return StringMatch::Prefix(OneOf({"1", "12"}));
      default:
        return StringMatch::Regex(OneOf({"1", "1.", "[12]*", ".*", "1?", "(1|2)2"}));
    }
  }

  HttpMatchRequest Block() {
    HttpMatchRequest block;
    if (Chance(85)) block.uri = Uri();
    block.ignore_uri_case = Chance(20);
    if (Chance(10)) block.method = StringMatch::Exact(OneOf({"GET", "POST", "get"}));
    if (Chance(5)) block.method = StringMatch();
    if (Chance(5)) block.scheme = StringMatch::Exact(OneOf({"http", "https"}));
    if (Chance(5)) block.authority = StringMatch::Prefix(OneOf({"k", "K", "k:", "a"}));
    if (Chance(20)) block.headers[OneOf({"h", "H2", "host"})] = Value();
    if (Chance(10)) block.headers[OneOf({"h", "i"})] = Value();
    if (Chance(15)) block.without_headers[OneOf({"h", "H2", "i"})] = Value();
    if (Chance(10)) block.query_params[OneOf({"q", "p", "Q"})] = Value();
    return block;
  }

  // A block of few paths that mostly asks for one of many exact values.
  HttpMatchRequest KeyedBlock() {
    HttpMatchRequest block;
    if (Chance(70)) block.uri = StringMatch::Exact(OneOf({"/a", "/b"}));
    if (Chance(20)) block.uri = StringMatch::Regex(OneOf({"/a.*", "/[ab]"}));
    if (Chance(15)) block.uri = StringMatch::Prefix(OneOf({"/", "/A"}));
    block.ignore_uri_case = Chance(15);
    if (Chance(75)) block.headers[OneOf({"h", "H2"})] = StringMatch::Exact(OneOfMany());
    if (Chance(10)) block.authority = StringMatch::Exact(OneOfMany() + ".k");
    if (Chance(30)) block.headers[OneOf({"H", "i"})] = StringMatch::Exact(OneOfMany());
    if (Chance(40)) block.query_params[OneOf({"q", "p"})] = StringMatch::Exact(OneOfMany());
    if (Chance(15)) block.without_headers[OneOf({"h", "i"})] = StringMatch::Exact(OneOfMany());
    if (Chance(5)) block.headers["h"] = StringMatch::Prefix("v1");
    if (Chance(20)) block.method = StringMatch::Exact(OneOf({"GET", "POST"}));
    return block;
  }

  // `sides`: whether blocks also ask for ports, sources and gateways.
  enum class Sides { kNone, kSome };

  HttpRoute Rule(const std::string& name, Sides sides) {
    HttpRoute rule;
    rule.name = name;
    for (uint64_t blocks = Below(4); blocks > 0 || (rule.match.empty() && !Chance(10)); --blocks) {
      HttpMatchRequest block = Block();
      block.name = "b" + std::to_string(rule.match.size());
      if (sides == Sides::kSome) AddSides(block);
      rule.match.push_back(std::move(block));
      if (blocks == 0) break;
    }
    for (uint64_t shares = 1 + Below(2); shares > 0; --shares) {
      HttpRouteDestination share;
      share.destination.emplace();
      share.destination->host = OneOf({"a", "b", "k.other.svc.cluster.local", "api.example.com"});
      if (Chance(20)) share.destination->port = PortSelector{81};
      share.weight = static_cast<int32_t>(shares == 1 ? 1 : Below(2));
      rule.route.push_back(std::move(share));
    }
    return rule;
  }

  void AddSides(HttpMatchRequest& block) {
    if (Chance(25)) block.port = static_cast<uint32_t>(80 + Below(3));
    if (Chance(10)) block.source_labels["app"] = OneOf({"web", "other"});
    if (Chance(10)) block.source_namespace = OneOf({"default", "other"});
    if (Chance(10)) block.gateways = {OneOf({"mesh", "ns/edge"})};
  }

  std::vector<HeaderView> Headers() {
    static constexpr const char* kNames[] = {"h", "H", "h2", "i", "host", "j"};
    static constexpr const char* kValues[] = {"", "1", "12", "2", "22", "1,2"};
    std::vector<HeaderView> headers;
    for (uint64_t lines = Below(4); lines > 0; --lines) {
      headers.push_back({kNames[Below(std::size(kNames) - 2)], kValues[Below(std::size(kValues))]});
    }
    return headers;
  }

 private:
  RandomSource& random_;
};

// One request with memory of its own.
struct Asked {
  Asked(Generator& generator, std::string of_authority)
      : Asked(generator, std::move(of_authority), generator.PathWithQuery()) {}
  Asked(Generator& generator, std::string of_authority, std::string of_path)
      : path(std::move(of_path)), authority(std::move(of_authority)), headers(generator.Headers()) {
    view.method = generator.Chance(70) ? "GET" : "POST";
    view.scheme = generator.Chance(80) ? "http" : "https";
    view.authority = authority;
    view.path = path;
    view.headers = headers;
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  // Adds lines with some of OneOfMany's values.
  void AddKeys(Generator& generator) {
    for (uint64_t lines = generator.Below(4); lines > 0; --lines) {
      values.push_back(std::make_unique<std::string>(generator.OneOfMany()));
      headers.push_back({generator.OneOf({"h", "H", "h2", "i"}), *values.back()});
    }
    view.headers = headers;
  }

  std::string path;
  std::string authority;
  std::vector<std::unique_ptr<std::string>> values;
  std::vector<HeaderView> headers;
  RequestView view;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_ORACLE_ROUTE_GENERATOR_H_

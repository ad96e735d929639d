// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_LIB_ROUTING_REGEX_H_
#define MESHROUTE_LIB_ROUTING_REGEX_H_

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace meshroute {

// An RE2 expression as the sidecar uses it: linear in the text, '.' does not
// match a newline. An expression that does not compile (Validate refuses those)
// never matches. Immutable; move-only.
class Regex {
 public:
  explicit Regex(const std::string& pattern);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  const std::string& pattern() const;

  // Whether the whole of `text` matches.
  bool FullMatch(std::string_view text) const;

  // `text` with every occurrence replaced; `rewrite` may refer to captures as
  // \0..\9.
  std::string ReplaceAll(std::string_view text, const std::string& rewrite) const;

  // Bytes that every text that matches in full begins with; often empty. Short
  // of the longest such text where finding it would take a parser.
  static std::string LiteralPrefix(std::string_view pattern);

 private:
  std::unique_ptr<const re2::RE2> regex_;
};

}  // namespace meshroute

#endif  // MESHROUTE_LIB_ROUTING_REGEX_H_

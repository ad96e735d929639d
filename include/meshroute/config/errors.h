// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_CONFIG_ERRORS_H_
#define MESHROUTE_CONFIG_ERRORS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "meshroute/config/metadata.h"
#include "meshroute/config/problem_codes.h"

namespace meshroute {

class DocumentNode;     // document.h
class ResourceSources;  // validated_config.h
class SourceOutline;

// A place in a text. Lines and columns count from 1; 0: not known.
struct SourcePosition {
  std::string file;
  size_t line = 0;
  size_t column = 0;

  bool operator==(const SourcePosition&) const = default;
};

// One thing that is wrong, or doubtful, with one field of one resource.
struct ConfigProblem {
  using Severity = meshroute::Severity;

  Severity severity = Severity::kError;
  SourcePosition position;
  std::string resource;    // "VirtualService prod/reviews"; empty: the text itself.
  std::string path;        // "spec.http[0].route[1].weight"; empty: the whole.
  std::string message;     // "must be 0 or more, got -5"
  std::string code;        // "MR0007", as in ListProblemCodes().
  std::string istio_code;  // "IST0106" where istioctl has one, else empty.
  std::string hint;        // What to do, where more is to be said; may be empty.

  // "reviews.yaml:12:7: VirtualService prod/reviews: spec.http[0].route[1].weight:
  // must be 0 or more, got -5", with what is not known left out. What is more
  // than a plain schema error ends in its code, Istio's where there is one of
  // its own: "... is never used: rule #0 before has no matches [IST0130]".
  std::string ToString() const;

  bool operator==(const ConfigProblem&) const = default;
};

// A problem of this kind, with its severity and codes, still without a place.
ConfigProblem MakeProblem(ProblemCode code, std::string message);

// Collects every problem of a load, each under its field's path. The path is
// kept by scopes that follow the code down the tree:
//
//   const ConfigErrors::Scope destination(errors, "route", i);
//   const ConfigErrors::Scope field(errors, "weight");
//   errors.Add("must be 0 or more, got -5");
//
// Keeps at most kMaximumProblems, the more severe first, and counts the rest.
// In a path control characters are replaced and long names cut, so that a
// hostile text can neither forge lines nor fill the memory. Thread-compatible.
class ConfigErrors {
 public:
  static constexpr size_t kMaximumProblems = 1000;

  // Extends the path by a field, or by an element of a list, for its lifetime.
  class Scope {
   public:
    Scope(ConfigErrors& errors, std::string_view field);
    Scope(ConfigErrors& errors, std::string_view field, size_t index);
    Scope(ConfigErrors& errors, size_t index);  // "[2]", of the list that the path leads to.
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    ConfigErrors& errors_;
    const size_t length_before_;
  };

  // Names the resource that the scopes inside belong to. Positions are looked up
  // by path in `root`, the text's tree, or in what `sources` have of the object;
  // either may be null and must outlive the scope. Not nested, and not opened
  // inside a Scope.
  class ResourceScope {
   public:
    ResourceScope(ConfigErrors& errors, std::string resource, const DocumentNode* root,
                  std::string_view file);
    ResourceScope(ConfigErrors& errors, std::string_view kind, const Metadata& metadata,
                  const ResourceSources* sources);
    ~ResourceScope();
    ResourceScope(const ResourceScope&) = delete;
    ResourceScope& operator=(const ResourceScope&) = delete;

   private:
    ConfigErrors& errors_;
  };

  // A problem of the field that the scopes lead to, as severe as `code` is.
  void Report(ProblemCode code, std::string_view message, std::string_view hint = {});

  // A value that breaks a rule: Report(kInvalidValue, message).
  void Add(std::string_view message);

  // One that comes with a place of its own (a text that cannot be read).
  void AddProblem(ConfigProblem problem);

  bool ok() const { return error_count_ == 0; }
  size_t error_count() const { return error_count_; }  // Those not kept included.
  const std::vector<ConfigProblem>& problems() const { return problems_; }

  // OK, or InvalidArgument whose message has a line per error.
  absl::Status ToStatus() const;

 private:
  friend class Scope;
  friend class ResourceScope;

  std::string path_;
  std::string resource_;
  std::string file_;
  const DocumentNode* root_ = nullptr;
  const SourceOutline* outline_ = nullptr;        // Becomes root_ with the first problem.
  std::shared_ptr<const DocumentNode> expanded_;  // That root_.
  size_t error_count_ = 0;
  size_t dropped_ = 0;
  std::vector<ConfigProblem> problems_;
};

}  // namespace meshroute

#endif  // MESHROUTE_CONFIG_ERRORS_H_

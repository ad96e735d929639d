// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/check_file.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "meshroute/config/document.h"
#include "meshroute/config/json.h"
#include "meshroute/config/yaml.h"
#include "meshroute/message/request_view.h"
#include "tools/meshroute/check_expectations.h"
#include "tools/meshroute/header_check_reader.h"
#include "tools/meshroute/map_reader.h"

namespace meshroute::tool {
namespace {

using Member = DocumentNode::Member;

constexpr size_t kShortestMethod = 3;

class Reader {
 public:
  Reader(std::string_view file, ConfigErrors& errors, CheckFile& result)
      : file_(file), reader_(errors), result_(result) {}

  void ReadRoot(const DocumentNode& root) {
    if (root.Find("apiVersion") != nullptr && root.Find("kind") != nullptr) {
      return reader_.Complain("is a Kubernetes resource; expected tests, as in {tests: [...]}");
    }
    bool has_tests = false;
    reader_.Map(root, {{"tests",
                        [&](const Member& member) {
                          has_tests = true;
                          reader_.List(member.value, [&](const auto& node) { ReadTest(node); });
                        }},
                       {"runtime", [&](const Member& member) {
                          Note(member, "is not looked at: Istio's rules have no runtime keys");
                        }}});
    if (has_tests && result_.tests.empty() && reader_.errors().ok()) has_tests = false;
    if (!has_tests && reader_.errors().ok()) reader_.Complain("tests: must have at least one test");
  }

 private:
  SourcePosition PlaceOf(TextPosition position) const {
    return {std::string(file_), position.line, position.column};
  }

  void Note(const Member& member, std::string_view message) {
    ConfigProblem note;
    note.severity = ConfigProblem::Severity::kInfo;
    note.position = PlaceOf(member.key_position);
    note.message = member.key + ": " + std::string(message);
    result_.notes.push_back(std::move(note));
  }

  void ReadTest(const DocumentNode& node) {
    CheckTest test;
    test.position = PlaceOf(node.position());
    bool has_validate = false;
    reader_.Map(node, {{"test_name", [&](const Member& m) { reader_.Text(m, test.name); }},
                       {"input", [&](const Member& m) { ReadInput(m.value, test.input); }},
                       {"validate", [&](const Member& m) {
                          has_validate = true;
                          ReadValidate(m.value, test);
                        }}});
    if (!node.is_map()) return;
    Require("test_name", test.name);
    RequireInput(test.input);
    if (!has_validate || IsEmpty(test)) {
      const ConfigErrors::Scope scope(reader_.errors(), "validate");
      reader_.Complain("must ask for at least one thing");
    }
    result_.tests.push_back(std::move(test));
  }

  static bool IsEmpty(const CheckTest& test) {
    return test.expectations.empty() && test.request_headers.empty() &&
           test.response_headers.empty();
  }

  void Require(std::string_view field, std::string_view value) {
    if (!value.empty()) return;
    const ConfigErrors::Scope scope(reader_.errors(), field);
    reader_.Complain("is required");
  }

  void RequireInput(const CheckInput& input) {
    const ConfigErrors::Scope scope(reader_.errors(), "input");
    Require("authority", input.authority);
    Require("path", input.path);
    if (!input.path.empty() && input.path[0] != '/') {
      const ConfigErrors::Scope path(reader_.errors(), "path");
      reader_.Complain("must begin with '/'");
    }
    if (input.method.size() < kShortestMethod) {
      const ConfigErrors::Scope method(reader_.errors(), "method");
      reader_.Complain("is required, with at least 3 characters");
    }
  }

  void ReadInput(const DocumentNode& node, CheckInput& input) {
    input.scheme = "http";
    uint64_t port = 0;
    reader_.Map(
        node,
        {{"authority", [&](const Member& m) { reader_.Text(m, input.authority); }},
         {"path", [&](const Member& m) { reader_.Text(m, input.path); }},
         {"method", [&](const Member& m) { reader_.Text(m, input.method); }},
         {"random_value", [&](const Member& m) { reader_.Unsigned(m, input.random_value); }},
         {"ssl", [&](const Member& m) { reader_.Truth(m, [&] { input.scheme = "https"; }); }},
         {"internal",
          [&](const Member& m) {
            reader_.Truth(m, [&] { input.headers.push_back({"x-envoy-internal", "true"}); });
          }},
         {"runtime",
          [&](const Member& m) {
            Note(m, "is not looked at: Istio's rules have no runtime keys");
          }},
         {"dynamic_metadata",
          [&](const Member& m) { Note(m, "is not looked at: Istio's rules do not match on it"); }},
         {"additional_request_headers",
          [&](const Member& m) { ReadHeaders(m.value, input.headers); }},
         {"additional_response_headers",
          [&](const Member& m) { ReadHeaders(m.value, input.response_headers); }},
         {"meshroute", [&](const Member& m) { ReadOurInput(m.value, input, port); }}});
    AddPort(port, input);
    // Which a server in front would have set.
    input.headers.push_back({"x-forwarded-proto", input.scheme});
  }

  void ReadOurInput(const DocumentNode& node, CheckInput& input, uint64_t& port) {
    reader_.Map(node, {{"source_namespace",
                        [&](const Member& m) { reader_.Text(m, input.source_namespace); }},
                       {"source_labels",
                        [&](const Member& m) {
                          if (!m.value.is_map()) return reader_.Complain("must be a map");
                          for (const Member& label : m.value.members()) {
                            const ConfigErrors::Scope scope(reader_.errors(), label.key);
                            reader_.Text(label, input.source_labels[label.key]);
                          }
                        }},
                       {"scheme",
                        [&](const Member& m) {
                          reader_.Text(m, input.scheme);
                          if (input.scheme != "http" && input.scheme != "https") {
                            reader_.Complain("must be http or https");
                          }
                        }},
                       {"port", [&](const Member& m) {
                          reader_.Unsigned(m, port);
                          if (port < 1 || port > 65535)
                            reader_.Complain("must be a port from 1 to 65535");
                        }}});
  }

  // The port that is addressed is the one that the authority names.
  void AddPort(uint64_t port, CheckInput& input) {
    if (port < 1 || port > 65535) return;
    const uint16_t named = SplitAuthority(input.authority).port;
    if (named == 0) {
      input.authority += ":" + std::to_string(port);
    } else if (named != port) {
      const ConfigErrors::Scope scope(reader_.errors(), "meshroute");
      const ConfigErrors::Scope field(reader_.errors(), "port");
      reader_.Complain("is not the port of the authority " + input.authority);
    }
  }

  void ReadHeaders(const DocumentNode& node, Headers& headers) {
    reader_.List(node, [&](const DocumentNode& element) {
      Header header;
      const auto key = [&](const Member& m) { reader_.Text(m, header.name); };
      const auto value = [&](const Member& m) { reader_.Text(m, header.value); };
      reader_.Map(element, {{"key", key}, {"value", value}});
      if (element.is_map() && header.name.empty()) Require("key", "");
      headers.push_back(std::move(header));
    });
  }

  void ReadValidate(const DocumentNode& node, CheckTest& test) {
    ExpectationReader expectations(file_, reader_, test.expectations);
    const auto text = [&](const Member& m) { expectations.Text(m, m.key); };
    const auto old_headers = [&](std::vector<HeaderCheck>& checks) {
      return [&](const Member& m) {
        Note(m, "is deprecated; use the field that ends in _header_matches");
        ReadOldHeaderChecks(m.value, file_, reader_, checks);
      };
    };
    const auto headers = [&](std::vector<HeaderCheck>& checks) {
      return [&](const Member& m) { ReadHeaderChecks(m.value, file_, reader_, checks); };
    };
    reader_.Map(node, {{"cluster_name", text},
                       {"virtual_cluster_name", text},
                       {"virtual_host_name", text},
                       {"host_rewrite", text},
                       {"path_rewrite", text},
                       {"path_redirect", text},
                       {"code_redirect", [&](const Member& m) { expectations.Status(m, m.key); }},
                       {"request_header_matches", headers(test.request_headers)},
                       {"response_header_matches", headers(test.response_headers)},
                       {"request_header_fields", old_headers(test.request_headers)},
                       {"response_header_fields", old_headers(test.response_headers)},
                       {"meshroute", [&](const Member& m) { expectations.ReadOurs(m.value); }}});
  }

  const std::string_view file_;
  MapReader reader_;
  CheckFile& result_;
};

std::unique_ptr<DocumentNode> ReadTree(const SourceText& source, ConfigErrors& errors) {
  const LoadOptions options;
  if (std::string_view(source.name).ends_with(".json")) return ReadJson(source, options, errors);
  std::vector<std::unique_ptr<DocumentNode>> documents = ReadYaml(source, options, errors);
  if (!errors.ok()) return nullptr;
  std::erase_if(documents, [](const auto& document) { return document->is_null(); });
  if (documents.size() == 1) return std::move(documents[0]);
  ConfigProblem problem;
  problem.position.file = source.name;
  problem.message = documents.empty() ? "holds no tests" : "must be a single document";
  errors.AddProblem(std::move(problem));
  return nullptr;
}

}  // namespace

std::string JoinSorted(std::vector<std::string> items) {
  std::sort(items.begin(), items.end());
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

CheckFile ReadCheckFile(const SourceText& source, ConfigErrors& errors) {
  CheckFile result;
  const std::unique_ptr<DocumentNode> root = ReadTree(source, errors);
  if (root == nullptr) return result;
  const ConfigErrors::ResourceScope scope(errors, "", root.get(), source.name);
  Reader(source.name, errors, result).ReadRoot(*root);
  return result;
}

}  // namespace meshroute::tool

// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_CONFIG_ANALYZE_H_
#define MESHROUTE_TESTS_CONFIG_ANALYZE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "meshroute/config/analysis.h"
#include "tests/config/load.h"

namespace meshroute {

// An object in one YAML document; `metadata` is "name", or "namespace/name", in
// the namespace "ns" where none is given.
inline std::string Object(const std::string& kind, const std::string& metadata,
                          const std::string& spec) {
  const size_t slash = metadata.find('/');
  const std::string namespace_name = slash == std::string::npos ? "ns" : metadata.substr(0, slash);
  const std::string name = slash == std::string::npos ? metadata : metadata.substr(slash + 1);
  const std::string group = kind == "Rollout" ? "meshroute.io/v1alpha1" : "networking.istio.io/v1";
  return "---\napiVersion: " + group + "\nkind: " + kind + "\nmetadata: {name: " + name +
         ", namespace: " + namespace_name + "}\nspec: {" + spec + "}\n";
}

// A ServiceEntry named as its host, with HTTP ports and endpoints with labels.
inline std::string ServiceOf(const std::string& host, const std::string& ports = "80",
                             const std::vector<std::string>& labels = {},
                             const std::string& namespace_name = "ns") {
  std::string port_list;
  for (size_t start = 0; start < ports.size();) {
    const size_t end = std::min(ports.find(',', start), ports.size());
    const std::string number = ports.substr(start, end - start);
    port_list += "{number: " + number + ", name: p" + number + ", protocol: HTTP}, ";
    start = end + 1;
  }
  std::string endpoints;
  for (size_t i = 0; i < labels.size(); ++i) {
    endpoints += "{address: 10.0.0." + std::to_string(i + 1) + ", labels: {" + labels[i] + "}}, ";
  }
  std::string name = host;
  for (char& c : name) c = c == '*' ? 'x' : c;
  return Object("ServiceEntry", namespace_name + "/" + name,
                "hosts: ['" + host + "'], ports: [" + port_list +
                    "], resolution: STATIC, endpoints: [" + endpoints + "]");
}

// What Analyze finds in a config that is valid.
inline std::vector<ConfigProblem> ProblemsBetween(
    const std::string& yaml, const std::optional<ClientIdentity>& client = std::nullopt,
    const MeshOptions& mesh = {}) {
  Loaded loaded = Loaded::Yaml(yaml);
  const absl::StatusOr<ValidatedConfig> config = loaded.loader().Finish();
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? Analyze(*config, client, mesh) : std::vector<ConfigProblem>();
}

// Those of one code, as "name: path: message".
inline std::vector<std::string> Findings(ProblemCode code, const std::string& yaml,
                                         const std::optional<ClientIdentity>& client = std::nullopt,
                                         const MeshOptions& mesh = {}) {
  std::vector<std::string> texts;
  for (const ConfigProblem& problem : ProblemsBetween(yaml, client, mesh)) {
    if (problem.code != FactsOf(code).code) continue;
    EXPECT_GT(problem.position.line, 0U) << problem.ToString();
    texts.push_back(problem.resource.substr(problem.resource.find('/') + 1) + ": " + problem.path +
                    ": " + problem.message);
  }
  return texts;
}

// The hint of the only problem of one code.
inline std::string Hint(ProblemCode code, const std::string& yaml,
                        const std::optional<ClientIdentity>& client = std::nullopt) {
  std::string hint;
  for (const ConfigProblem& problem : ProblemsBetween(yaml, client)) {
    if (problem.code == FactsOf(code).code) hint = problem.hint;
  }
  return hint;
}

inline ClientIdentity ClientIn(const std::string& namespace_name, const Labels& labels = {}) {
  ClientIdentity client;
  client.namespace_name = namespace_name;
  client.labels = labels;
  return client;
}

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_CONFIG_ANALYZE_H_

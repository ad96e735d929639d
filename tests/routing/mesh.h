// SPDX-License-Identifier: Apache-2.0
// Short ways to compile a RouteTable from YAML in a test and to ask it.
#ifndef MESHROUTE_TESTS_ROUTING_MESH_H_
#define MESHROUTE_TESTS_ROUTING_MESH_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshroute/config/destination_rules.h"
#include "meshroute/config/loader.h"
#include "meshroute/config/services.h"
#include "meshroute/config/validated_config.h"
#include "meshroute/config/yaml.h"
#include "meshroute/routing/route_table.h"

namespace meshroute {

// One YAML document. `identity` is "namespace/name", `spec` block or flow style;
// `created` a creationTimestamp or empty.
inline std::string Object(std::string_view kind, std::string_view identity, std::string_view spec,
                          std::string_view created = {}) {
  const size_t slash = identity.find('/');
  std::string text = "---\napiVersion: networking.istio.io/v1\nkind: ";
  text.append(kind).append("\nmetadata:\n  namespace: ").append(identity.substr(0, slash));
  text.append("\n  name: ").append(identity.substr(slash + 1));
  if (!created.empty()) text.append("\n  creationTimestamp: \"").append(created).append("\"");
  text.append("\nspec:\n  ");
  for (const char c : spec) {
    text += c;
    if (c == '\n') text += "  ";
  }
  return text + "\n";
}

// A ServiceEntry with HTTP ports and no endpoints.
inline std::string ServiceOn(std::string_view host, const std::vector<uint32_t>& ports,
                             std::string_view namespace_name = "default") {
  std::string spec = "location: MESH_INTERNAL\nresolution: STATIC\nhosts: [\"";
  spec.append(host).append("\"]\nports:\n");
  for (const uint32_t port : ports) {
    const std::string number = std::to_string(port);
    spec += "- {number: " + number + ", name: http-" + number + ", protocol: HTTP}\n";
  }
  std::string name(host);
  if (name.starts_with("*.")) name.replace(0, 1, "any");
  return Object("ServiceEntry", std::string(namespace_name) + "/" + name, spec);
}

// Clients that differ from the default one in a single thing.
inline ClientIdentity ClientIn(std::string namespace_name) {
  ClientIdentity client;
  client.namespace_name = std::move(namespace_name);
  return client;
}
inline ClientIdentity ClientWith(Labels labels) {
  ClientIdentity client;
  client.labels = std::move(labels);
  return client;
}
inline ClientIdentity ClientAt(std::string locality) {
  ClientIdentity client;
  client.locality = std::move(locality);
  return client;
}

// A RouteTable with all that it is compiled from.
class Mesh {
 public:
  explicit Mesh(const std::string& yaml, ClientIdentity client = {}, MeshOptions options = {},
                std::vector<TrafficSplit> splits = {})
      : client_(std::move(client)),
        options_(std::move(options)),
        splits_(std::move(splits)),
        config_(Load(yaml)) {
    table_ =
        RouteTable::Compile({config_, client_, options_, services_, destination_rules_, splits_});
  }
  Mesh(const Mesh&) = delete;
  Mesh& operator=(const Mesh&) = delete;

  const RouteTable& table() const { return *table_; }
  RouteMatch Match(const RequestView& request) const { return table_->Match(request); }

  RouteMatch Get(std::string_view authority, std::string_view path = "/") const {
    RequestView request;
    request.authority = authority;
    request.path = path;
    return Match(request);
  }

  // Where the first destination of the rule for `request` is: "port|subset|host",
  // or "NR" where no rule matches, or "unknown host".
  std::string Destination(const RequestView& request) const { return NameOf(Match(request)); }
  std::string Destination(std::string_view authority, std::string_view path = "/") const {
    return NameOf(Get(authority, path));
  }

  // "port|subset|host" of a destination.
  std::string Name(uint32_t destination) const {
    const std::string name = table_->destinations()[destination].key.ToString();
    return name.substr(name.find('|') + 1);
  }

 private:
  static ValidatedConfig Load(const std::string& yaml) {
    ResourceLoader loader({});
    AddYaml({"test.yaml", yaml}, loader);
    absl::StatusOr<ValidatedConfig> config = loader.Finish();
    if (!config.ok()) {
      std::cerr << config.status() << "\n" << yaml << "\n";
      std::abort();
    }
    return *std::move(config);
  }

  std::string NameOf(const RouteMatch& match) const {
    if (!match.host_known) return "unknown host";
    if (match.route == nullptr) return "NR";
    return Name(match.route->destinations.front().destination);
  }

  const ClientIdentity client_;
  const MeshOptions options_;
  const std::vector<TrafficSplit> splits_;
  const ValidatedConfig config_;
  const Services services_{config_, client_, options_};
  const DestinationRules destination_rules_{config_, client_, options_};
  std::unique_ptr<const RouteTable> table_;
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_ROUTING_MESH_H_

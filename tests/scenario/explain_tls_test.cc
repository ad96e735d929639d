// SPDX-License-Identifier: Apache-2.0
// What Explain tells of TLS: whom a connection asks for and accepts, and why a destination
// is refused.
#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/scenario/scenario.h"

namespace meshroute {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Has no credential but "edge".
class OneCredential final : public CredentialProvider {
 public:
  absl::StatusOr<TlsCredential> Fetch(std::string_view name, TimePoint) override {
    if (name == "thrower") throw std::runtime_error("no vault");
    if (name != "edge") return absl::NotFoundError("no such secret");
    return TlsCredential();
  }
  uint64_t Version(std::string_view) override { return 1; }
};

class ExplainTlsScenario : public ScenarioTest {
 protected:
  // The lines about policies of the pool that a request for ratings goes to.
  std::vector<std::string> Policies(const std::string& tls, std::string_view scheme = "http") {
    std::string yaml(kServices);
    yaml +=
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r}\n"
        "spec: {host: ratings, trafficPolicy: {" +
        tls + "}}\n";
    ResourceLoader loader{LoadOptions{}};
    AddYaml({"tls.yaml", yaml}, loader);
    absl::StatusOr<ValidatedConfig> config = loader.Finish();
    EXPECT_TRUE(config.ok()) << config.status();
    RouterOptions options = router_.options();
    options.credentials = credentials_;
    Router router(options);
    router.Apply(*std::move(config));
    const Decision decision =
        router.Explain({.scheme = scheme, .authority = "ratings:9080", .path = "/"});
    return decision.pool.has_value() ? decision.pool->policies : std::vector<std::string>();
  }

  OneCredential provider_;
  CredentialProvider* credentials_ = nullptr;
};

TEST_F(ExplainTlsScenario, NamesTheServerAndWhatItsCertificateMustSay) {
  EXPECT_THAT(Policies("tls: {mode: SIMPLE}"),
              Contains("TLS SIMPLE: server name ratings; the server's certificate must be for "
                       "ratings"));
  EXPECT_THAT(Policies("tls: {mode: SIMPLE, subjectAltNames: [a, b]}"),
              Contains("TLS SIMPLE: server name ratings; the server's certificate must be for a "
                       "or b"));
  EXPECT_THAT(Policies("tls: {mode: SIMPLE, sni: s}"),
              Contains("TLS SIMPLE: server name s; whose certificate the server shows does not "
                       "matter (no subjectAltNames)"));
  EXPECT_THAT(Policies("tls: {mode: SIMPLE, insecureSkipVerify: true}"),
              Contains(HasSubstr("certificate is not checked (insecureSkipVerify)")));
  EXPECT_THAT(Policies("tls: {mode: MUTUAL, clientCertificate: c, privateKey: k}"),
              Contains(StartsWith("TLS MUTUAL: server name ratings; ")));
}

TEST_F(ExplainTlsScenario, SaysNothingOfPlainTextAndWhatAnHttpsUrlMeans) {
  EXPECT_THAT(Policies("tls: {mode: DISABLE}"), Each(Not(StartsWith("TLS"))));
  EXPECT_THAT(Policies("tls: {mode: DISABLE}", "https"),
              Contains("TLS as the URL asks for: HttpClientOptions::https says how"));
}

TEST_F(ExplainTlsScenario, SaysWhyADestinationIsRefused) {
  EXPECT_THAT(Policies("tls: {mode: ISTIO_MUTUAL}"),
              Contains("TLS ISTIO_MUTUAL: HttpClient answers 503 UF and sends nothing: the "
                       "workload's credential is missing: there is no CredentialProvider"));
  EXPECT_THAT(Policies("tls: {mode: SIMPLE, credentialName: edge}"),
              Contains(HasSubstr("credential edge is missing: there is no CredentialProvider")));
  credentials_ = &provider_;
  EXPECT_THAT(Policies("tls: {mode: SIMPLE, credentialName: edge}"),
              Contains(StartsWith("TLS SIMPLE: server name ratings")));
  EXPECT_THAT(Policies("tls: {mode: SIMPLE, credentialName: other}"),
              Contains(HasSubstr("sends nothing: credential other: no such secret")));
  EXPECT_THAT(Policies("tls: {mode: SIMPLE, credentialName: thrower}"),
              Contains(HasSubstr("sends nothing: credential thrower: the CredentialProvider has "
                                 "thrown an exception: no vault")));
  EXPECT_THAT(Policies("tls: {mode: ISTIO_MUTUAL}"),
              Contains(HasSubstr("sends nothing: the workload's credential: no such secret")));
}

}  // namespace
}  // namespace meshroute

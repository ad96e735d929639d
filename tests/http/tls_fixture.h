// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TESTS_HTTP_TLS_FIXTURE_H_
#define MESHROUTE_TESTS_HTTP_TLS_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "meshroute/config/yaml.h"
#include "meshroute/http/http_client.h"
#include "tests/http/certificates.h"
#include "tests/http/tls_peer.h"

namespace meshroute {

// Keeps what it is told of TLS.
class TlsObserver final : public Observer {
 public:
  struct Told {
    bool applied = false;
    std::string source;
    std::string message;
  };

  void OnTls(const TlsEvent& event) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    told_.push_back({event.applied, std::string(event.source), std::string(event.message)});
  }
  std::vector<Told> told() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return told_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Told> told_;
};

// A folder of a test's own for its certificates.
class CertificateFolder {
 public:
  CertificateFolder() {
    char path[] = "/tmp/meshroute-tls-XXXXXX";
    if (mkdtemp(path) == nullptr) std::abort();
    path_ = path;
  }
  ~CertificateFolder() {
    for (const std::string& name : names_) std::remove((path_ + "/" + name).c_str());
    rmdir(path_.c_str());
  }
  CertificateFolder(const CertificateFolder&) = delete;
  CertificateFolder& operator=(const CertificateFolder&) = delete;

  // Puts `text` in place of the file at once, as Kubernetes and certificate agents do.
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = path_ + "/" + name;
    const std::string fresh = path + ".new";
    std::ofstream(fresh) << text;
    if (std::rename(fresh.c_str(), path.c_str()) != 0) std::abort();
    names_.push_back(name);
    return path;
  }

 private:
  std::string path_;
  std::vector<std::string> names_;
};

// A client whose only destination is `reviews.example:9080`, with one endpoint and TLS.
class TlsTest : public ::testing::Test {
 protected:
  // The client's thread may look at what the test has given it until the client ends.
  void TearDown() override { client_.reset(); }

  static constexpr char kUrl[] = "http://reviews.example:9080/";

  // `policy`: what stands in the DestinationRule's trafficPolicy; `service`: further members
  // of the ServiceEntry.
  void Start(const std::string& address, const std::string& policy,
             const std::string& service = "") {
    client_.reset();
    router_ = std::make_unique<Router>(options_);
    const std::string port = address.substr(address.rfind(':') + 1);
    ResourceLoader loader({});
    AddYaml({"test.yaml", R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.example]
  resolution: STATIC
  ports: [{number: 9080, name: http, protocol: HTTP}]
  endpoints: [{address: 127.0.0.1, ports: {http: )" +
                              port + "}}]\n  " + service + R"(
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews.example
  trafficPolicy: {)" + policy +
                              R"(}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews.example]
  http:
  - retries: {attempts: 0}
    route: [{destination: {host: reviews.example}}]
)"},
            loader);
    absl::StatusOr<ValidatedConfig> config = loader.Finish();
    ASSERT_TRUE(config.ok()) << config.status().message();
    EXPECT_THAT(config->warnings(), ::testing::IsEmpty()) << "every field is obeyed";
    router_->Apply(*std::move(config));
    client_ = std::make_unique<HttpClient>(*router_, client_options_);
  }

  Response Get(const std::string& url = kUrl) {
    CallOptions options;
    options.deadline = SteadyClock().Now() + std::chrono::seconds(20);
    return client_->Get(url, options);
  }

  // Asserts that a call fails as UF and that the details tell `why`.
  void ExpectRefused(const std::string& why) {
    const Response response = Get();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.flags.ToString(), "UF");
    EXPECT_THAT(response.details, ::testing::HasSubstr(why));
    EXPECT_THAT(response.body, ::testing::HasSubstr(why));
  }

  CertificateFolder folder_;
  TestAuthority authority_;
  const std::string ca_ = folder_.Write("ca.pem", authority_.certificate());
  TlsObserver observer_;
  RouterOptions options_ = MakeOptions();
  HttpClientOptions client_options_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<HttpClient> client_;

 private:
  RouterOptions MakeOptions() {
    RouterOptions options;
    options.observer = &observer_;
    return options;
  }
};

}  // namespace meshroute

#endif  // MESHROUTE_TESTS_HTTP_TLS_FIXTURE_H_

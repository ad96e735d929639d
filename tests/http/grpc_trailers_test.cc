// SPDX-License-Identifier: Apache-2.0
// A gRPC status in the trailers of a chunked answer, from a real server to outlier detection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "meshroute/config/yaml.h"
#include "meshroute/http/http_client.h"
#include "tests/http/misbehaving_server.h"

namespace meshroute {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Keeps the outcomes of attempts, and who was ejected.
class TrailersObserver final : public Observer {
 public:
  void OnAttemptEnd(const AttemptEvent& event) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    trailers_.push_back(event.outcome.grpc_trailer_status);
    headers_.push_back(event.outcome.grpc_status);
  }
  void OnEjection(const EjectionEvent& event) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (event.change == EjectionEvent::Change::kEjected) ejected_.emplace_back(event.endpoint);
  }

  std::vector<int> trailers() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return trailers_;
  }
  std::vector<int> headers() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return headers_;
  }
  std::vector<std::string> ejected() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return ejected_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<int> trailers_;
  std::vector<int> headers_;
  std::vector<std::string> ejected_;
};

std::string WithTrailers(const std::string& trailers) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n"
         "Trailer: grpc-status\r\n\r\n5\r\nhello\r\n0\r\n" +
         trailers + "\r\n";
}

class GrpcTrailersTest : public testing::Test {
 protected:
  // The client's thread may tell the observer until it ends.
  void TearDown() override { client_.reset(); }

  // A destination with one endpoint, which two failures in a row eject.
  void Start(const std::string& response, const std::string& extension) {
    client_.reset();
    server_ = std::make_unique<MisbehavingServer>(MisbehavingServer::Answer(response));
    RouterOptions options;
    options.observer = &observer_;
    router_ = std::make_unique<Router>(options);
    const std::string& address = server_->address();
    ResourceLoader loader({});
    AddYaml({"test.yaml", R"(
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: reviews}
spec:
  hosts: [reviews.example]
  resolution: STATIC
  ports: [{number: 9080, name: grpc, protocol: GRPC}]
  endpoints: [{address: 127.0.0.1, ports: {grpc: )" +
                              address.substr(address.rfind(':') + 1) + R"(}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, annotations: {meshroute.io/outlier-detection: ')" +
                              extension + R"('}}
spec:
  host: reviews.example
  trafficPolicy: {outlierDetection: {consecutive5xxErrors: 2, maxEjectionPercent: 100}}
)"},
            loader);
    absl::StatusOr<ValidatedConfig> config = loader.Finish();
    ASSERT_TRUE(config.ok()) << config.status().message();
    router_->Apply(*std::move(config));
    client_ = std::make_unique<HttpClient>(*router_);
  }

  Response Post() {
    return client_->Post("http://reviews.example:9080/a.B/C", "x", "application/grpc");
  }

  TrailersObserver observer_;
  std::unique_ptr<MisbehavingServer> server_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(GrpcTrailersTest, AStatusThereEjectsWhereItIsAskedFor) {
  Start(WithTrailers("grpc-status: 14\r\ngrpc-message: gone\r\n"),
        R"({"countGrpcTrailers": true})");
  for (int i = 0; i < 2; ++i) {
    const Response response = Post();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello");
  }
  EXPECT_THAT(observer_.trailers(), ElementsAre(14, 14));
  EXPECT_THAT(observer_.headers(), ElementsAre(Outcome::kNoGrpcStatus, Outcome::kNoGrpcStatus));
  EXPECT_THAT(observer_.ejected(), ElementsAre(server_->address()));
  EXPECT_EQ(Post().flags.ToString(), "UH");
  EXPECT_EQ(server_->connections(), 1) << "trailers do not cost the connection";
}

TEST_F(GrpcTrailersTest, AStatusThereDoesNotEjectOtherwiseAsInEnvoy) {
  Start(WithTrailers("grpc-status: 14\r\n"), "{}");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Post().body, "hello");
  EXPECT_EQ(observer_.trailers(), std::vector<int>(5, 14));
  EXPECT_THAT(observer_.ejected(), IsEmpty());
}

TEST_F(GrpcTrailersTest, WhatIsNoFailureDoesNotEject) {
  for (const char* trailers : {"grpc-status: 0\r\n", "grpc-status: 5\r\n", "x: y\r\n", ""}) {
    Start(WithTrailers(trailers), R"({"countGrpcTrailers": true})");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(Post().body, "hello") << trailers;
    EXPECT_THAT(observer_.ejected(), IsEmpty()) << trailers;
  }
}

TEST_F(GrpcTrailersTest, AStatusThatCannotBeReadIsAFailure) {
  Start(WithTrailers("grpc-status: fine\r\n"), R"({"countGrpcTrailers": true})");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Post().body, "hello");
  EXPECT_THAT(observer_.ejected(), ElementsAre(server_->address()));
}

TEST_F(GrpcTrailersTest, TrailersThatAreNoneAreAProtocolError) {
  Start(WithTrailers("grpc status: 14\r\n"), "{}");
  const Response response = Post();
  EXPECT_EQ(response.flags.ToString(), "UPE");
  EXPECT_THAT(observer_.trailers(), ElementsAre(Outcome::kNoGrpcStatus));
}

}  // namespace
}  // namespace meshroute

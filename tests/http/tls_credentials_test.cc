// SPDX-License-Identifier: Apache-2.0
// Where certificates come from, and what becomes of connections when they change.
#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "lib/http/tls_store.h"
#include "meshroute/testing/virtual_clock.h"
#include "tests/http/tls_fixture.h"

namespace meshroute {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Credentials by name.
class TestCredentials final : public CredentialProvider {
 public:
  void Set(const std::string& name, TlsCredential credential) {
    const std::lock_guard<std::mutex> lock(mutex_);
    credentials_[name] = std::move(credential);
    ++version_;
  }
  void Remove(const std::string& name) {
    const std::lock_guard<std::mutex> lock(mutex_);
    credentials_.erase(name);
    ++version_;
  }
  int fetches() const { return fetches_; }

  absl::StatusOr<TlsCredential> Fetch(std::string_view name, TimePoint) override {
    ++fetches_;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = credentials_.find(std::string(name));
    if (found == credentials_.end()) return absl::NotFoundError("no such secret");
    return found->second;
  }
  uint64_t Version(std::string_view) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return version_;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, TlsCredential> credentials_;
  uint64_t version_ = 1;
  std::atomic<int> fetches_{0};
};

class TlsCredentialsTest : public TlsTest {
 protected:
  TlsCredentialsTest() { options_.credentials = &credentials_; }

  TlsCredential Own(const std::string& names) const {
    const TestCertificate own = authority_.Issue({.names = names});
    return {own.certificate, own.key, authority_.certificate(), ""};
  }

  TestCredentials credentials_;
};

TEST_F(TlsCredentialsTest, CredentialNameComesFromTheProvider) {
  TlsServerOptions options;
  options.client_ca = authority_.certificate();
  TlsServer server(authority_.Issue(), options);
  credentials_.Set("kubernetes://edge", Own("DNS:me"));
  Start(server.address(), "tls: {mode: MUTUAL, credentialName: 'kubernetes://edge'}");
  EXPECT_EQ(Get().body, "hello");
  EXPECT_TRUE(server.seen()[0].client_certificate);
}

TEST_F(TlsCredentialsTest, CredentialNameOfSimpleBringsTheCasAlone) {
  TlsServer server(authority_.Issue());
  credentials_.Set("edge", {"", "", authority_.certificate(), ""});
  Start(server.address(), "tls: {mode: SIMPLE, credentialName: edge}");
  EXPECT_EQ(Get().body, "hello");
  EXPECT_FALSE(server.seen()[0].client_certificate);
}

TEST_F(TlsCredentialsTest, ACredentialsRevocationListIsObeyed) {
  const TestCertificate revoked = authority_.Issue();
  TlsServer server(revoked);
  credentials_.Set("edge",
                   {"", "", authority_.certificate(), authority_.RevocationList({revoked.serial})});
  Start(server.address(), "tls: {mode: SIMPLE, credentialName: edge}");
  ExpectRefused("TLS: certificate revoked");
}

TEST_F(TlsCredentialsTest, ModeIstioMutualUsesTheWorkloadsCertificate) {
  TlsServerOptions options;
  options.client_ca = authority_.certificate();
  TlsServer server(authority_.Issue({.names = "URI:spiffe://cluster.local/ns/default/sa/reviews"}),
                   options);
  credentials_.Set("", Own("URI:spiffe://cluster.local/ns/default/sa/me"));
  Start(server.address(), "tls: {mode: ISTIO_MUTUAL}");
  EXPECT_EQ(Get().body, "hello");
  ASSERT_THAT(server.seen(), SizeIs(1));
  EXPECT_EQ(server.seen()[0].server_name, "outbound_.9080_._.reviews.example");
  EXPECT_EQ(server.seen()[0].alpn, "istio-http/1.1,istio,http/1.1")
      << "by which a permissive sidecar tells the mesh's TLS from its service's own";
  EXPECT_TRUE(server.seen()[0].client_certificate);

  Start(server.address(),
        "tls: {mode: ISTIO_MUTUAL, sni: a.example, caCertificates: /nowhere, "
        "subjectAltNames: ['spiffe://cluster.local/ns/default/sa/reviews']}");
  EXPECT_EQ(Get().body, "hello");
  EXPECT_EQ(server.seen()[1].server_name, "a.example");
  Start(server.address(), "tls: {mode: ISTIO_MUTUAL, subjectAltNames: ['spiffe://other']}");
  ExpectRefused("is not for spiffe://other");
}

TEST_F(TlsCredentialsTest, WithoutAProviderNothingIsSentInPlainText) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("plain")));
  options_.credentials = nullptr;
  Start(server.address(), "tls: {mode: SIMPLE, credentialName: edge}");
  ExpectRefused("TLS: credential edge is missing: there is no CredentialProvider");
  EXPECT_THAT(Get().details, HasSubstr("{local connection failure|TLS: "));
  Start(server.address(), "tls: {mode: ISTIO_MUTUAL}");
  ExpectRefused("TLS: the workload's credential is missing: there is no CredentialProvider");
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(TlsCredentialsTest, WhatIsMissingIsNamed) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("plain")));
  Start(server.address(), "tls: {mode: SIMPLE, credentialName: edge}");
  ExpectRefused("TLS: credential edge: no such secret");
  credentials_.Set("edge", {});
  Start(server.address(), "tls: {mode: SIMPLE, credentialName: edge}");
  ExpectRefused("TLS: credential edge: has no CA certificates");
  credentials_.Set("edge", {"", "", authority_.certificate(), ""});
  Start(server.address(), "tls: {mode: MUTUAL, credentialName: edge}");
  ExpectRefused("TLS: credential edge: has no certificate with its key");
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: /no/such/ca.pem}");
  ExpectRefused("TLS: /no/such/ca.pem: No such file or directory");
  const std::string text = folder_.Write("text.pem", "no certificate at all");
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + text + "}");
  ExpectRefused("TLS: " + text + ": CA certificates: no start line");
  const TestCertificate own = authority_.Issue();
  Start(server.address(), "tls: {mode: MUTUAL, caCertificates: " + ca_ +
                              ", clientCertificate: " + folder_.Write("cert.pem", own.certificate) +
                              ", privateKey: " + folder_.Write("key.pem", authority_.Issue().key) +
                              "}");
  ExpectRefused("private key: key values mismatch");
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(TlsCredentialsTest, AChainWithABrokenIssuerIsRefusedAndNotCutShort) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("plain")));
  const TlsCredential own = Own("DNS:me");
  const std::string& issuer = authority_.certificate();
  const std::string cut = issuer.substr(0, issuer.size() / 2);
  for (const std::string& broken : {std::string("-----BEGIN CERTIFICATE-----\nnot base64\n"
                                                "-----END CERTIFICATE-----\n"),
                                    cut, issuer + cut}) {
    TlsCredential credential = own;
    credential.certificate_chain += broken;
    credentials_.Set("edge", credential);
    Start(server.address(), "tls: {mode: MUTUAL, credentialName: edge}");
    ExpectRefused("TLS: credential edge: client certificate's issuers: ");
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(TlsCredentialsTest, AChainMayHaveIssuersAndOtherBlocks) {
  TlsServerOptions options;
  options.client_ca = authority_.certificate();
  TlsServer server(authority_.Issue(), options);
  TlsCredential own = Own("DNS:me");
  own.certificate_chain += authority_.certificate() + own.private_key;
  credentials_.Set("edge", own);
  Start(server.address(), "tls: {mode: MUTUAL, credentialName: edge}");
  EXPECT_EQ(Get().body, "hello");
}

// A provider that is stuck until it is told to go on.
class StuckCredentials final : public CredentialProvider {
 public:
  explicit StuckCredentials(TlsCredential credential) : credential_(std::move(credential)) {}

  int fetches() const { return fetches_; }
  void GoOn() { stuck_ = false; }
  void AwaitFetch() const {
    while (fetches_ == 0) std::this_thread::yield();
  }

  absl::StatusOr<TlsCredential> Fetch(std::string_view, TimePoint) override {
    ++fetches_;
    while (stuck_) std::this_thread::yield();
    return credential_;
  }
  uint64_t Version(std::string_view) override { return 1; }

 private:
  const TlsCredential credential_;
  std::atomic<int> fetches_{0};
  std::atomic<bool> stuck_{true};
};

TEST_F(TlsCredentialsTest, OneCallFetchesAndOthersWaitUntilTheirDeadlinesThreads) {
  TlsServer server(authority_.Issue());
  StuckCredentials credentials({"", "", authority_.certificate(), ""});
  options_.credentials = &credentials;
  Start(server.address(), "tls: {mode: SIMPLE, credentialName: edge}");
  std::atomic<int> answered{0};
  const auto call = [&] {
    if (Get().body == "hello") ++answered;
  };
  std::vector<std::thread> callers;
  callers.emplace_back(call);
  credentials.AwaitFetch();
  callers.emplace_back(call);

  CallOptions hurried;
  const TimePoint before = SteadyClock().Now();
  hurried.deadline = before + milliseconds(100);
  const Response response = client_->Get(kUrl, hurried);
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(response.flags.ToString(), "UT");
  EXPECT_LT(SteadyClock().Now() - before, seconds(5));

  credentials.GoOn();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 2);
  EXPECT_EQ(credentials.fetches(), 1);
  client_.reset();
}

// What TlsStore does as time goes by, without a server.
class TlsStoreTest : public TlsCredentialsTest {
 protected:
  std::shared_ptr<TlsContext> Find(const ClientTlsSettings& settings) {
    absl::StatusOr<std::shared_ptr<TlsContext>> found =
        store_.Find(settings, TlsStore::KeyOf(settings), {});
    return found.ok() ? *found : nullptr;
  }
  void PassASecond() {
    clock_.Advance(seconds(1));
    EXPECT_EQ(store_.RunDue(clock_.Now()), clock_.Now() + seconds(1));
  }
  ClientTlsSettings WithCa() const {
    ClientTlsSettings settings;
    settings.mode = ClientTlsSettings::Mode::kSimple;
    settings.ca_certificates = ca_;
    return settings;
  }

  VirtualClock clock_;
  const MeshOptions mesh_{};
  TlsStore store_{
      {.clock = &clock_, .observer = &observer_, .credentials = &credentials_, .mesh = &mesh_}};
};

TEST_F(TlsStoreTest, AContextIsBuiltOnceForAllOfTheSameSettings) {
  const std::shared_ptr<TlsContext> first = Find(WithCa());
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(Find(WithCa()), first);
  PassASecond();
  EXPECT_EQ(Find(WithCa()), first);
  ClientTlsSettings other_names = WithCa();
  other_names.sni = "a.example";
  other_names.subject_alt_names = {"b.example"};
  EXPECT_EQ(Find(other_names), first) << "whom a connection asks for is not the context's";
  ClientTlsSettings unchecked = WithCa();
  unchecked.insecure_skip_verify = true;
  EXPECT_NE(Find(unchecked), first);
  ASSERT_THAT(observer_.told(), SizeIs(2));
  EXPECT_TRUE(observer_.told()[0].applied);
  EXPECT_EQ(observer_.told()[0].source, ca_);
}

TEST_F(TlsStoreTest, AChangedFileMakesAnotherContextAndRetiresTheOld) {
  const std::shared_ptr<TlsContext> first = Find(WithCa());
  folder_.Write("ca.pem", authority_.certificate() + TestAuthority("another").certificate());
  EXPECT_EQ(Find(WithCa()), first) << "not looked at before it is due";
  PassASecond();
  EXPECT_NE(Find(WithCa()), first);
  EXPECT_TRUE(first->retired());
  EXPECT_FALSE(Find(WithCa())->retired());
  EXPECT_THAT(observer_.told(), SizeIs(2));
}

TEST_F(TlsStoreTest, AFileThatWasOnlyTouchedChangesNothing) {
  const std::shared_ptr<TlsContext> first = Find(WithCa());
  folder_.Write("ca.pem", authority_.certificate());
  PassASecond();
  EXPECT_EQ(Find(WithCa()), first);
  EXPECT_THAT(observer_.told(), SizeIs(1));
}

TEST_F(TlsStoreTest, ABrokenFileKeepsTheContextAndIsReportedOnce) {
  const std::shared_ptr<TlsContext> first = Find(WithCa());
  folder_.Write("ca.pem", "half a cert");
  for (int i = 0; i < 5; ++i) {
    PassASecond();
    EXPECT_EQ(Find(WithCa()), first);
  }
  ASSERT_THAT(observer_.told(), SizeIs(2));
  EXPECT_FALSE(observer_.told()[1].applied);
  EXPECT_EQ(observer_.told()[1].source, ca_);
  EXPECT_THAT(observer_.told()[1].message, HasSubstr("no start line"));
  EXPECT_FALSE(first->retired());

  folder_.Write("ca.pem", TestAuthority("another").certificate());
  PassASecond();
  EXPECT_NE(Find(WithCa()), first);
  ASSERT_THAT(observer_.told(), SizeIs(3));
  EXPECT_TRUE(observer_.told()[2].applied);
}

TEST_F(TlsStoreTest, WhatIsMissingIsLookedForAgainASecondLater) {
  ClientTlsSettings settings = WithCa();
  settings.ca_certificates += ".later";
  EXPECT_EQ(Find(settings), nullptr);
  folder_.Write("ca.pem.later", authority_.certificate());
  EXPECT_EQ(Find(settings), nullptr) << "calls in the same second do not read files each";
  clock_.Advance(seconds(1));
  EXPECT_NE(Find(settings), nullptr) << "also without timed work";
}

TEST_F(TlsStoreTest, AProviderIsAskedAnewOnlyUnderAnotherVersion) {
  ClientTlsSettings settings;
  settings.mode = ClientTlsSettings::Mode::kMutual;
  settings.credential_name = "edge";
  credentials_.Set("edge", Own("DNS:me"));
  const std::shared_ptr<TlsContext> first = Find(settings);
  ASSERT_NE(first, nullptr);
  for (int i = 0; i < 3; ++i) PassASecond();
  EXPECT_EQ(credentials_.fetches(), 1);
  credentials_.Set("edge", Own("DNS:me"));
  PassASecond();
  EXPECT_EQ(credentials_.fetches(), 2);
  EXPECT_NE(Find(settings), first);
  credentials_.Remove("edge");
  PassASecond();
  EXPECT_NE(Find(settings), nullptr) << "the last good one goes on";
  EXPECT_THAT(observer_.told().back().message, HasSubstr("no such secret"));
}

TEST_F(TlsStoreTest, WhatNobodyNeedsIsForgotten) {
  const std::shared_ptr<TlsContext> context = Find(WithCa());
  ASSERT_NE(context, nullptr);
  clock_.Advance(minutes(10) - seconds(1));
  store_.RunDue(clock_.Now());
  EXPECT_FALSE(context->retired());
  PassASecond();
  EXPECT_TRUE(context->retired()) << "its connections would outlive a change of its files";
  folder_.Write("ca.pem", "broken");
  PassASecond();
  EXPECT_THAT(observer_.told(), SizeIs(1)) << "its files are not looked at any more";
}

TEST_F(TlsStoreTest, WhoWaitsForAnotherCallEndsWithItsOwnLimitsThreads) {
  StuckCredentials credentials({"", "", authority_.certificate(), ""});
  TlsStore store(
      {.clock = &clock_, .observer = nullptr, .credentials = &credentials, .mesh = &mesh_});
  ClientTlsSettings settings;
  settings.mode = ClientTlsSettings::Mode::kSimple;
  settings.credential_name = "edge";
  const auto find = [&](const IoLimits& limits) {
    return store.Find(settings, TlsStore::KeyOf(settings), limits);
  };
  std::thread builder([&] { EXPECT_TRUE(find({}).ok()); });
  credentials.AwaitFetch();
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      find({.deadline = SteadyClock().Now() + milliseconds(20)}).status()));
  StopSignal stop;
  stop.Stop();
  EXPECT_TRUE(absl::IsCancelled(find({.stop = &stop}).status()));
  clock_.Advance(minutes(20));
  store.RunDue(clock_.Now());
  EXPECT_EQ(credentials.fetches(), 1) << "timed work neither joins in nor forgets it";
  credentials.GoOn();
  builder.join();
  EXPECT_TRUE(find({}).ok());
  EXPECT_EQ(credentials.fetches(), 1);
}

TEST_F(TlsStoreTest, ContextsTakeNoNumbersOfOpensslsThatRunOut) {
  const auto create = [&] {
    return TlsContext::Create(WithCa(), {"", "", authority_.certificate(), ""}, mesh_).ok();
  };
  ASSERT_TRUE(create());
  const int before = BIO_get_new_index();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(create());
  EXPECT_EQ(BIO_get_new_index(), before + 1);
}

// Servers and clients change their certificates and CAs while calls go on.
TEST_F(TlsCredentialsTest, RotationUnderLoadFailsNoCallThreads) {
  const TestAuthority next("the next CA");
  TlsServer server(authority_.Issue());
  client_options_.maintenance = HttpClientOptions::Maintenance::kEmbedder;
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  std::atomic<bool> done{false};
  std::atomic<int> calls{0};
  std::atomic<int> failures{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!done) {
        const Response response = Get();
        if (response.body != "hello") ++failures;
        ++calls;
      }
    });
  }
  const auto await_calls = [&](int more) {
    const int from = calls;
    while (calls < from + more) std::this_thread::yield();
  };
  TimePoint now = SteadyClock().Now();
  const auto look = [&] { client_->RunDue(now += seconds(2)); };
  for (int round = 0; round < 3; ++round) {
    await_calls(30);
    folder_.Write("ca.pem", authority_.certificate() + next.certificate());
    look();
    await_calls(30);
    server.Use(round % 2 == 0 ? next.Issue() : authority_.Issue());
    folder_.Write("ca.pem", "half of it");  // A writer that is not done.
    look();
    await_calls(30);
    folder_.Write("ca.pem", round % 2 == 0 ? next.certificate() : authority_.certificate());
    look();
  }
  await_calls(30);
  done = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(failures, 0) << "of " << calls;
  EXPECT_GT(server.connections(), 6) << "connections by old CAs end";
}

}  // namespace
}  // namespace meshroute

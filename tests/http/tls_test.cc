// SPDX-License-Identifier: Apache-2.0
// TLS to servers that are in order and to servers that are not. Each test names the field of
// ClientTLSSettings that it is about.
#include <sys/socket.h>

#include <chrono>
#include <csignal>

#include "tests/http/tls_fixture.h"

namespace meshroute {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(TlsTest, ModeSimpleSpeaksTlsToAServerThatItTrusts) {
  TlsServer server(authority_.Issue());
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  for (int i = 0; i < 3; ++i) {
    const Response response = Get();
    EXPECT_EQ(response.body, "hello") << response.details;
    EXPECT_TRUE(response.ok());
  }
  EXPECT_EQ(server.connections(), 1) << "kept";
  EXPECT_THAT(server.requests()[0], HasSubstr("Host: reviews.example:9080\r\n"));
  ASSERT_THAT(server.seen(), SizeIs(1));
  EXPECT_EQ(server.seen()[0].protocol, "TLSv1.3");
  EXPECT_EQ(server.seen()[0].server_name, "reviews.example") << "sni: of the authority";
  EXPECT_EQ(server.seen()[0].alpn, "") << "HTTP/1.1 offers none";
  EXPECT_FALSE(server.seen()[0].client_certificate);
}

TEST_F(TlsTest, ModeDisableAndTlsWithoutAModeArePlainText) {
  MisbehavingServer server(MisbehavingServer::Answer(OkResponse("plain")));
  for (const char* tls : {"tls: {mode: DISABLE}", "tls: {sni: x.example}"}) {
    Start(server.address(), tls);
    EXPECT_EQ(Get().body, "plain") << tls;
  }
}

TEST_F(TlsTest, ModeMutualShowsTheClientsCertificate) {
  TlsServerOptions options;
  options.client_ca = authority_.certificate();
  TlsServer server(authority_.Issue(), options);
  const TestCertificate own = authority_.Issue({.names = "DNS:client.example"});
  Start(server.address(), "tls: {mode: MUTUAL, caCertificates: " + ca_ +
                              ", clientCertificate: " + folder_.Write("cert.pem", own.certificate) +
                              ", privateKey: " + folder_.Write("key.pem", own.key) + "}");
  EXPECT_EQ(Get().body, "hello");
  ASSERT_THAT(server.seen(), SizeIs(1));
  EXPECT_TRUE(server.seen()[0].client_certificate);
}

TEST_F(TlsTest, AServerThatMissesTheClientsCertificateIsAConnectFailure) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsServerOptions options;
    options.client_ca = authority_.certificate();
    options.maximum_version = version;
    TlsServer server(authority_.Issue(), options);
    Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
    ExpectRefused(version == TLS1_3_VERSION ? "certificate required" : "handshake failure");
    EXPECT_THAT(server.requests(), IsEmpty());
  }
}

TEST_F(TlsTest, ACertificateOfAnUnknownCaIsRefused) {
  const TestAuthority other("another CA");
  TlsServer server(other.Issue());
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  ExpectRefused("TLS: unable to get local issuer certificate");
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(TlsTest, ASelfSignedCertificateIsRefused) {
  TlsServer server(TestAuthority::SelfSigned());
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  ExpectRefused("TLS: self-signed certificate");
}

TEST_F(TlsTest, CertificatesOutsideTheirTimeAreRefused) {
  TlsServer expired(authority_.Issue({.valid_from = hours(-48), .valid_until = hours(-1)}));
  Start(expired.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  ExpectRefused("TLS: certificate has expired");
  TlsServer early(authority_.Issue({.valid_from = hours(1), .valid_until = hours(48)}));
  Start(early.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  ExpectRefused("TLS: certificate is not yet valid");
}

TEST_F(TlsTest, ACertificateForAnotherNameIsRefused) {
  TlsServer server(authority_.Issue(
      {.names = "DNS:other.example,IP:127.0.0.1", .common_name = "reviews.example"}));
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  ExpectRefused(
      "TLS: the certificate is not for reviews.example but for: other.example, 127.0.0.1");
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(TlsTest, ACertificateWithoutNamesIsRefused) {
  TlsServer server(authority_.Issue({.names = "", .common_name = "reviews.example"}));
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  ExpectRefused("but for: none");
}

TEST_F(TlsTest, SubjectAltNamesAreMatchedInPlaceOfTheAuthority) {
  TlsServer server(authority_.Issue({.names = "DNS:a.example,URI:spiffe://td/ns/x/sa/y,IP:::1"}));
  const std::string simple = "tls: {mode: SIMPLE, caCertificates: " + ca_ + ", subjectAltNames: ";
  for (const char* names : {"[a.example]", "[A.Example]", "[spiffe://td/ns/x/sa/y]",
                            "[b.example, a.example]", "['0:0:0:0:0:0:0:1']"}) {
    Start(server.address(), simple + names + "}");
    EXPECT_EQ(Get().body, "hello") << names;
  }
  EXPECT_EQ(server.seen()[0].server_name, "reviews.example");
  for (const char* names : {"[reviews.example]", "[spiffe://td/ns/x/sa/Y]", "[spiffe://td]",
                            "[127.0.0.1]", "['*.example']"}) {
    Start(server.address(), simple + names + "}");
    ExpectRefused("TLS: the certificate is not for ");
  }
}

TEST_F(TlsTest, SubjectAltNamesMayBeCoveredByAWildcardCertificate) {
  TlsServer server(authority_.Issue({.names = "DNS:*.example"}));
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  ExpectRefused("but for: *.example");  // A star alone below a public suffix is too much.
  TlsServer wild(authority_.Issue({.names = "DNS:*.b.example"}));
  const std::string simple = "tls: {mode: SIMPLE, caCertificates: " + ca_ + ", subjectAltNames: ";
  Start(wild.address(), simple + "[a.b.example]}");
  EXPECT_EQ(Get().body, "hello");
  for (const char* names : {"[b.example]", "[c.a.b.example]", "[.b.example]"}) {
    Start(wild.address(), simple + names + "}");
    ExpectRefused("is not for ");
  }
}

TEST_F(TlsTest, SubjectAltNamesOfTheServiceEntryStandWhereTheRuleHasNone) {
  TlsServer server(authority_.Issue({.names = "DNS:inside.example"}));
  const std::string simple = "tls: {mode: SIMPLE, caCertificates: " + ca_;
  Start(server.address(), simple + "}", "subjectAltNames: [inside.example]");
  EXPECT_EQ(Get().body, "hello");
  Start(server.address(), simple + ", subjectAltNames: [x.example]}",
        "subjectAltNames: [inside.example]");
  ExpectRefused("is not for x.example");
}

TEST_F(TlsTest, SniIsSentInPlaceOfTheAuthorityAndTurnsTheCheckOfNamesOff) {
  TlsServer server(authority_.Issue({.names = "DNS:other.example"}));
  Start(server.address(), "tls: {mode: SIMPLE, sni: front.example, caCertificates: " + ca_ + "}");
  EXPECT_EQ(Get().body, "hello");
  EXPECT_EQ(server.seen()[0].server_name, "front.example");
  Start(server.address(),
        "tls: {mode: SIMPLE, sni: front.example, subjectAltNames: [x.example], "
        "caCertificates: " +
            ca_ + "}");
  ExpectRefused("is not for x.example");
}

TEST_F(TlsTest, WithoutCaCertificatesTheSystemsAreTrusted) {
  TlsServer server(authority_.Issue());
  Start(server.address(), "tls: {mode: SIMPLE}");
  ExpectRefused("TLS: unable to get local issuer certificate");
  setenv("SSL_CERT_FILE", ca_.c_str(), 1);
  Start(server.address(), "tls: {mode: SIMPLE}");
  EXPECT_EQ(Get().body, "hello");
  unsetenv("SSL_CERT_FILE");
}

TEST_F(TlsTest, InsecureSkipVerifyTakesAnyCertificate) {
  TlsServer server(TestAuthority::SelfSigned(
      {.names = "DNS:x", .valid_from = hours(-48), .valid_until = hours(-1)}));
  Start(server.address(), "tls: {mode: SIMPLE, insecureSkipVerify: true}");
  EXPECT_EQ(Get().body, "hello");
  EXPECT_EQ(server.seen()[0].server_name, "reviews.example");
}

TEST_F(TlsTest, CaCrlRefusesWhatIsRevoked) {
  const TestCertificate revoked = authority_.Issue();
  TlsServer bad(revoked);
  const std::string simple =
      "tls: {mode: SIMPLE, caCertificates: " + ca_ +
      ", caCrl: " + folder_.Write("crl.pem", authority_.RevocationList({revoked.serial})) + "}";
  Start(bad.address(), simple);
  ExpectRefused("TLS: certificate revoked");
  TlsServer good(authority_.Issue());
  Start(good.address(), simple);
  EXPECT_EQ(Get().body, "hello");
}

TEST_F(TlsTest, CaCrlMustSpeakForEveryCaOfTheChain) {
  const TestAuthority other("another CA");
  TlsServer server(authority_.Issue());
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + ", caCrl: " +
                              folder_.Write("crl.pem", other.RevocationList({})) + "}");
  ExpectRefused("TLS: unable to get certificate CRL");
}

TEST_F(TlsTest, AuthoritiesThatAreAddressesAreCheckedAndNotSentAsSni) {
  TlsServer server(authority_.Issue({.names = "IP:127.0.0.1"}));
  client_options_.https.ca_certificates = ca_;
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  EXPECT_EQ(Get("https://" + server.address() + "/").body, "hello");
  EXPECT_EQ(server.seen()[0].server_name, "");
  ExpectRefused("is not for reviews.example but for: 127.0.0.1");
}

TEST_F(TlsTest, HttpsUrlsAreTlsWhateverTheRuleSays) {
  TlsServer server(authority_.Issue());
  for (const char* policy : {"loadBalancer: {simple: RANDOM}", "tls: {mode: DISABLE}"}) {
    client_options_.https.ca_certificates = ca_;
    Start(server.address(), policy);
    EXPECT_EQ(Get("https://reviews.example:9080/").body, "hello") << policy;
    client_options_.https.ca_certificates.clear();
    Start(server.address(), policy);
    EXPECT_THAT(Get("https://reviews.example:9080/").details, HasSubstr("local issuer")) << policy;
  }
  client_options_.https.mode = ClientTlsSettings::Mode::kDisable;
  Start(server.address(), "tls: {mode: DISABLE}");
  const Response response = Get("https://reviews.example:9080/");
  EXPECT_EQ(response.flags.ToString(), "UF");
  EXPECT_THAT(response.details, HasSubstr("HttpClientOptions::https"));
}

TEST_F(TlsTest, OnlyTls12And13AreOffered) {
  TlsServerOptions older;
  older.maximum_version = TLS1_2_VERSION;
  TlsServer server(authority_.Issue(), older);
  const std::string simple = "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}";
  Start(server.address(), simple);
  EXPECT_EQ(Get().body, "hello");
  EXPECT_EQ(server.seen()[0].protocol, "TLSv1.2");

  TlsServerOptions ancient;
  ancient.minimum_version = ancient.maximum_version = TLS1_1_VERSION;
  TlsServer old(authority_.Issue(), ancient);
  Start(old.address(), simple);
  ExpectRefused("protocol version");
}

TEST_F(TlsTest, TheMeshsTlsDefaultsChooseSuitesAndCurves) {
  TlsServerOptions older;
  older.maximum_version = TLS1_2_VERSION;
  TlsServer server(authority_.Issue(), older);
  const std::string simple = "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}";
  options_.mesh.tls_cipher_suites = {"ECDHE-ECDSA-AES256-GCM-SHA384"};
  options_.mesh.tls_ecdh_curves = {"P-256"};
  Start(server.address(), simple);
  EXPECT_EQ(Get().body, "hello");
  options_.mesh.tls_cipher_suites = {"ECDHE-RSA-AES256-GCM-SHA384"};  // No key for it there.
  Start(server.address(), simple);
  ExpectRefused("handshake failure");
  options_.mesh.tls_cipher_suites = {"NO-SUCH-SUITE"};
  Start(server.address(), simple);
  ExpectRefused("tlsDefaults cipher suites NO-SUCH-SUITE");
}

TEST_F(TlsTest, SessionsAreResumedWhereTheSameIsChecked) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsServerOptions options;
    options.maximum_version = version;
    TlsServer server(authority_.Issue(), options);
    Start(server.address(),
          "connectionPool: {http: {maxRequestsPerConnection: 1}}, "
          "tls: {mode: SIMPLE, caCertificates: " +
              ca_ + "}");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Get().body, "hello");
    ASSERT_THAT(server.seen(), SizeIs(3));
    EXPECT_FALSE(server.seen()[0].resumed);
    EXPECT_TRUE(server.seen()[1].resumed) << version;
    EXPECT_TRUE(server.seen()[2].resumed) << version;
  }
}

TEST_F(TlsTest, LargeBodiesPassBothWays) {
  const std::string large(3'000'000, 'x');
  const TestCertificate certificate = authority_.Issue();
  MisbehavingServer server([&](Peer& peer, int) {
    TlsPeer tls(peer, certificate, {});
    if (!tls.Accept()) return;
    const std::string request = tls.ReadRequest();
    tls.Send(OkResponse(request.substr(request.find("\r\n\r\n") + 4)));
    tls.Close();
  });
  Start(server.address(), "tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  const Response response = client_->Post(kUrl, large, "text/plain");
  EXPECT_EQ(response.body.size(), large.size()) << response.details;
  EXPECT_EQ(response.body, large);
}

}  // namespace
}  // namespace meshroute

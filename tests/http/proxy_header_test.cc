// SPDX-License-Identifier: Apache-2.0
// The PROXY header, bit by bit, and where it stands on a connection.
#include "lib/http/proxy_header.h"

#include "tests/http/tls_fixture.h"

namespace meshroute {
namespace {

using Family = SocketAddress::Family;
using Version = ProxyProtocol::Version;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const SocketAddress kIpv4{Family::kIpv4, "10.1.2.3", 40000};
const SocketAddress kIpv6{Family::kIpv6, "2001:db8::5", 40001};
const SocketAddress kEndpointV4{Family::kIpv4, "192.168.0.9", 8443};
const SocketAddress kEndpointV6{Family::kIpv6, "::1", 8080};

template <size_t N>
std::string Bytes(const char (&text)[N]) {
  return std::string(text, N - 1);
}

const std::string kSignature = Bytes("\x0D\x0A\x0D\x0A\x00\x0D\x0A\x51\x55\x49\x54\x0A");

TEST(ProxyHeaderTest, Version1IsALineOfText) {
  EXPECT_EQ(ProxyHeader(Version::kV1, kIpv4, kEndpointV4),
            "PROXY TCP4 10.1.2.3 192.168.0.9 40000 8443\r\n");
  EXPECT_EQ(ProxyHeader(Version::kV1, kIpv6, kEndpointV6),
            "PROXY TCP6 2001:db8::5 ::1 40001 8080\r\n");
}

TEST(ProxyHeaderTest, Version2IsBinary) {
  EXPECT_EQ(ProxyHeader(Version::kV2, kIpv4, kEndpointV4),
            kSignature + Bytes("\x21\x11\x00\x0C") + Bytes("\x0A\x01\x02\x03") +
                Bytes("\xC0\xA8\x00\x09") + Bytes("\x9C\x40\x20\xFB"));
  EXPECT_EQ(ProxyHeader(Version::kV2, kIpv6, kEndpointV6),
            kSignature + Bytes("\x21\x21\x00\x24") +
                Bytes("\x20\x01\x0D\xB8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05") +
                Bytes("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01") +
                Bytes("\x9C\x41\x1F\x90"));
}

TEST(ProxyHeaderTest, WithoutASourceTheConnectionIsTheSendersOwn) {
  EXPECT_EQ(ProxyHeader(Version::kV1, {}, kEndpointV4), "PROXY UNKNOWN\r\n");
  EXPECT_EQ(ProxyHeader(Version::kV2, {}, kEndpointV4), kSignature + Bytes("\x20\x00\x00\x00"));
  const SocketAddress local{Family::kUnix, "/run/a.sock", 0};
  EXPECT_EQ(ProxyHeader(Version::kV1, kIpv4, local), "PROXY UNKNOWN\r\n");
  EXPECT_EQ(ProxyHeader(Version::kV2, local, kEndpointV4), kSignature + Bytes("\x20\x00\x00\x00"));
}

TEST(ProxyHeaderTest, MixedFamiliesAreWrittenAsIpv6) {
  EXPECT_EQ(ProxyHeader(Version::kV1, kIpv4, kEndpointV6),
            "PROXY TCP6 ::ffff:10.1.2.3 ::1 40000 8080\r\n");
  const std::string mixed = ProxyHeader(Version::kV2, kIpv6, kEndpointV4);
  EXPECT_EQ(mixed.substr(12, 4), Bytes("\x21\x21\x00\x24"));
  EXPECT_EQ(mixed.substr(32, 16),
            Bytes("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xFF\xFF\xC0\xA8\x00\x09"));
}

// A server that keeps the first bytes of each connection, up to the request.
class ProxiedServer {
 public:
  ProxiedServer()
      : server_([this](Peer& peer, int) {
          std::string bytes;
          while (bytes.find("\r\n\r\n", 12) == std::string::npos || !bytes.ends_with("\r\n\r\n")) {
            const std::string more = peer.ReadSome();
            if (more.empty()) return;
            bytes += more;
          }
          {
            const std::lock_guard<std::mutex> lock(mutex_);
            first_bytes_.push_back(bytes);
          }
          peer.Send(OkResponse("ok"));
          while (!peer.ReadRequest().empty()) peer.Send(OkResponse("ok"));
        }) {}

  const std::string& address() const { return server_.address(); }
  std::string port() const { return address().substr(address().rfind(':') + 1); }
  int connections() const { return server_.connections(); }
  std::vector<std::string> first_bytes() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return first_bytes_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> first_bytes_;
  MisbehavingServer server_;  // Last: its threads use the others.
};

class ProxyProtocolTest : public TlsTest {
 protected:
  Response GetFor(std::string_view source) {
    CallOptions options;
    options.deadline = SteadyClock().Now() + std::chrono::seconds(20);
    options.source_address = source;
    return client_->Get(kUrl, options);
  }
};

TEST_F(ProxyProtocolTest, TheHeaderStandsBeforeTheFirstRequestOfAConnectionAlone) {
  ProxiedServer server;
  Start(server.address(), "proxyProtocol: {version: V1}");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Get().body, "ok");
  ASSERT_THAT(server.first_bytes(), SizeIs(1)) << "one connection";
  EXPECT_TRUE(server.first_bytes()[0].starts_with("PROXY UNKNOWN\r\nGET / HTTP/1.1\r\n"));
}

TEST_F(ProxyProtocolTest, TheDefaultIsVersion1) {
  ProxiedServer server;
  Start(server.address(), "proxyProtocol: {}");
  EXPECT_EQ(Get().body, "ok");
  EXPECT_TRUE(server.first_bytes().at(0).starts_with("PROXY UNKNOWN\r\nGET "));
}

TEST_F(ProxyProtocolTest, Version2BeginsTheConnection) {
  ProxiedServer server;
  Start(server.address(), "proxyProtocol: {version: V2}");
  EXPECT_EQ(Get().body, "ok");
  EXPECT_TRUE(server.first_bytes().at(0).starts_with(kSignature + Bytes("\x20\x00\x00\x00") +
                                                     "GET / HTTP/1.1\r\n"));
}

TEST_F(ProxyProtocolTest, ACallersSourceIsToldAndItsConnectionIsForItAlone) {
  ProxiedServer server;
  Start(server.address(), "proxyProtocol: {version: V1}");
  EXPECT_EQ(GetFor("10.9.8.7:1234").body, "ok");
  EXPECT_EQ(GetFor("10.9.8.7:1235").body, "ok");
  EXPECT_EQ(GetFor("[2001:db8::1]:7").body, "ok");
  EXPECT_EQ(Get().body, "ok");
  const std::vector<std::string> seen = server.first_bytes();
  ASSERT_THAT(seen, SizeIs(4));
  EXPECT_TRUE(
      seen[0].starts_with("PROXY TCP4 10.9.8.7 127.0.0.1 1234 " + server.port() + "\r\nGET "));
  EXPECT_THAT(seen[1], HasSubstr(" 1235 "));
  EXPECT_TRUE(seen[2].starts_with("PROXY TCP6 2001:db8::1 ::ffff:127.0.0.1 7 "));
  EXPECT_TRUE(seen[3].starts_with("PROXY UNKNOWN\r\n"));
  EXPECT_EQ(client_->connection_count(), 1u) << "others' connections are not kept";
}

TEST_F(ProxyProtocolTest, WhatIsNoSourceIsRefused) {
  ProxiedServer server;
  Start(server.address(), "proxyProtocol: {version: V1}");
  const Response response = GetFor("somewhere");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("source_address"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ProxyProtocolTest, TheHeaderStandsBeforeTls) {
  const TestCertificate certificate = authority_.Issue();
  std::mutex mutex;
  std::string header;
  MisbehavingServer server([&](Peer& peer, int) {
    std::string bytes;
    while (bytes.size() < 16) {
      const std::string more = peer.ReadSome(16 - bytes.size());
      if (more.empty()) return;
      bytes += more;
    }
    {
      const std::lock_guard<std::mutex> lock(mutex);
      header = bytes;
    }
    TlsPeer tls(peer, certificate, {});
    if (!tls.Accept() || tls.ReadRequest().empty()) return;
    tls.Send(OkResponse("inside"));
    peer.WaitForClose();
  });
  Start(server.address(),
        "proxyProtocol: {version: V2}, tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  EXPECT_EQ(Get().body, "inside");
  const std::lock_guard<std::mutex> lock(mutex);
  EXPECT_EQ(header, kSignature + Bytes("\x20\x00\x00\x00"));
}

TEST_F(ProxyProtocolTest, TlsSessionsAreResumedWhateverTheSource) {
  const TestCertificate certificate = authority_.Issue();
  std::mutex mutex;
  std::vector<bool> resumed;
  MisbehavingServer server([&](Peer& peer, int) {
    std::string header;
    while (!header.ends_with("\r\n")) {
      const std::string more = peer.ReadSome(1);
      if (more.empty()) return;
      header += more;
    }
    TlsPeer tls(peer, certificate, {});
    if (!tls.Accept() || tls.ReadRequest().empty()) return;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      resumed.push_back(tls.resumed());
    }
    tls.Send(OkResponse("inside"));
    tls.Close();
  });
  Start(server.address(),
        "proxyProtocol: {version: V1}, tls: {mode: SIMPLE, caCertificates: " + ca_ + "}");
  EXPECT_EQ(GetFor("10.9.8.7:1234").body, "inside");
  EXPECT_EQ(GetFor("10.9.8.7:1235").body, "inside");
  EXPECT_EQ(GetFor("10.9.8.8:1").body, "inside");
  const std::lock_guard<std::mutex> lock(mutex);
  EXPECT_EQ(resumed, (std::vector<bool>{false, true, true}));
}

}  // namespace
}  // namespace meshroute

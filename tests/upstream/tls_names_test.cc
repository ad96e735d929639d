// SPDX-License-Identifier: Apache-2.0
#include "meshroute/upstream/tls_names.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace meshroute {
namespace {

using Check = TlsNames::Check;
using Mode = ClientTlsSettings::Mode;

const DestinationKey kKey{"reviews.default.svc.cluster.local", 9080, "v1"};

ClientTlsSettings Settings(Mode mode, const std::string& sni = "",
                           std::vector<std::string> names = {}) {
  ClientTlsSettings tls;
  tls.mode = mode;
  tls.sni = sni;
  tls.subject_alt_names = std::move(names);
  return tls;
}

TEST(TlsNamesTest, AreTheAuthoritysHostWhereNothingIsSet) {
  for (const Mode mode : {Mode::kSimple, Mode::kMutual}) {
    const TlsNames expected{"a.example", Check::kNames, {"a.example"}};
    EXPECT_EQ(TlsNamesOf(Settings(mode), kKey, "a.example"), expected);
    EXPECT_EQ(TlsNamesOf(Settings(mode), kKey, "A.Example.:8443"), expected);
  }
}

TEST(TlsNamesTest, AddressesAreCheckedButNotSent) {
  EXPECT_EQ(TlsNamesOf(Settings(Mode::kSimple), kKey, "10.0.0.1:443"),
            (TlsNames{"", Check::kNames, {"10.0.0.1"}}));
  EXPECT_EQ(TlsNamesOf(Settings(Mode::kSimple), kKey, "[2001:db8::1]:443"),
            (TlsNames{"", Check::kNames, {"2001:db8::1"}}));
  EXPECT_EQ(TlsNamesOf(Settings(Mode::kSimple, "10.0.0.1"), kKey, "a.example").server_name, "");
}

TEST(TlsNamesTest, SubjectAltNamesTakeThePlaceOfTheAuthorityInTheCheckAlone) {
  EXPECT_EQ(TlsNamesOf(Settings(Mode::kSimple, "", {"b", "c"}), kKey, "a.example"),
            (TlsNames{"a.example", Check::kNames, {"b", "c"}}));
  EXPECT_EQ(TlsNamesOf(Settings(Mode::kSimple, "s", {"b"}), kKey, "a.example"),
            (TlsNames{"s", Check::kNames, {"b"}}));
}

TEST(TlsNamesTest, SniAloneTurnsTheCheckOfNamesOff) {
  EXPECT_EQ(TlsNamesOf(Settings(Mode::kSimple, "s"), kKey, "a.example"),
            (TlsNames{"s", Check::kChain, {}}));
}

TEST(TlsNamesTest, SkippingVerificationSkipsNames) {
  for (const Mode mode : {Mode::kSimple, Mode::kMutual, Mode::kIstioMutual}) {
    ClientTlsSettings tls = Settings(mode);
    tls.insecure_skip_verify = true;
    EXPECT_EQ(TlsNamesOf(tls, kKey, "a.example").check, Check::kNothing);
    tls.insecure_skip_verify = false;
    EXPECT_NE(TlsNamesOf(tls, kKey, "a.example").check, Check::kNothing);
  }
}

TEST(TlsNamesTest, IstioMutualAsksForTheNameThatSidecarsUse) {
  EXPECT_EQ(TlsNamesOf(Settings(Mode::kIstioMutual), kKey, "reviews:9080"),
            (TlsNames{"outbound_.9080_.v1_.reviews.default.svc.cluster.local", Check::kChain, {}}));
  EXPECT_EQ(TlsNamesOf(Settings(Mode::kIstioMutual), {"a.example", 80}, "x").server_name,
            "outbound_.80_._.a.example");
  EXPECT_EQ(TlsNamesOf(Settings(Mode::kIstioMutual, "s", {"spiffe://x"}), kKey, "reviews"),
            (TlsNames{"s", Check::kNames, {"spiffe://x"}}));
}

}  // namespace
}  // namespace meshroute

// SPDX-License-Identifier: Apache-2.0
// What TLS connections are to be like is worked out once, and never taken for something else.
#include "lib/http/tls_terms.h"

#include <gtest/gtest.h>

#include <string>

#include "lib/http/tls_store.h"

namespace meshroute {
namespace {

class TlsTermsTest : public testing::Test {
 protected:
  TlsTermsTest() { settings_.mode = ClientTlsSettings::Mode::kSimple; }

  std::shared_ptr<const TlsTerms> Find(const std::string& authority = "a.example:80") {
    return cache_.Find(settings_, destination_, authority);
  }

  ClientTlsSettings settings_;
  DestinationKey destination_{"a.example", 80};
  TlsTermsCache cache_;
};

TEST_F(TlsTermsTest, AreThoseOfTheSettingsTheDestinationAndTheAuthority) {
  settings_.ca_certificates = "/ca.pem";
  const auto terms = Find();
  EXPECT_EQ(terms->names, TlsNamesOf(settings_, destination_, "a.example:80"));
  EXPECT_EQ(terms->context, TlsStore::KeyOf(settings_));
  EXPECT_EQ(terms->kind, "tls\n" + terms->context + "\na.example\n2\n9:a.example");
}

TEST_F(TlsTermsTest, AreWorkedOutOnce) {
  const auto terms = Find();
  EXPECT_EQ(Find(), terms);
  const ClientTlsSettings same = settings_;
  EXPECT_EQ(cache_.Find(same, destination_, "a.example:80"), terms)
      << "another generation with the same settings";
  destination_.port = 81;
  EXPECT_NE(Find(), terms);
  destination_.port = 80;
  EXPECT_EQ(Find(), terms) << "each destination has its own";
}

TEST_F(TlsTermsTest, SettingsThatChangeInPlaceChangeThem) {
  EXPECT_EQ(Find()->names.server_name, "a.example");
  settings_.sni = "b.example";
  EXPECT_EQ(Find()->names.server_name, "b.example");
  EXPECT_EQ(Find()->names.check, TlsNames::Check::kChain);
  settings_.subject_alt_names = {"c.example"};
  EXPECT_EQ(Find()->names.accepted, std::vector<std::string>{"c.example"});
  settings_.insecure_skip_verify = true;
  EXPECT_EQ(Find()->names.check, TlsNames::Check::kNothing);
}

TEST_F(TlsTermsTest, AnotherAuthorityOfOneDestinationIsCheckedByItsOwnName) {
  const auto first = Find("a.example:80");
  const auto second = Find("b.example:80");
  EXPECT_EQ(second->names.accepted, std::vector<std::string>{"b.example"});
  EXPECT_NE(second->kind, first->kind);
  EXPECT_EQ(Find("a.example:80")->names.accepted, std::vector<std::string>{"a.example"});
}

TEST_F(TlsTermsTest, DestinationsThatComeAndGoDoNotPileUp) {
  const auto first = Find();
  for (uint32_t port = 1000; port < 6000; ++port) {
    destination_.port = port;
    (void)Find();
  }
  EXPECT_EQ(first.use_count(), 1) << "forgotten";
  destination_.port = 80;
  EXPECT_EQ(Find()->names, first->names);
}

}  // namespace
}  // namespace meshroute

// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kTo[] = "route: [{destination: {host: b}}]";
constexpr char kRule[] = "hosts: [a]\nhttp: [{@}]";
constexpr char kRoutedRule[] = "hosts: [a]\nhttp: [{route: [{destination: {host: b}}], @}]";

TEST(ValidateHttpRoute, HasExactlyOneAction) {
  const std::string to = kTo;
  ExpectErrors(
      "VirtualService", kRule,
      {{"name: x", to, "spec.http[0]", "must have one of route, redirect and directResponse"},
       {"fault: {abort: {httpStatus: 500}}", to + ", fault: {abort: {httpStatus: 500}}",
        "spec.http[0]", "must have one of"},
       {to + ", redirect: {uri: /x}", "redirect: {uri: /x}", "spec.http[0].redirect",
        "beside route"},
       {to + ", directResponse: {status: 200}", "directResponse: {status: 200}",
        "spec.http[0].directResponse", "beside route"},
       {"redirect: {uri: /x}, directResponse: {status: 200}", "redirect: {uri: /x}",
        "spec.http[0].redirect", "beside directResponse"},
       {"redirect: {uri: /x}, fault: {delay: {}}", to + ", fault: {delay: {}}",
        "spec.http[0].redirect", "beside fault"},
       {"redirect: {uri: /x}, rewrite: {uri: /y}", to + ", rewrite: {uri: /y}",
        "spec.http[0].redirect", "beside rewrite"},
       {"directResponse: {status: 200}, fault: {delay: {}}", "directResponse: {status: 200}",
        "spec.http[0].directResponse", "beside fault"},
       {"directResponse: {status: 200}, rewrite: {uri: /y}", "directResponse: {status: 200}",
        "spec.http[0].directResponse", "beside rewrite"}});
}

TEST(ValidateHttpRoute, HandsOverToADelegateWithoutAnActionOfItsOwn) {
  const std::string delegate = "delegate: {name: d}";
  ExpectErrors("VirtualService", kRule,
               {{delegate + ", " + kTo, delegate, "spec.http[0].route", "beside delegate"},
                {delegate + ", redirect: {uri: /x}", delegate + ", rewrite: {uri: /x}, timeout: 1s",
                 "spec.http[0].redirect", "beside delegate"},
                {delegate + ", timeout: 0s", delegate + ", timeout: 1ms", "spec.http[0].timeout",
                 "must be 1ms or more"}});
}

TEST(ValidateHttpRoute, ADelegateDoesNotDelegate) {
  EXPECT_THAT(Texts(ProblemsOf("VirtualService",
                               std::string("http: [{delegate: {name: d}, ") + kTo + "}]")),
              ElementsAre(HasSubstr("spec.http[0].delegate: must not stand in an object that is")));
  EXPECT_THAT(ProblemsOf("VirtualService", std::string("http: [{") + kTo + "}]"), IsEmpty());
}

TEST(ValidateHttpRoute, TimeoutsAreWholeMilliseconds) {
  ExpectErrors("VirtualService", kRoutedRule,
               {{"timeout: 0s", "timeout: 1ms", "spec.http[0].timeout", "1ms or more, got 0s"},
                {"timeout: -1s", "timeout: 1s", "spec.http[0].timeout", "1ms or more, got -1s"},
                {"timeout: 999us", "timeout: 1000us", "spec.http[0].timeout", "1ms or more"},
                {"timeout: 1500us", "timeout: 2ms", "spec.http[0].timeout",
                 "whole number of milliseconds, got 0.0015s"}});
}

TEST(ValidateHttpRoute, DestinationsNameOneService) {
  ExpectErrors("VirtualService", "hosts: [a]\nhttp: [{route: [{destination: {@}}]}]",
               {{"host: ''", "host: b", "spec.http[0].route[0].destination.host", "host name"},
                {"host: '*'", "host: '*.b'", "spec.http[0].route[0].destination.host", "got \"*\""},
                {"host: 10.0.0.1", "host: a.b", "spec.http[0].route[0].destination.host",
                 "got \"10.0.0.1\", which is an address"},
                {"host: b, port: {}", "host: b, port: {number: 1}",
                 "spec.http[0].route[0].destination.port.number", "from 1 to 65535, got 0"},
                {"host: b, port: {number: 65536}", "host: b, port: {number: 65535}",
                 "spec.http[0].route[0].destination.port.number", "got 65536"}});
  ExpectErrors(
      "VirtualService", "hosts: [a]\nhttp: [{route: [{@}]}]",
      {{"weight: 1", "destination: {host: b}", "spec.http[0].route[0].destination", "is missing"}});
}

TEST(ValidateHttpRoute, SubsetsAreDnsLabels) {
  EXPECT_THAT(Texts(ProblemsOf("VirtualService",
                               Filled(kRule, "route: [{destination: {host: b, subset: v_1}}]"))),
              ElementsAre(HasSubstr("destination.subset: must be a DNS label")));
}

TEST(ValidateHttpRoute, WeightsAddUpToMoreThanNothing) {
  const auto two = [](const std::string& a, const std::string& b) {
    return "{destination: {host: a}, weight: " + a + "}, {destination: {host: b}, weight: " + b +
           "}";
  };
  ExpectErrors(
      "VirtualService", "hosts: [a]\nhttp: [{route: [@]}]",
      {{two("0", "0"), two("0", "3"), "spec.http[0].route", "a weight above 0"},
       {two("-1", "2"), two("1", "2"), "spec.http[0].route[0].weight", "must be 0 or more, got -1"},
       {"{destination: {host: a}, weight: -5}", "{destination: {host: a}, weight: 0}",
        "spec.http[0].route[0].weight", "got -5"},
       {two("2147483647", "2147483647") + ", {destination: {host: c}, weight: 2}",
        two("2147483647", "2147483647") + ", {destination: {host: c}, weight: 1}",
        "spec.http[0].route", "add up to less than 2^32, got 4294967296"}});
}

TEST(ValidateHttpRoute, MirrorsAreDestinationsWithAShare) {
  ExpectErrors(
      "VirtualService", kRoutedRule,
      {{"mirror: {host: '*'}", "mirror: {host: m}", "spec.http[0].mirror.host", "got \"*\""},
       {"mirror: {host: m}, mirrors: [{destination: {host: n}}]", "mirror: {host: m}, mirrors: []",
        "spec.http[0].mirror", "beside mirrors"},
       {"mirrors: [{percentage: {value: 1}}]", "mirrors: [{destination: {host: m}}]",
        "spec.http[0].mirrors[0].destination", "is missing"},
       {"mirrors: [{destination: {host: m_}}]", "mirrors: [{destination: {host: m}}]",
        "spec.http[0].mirrors[0].destination.host", "got \"m_\""},
       {"mirrors: [{destination: {host: m}, percentage: {value: 100.1}}]",
        "mirrors: [{destination: {host: m}, percentage: {value: 100}}]",
        "spec.http[0].mirrors[0].percentage", "from 0 to 100, got 100.1"},
       {"mirror: {host: m}, mirrorPercentage: {value: -0.1}",
        "mirror: {host: m}, mirrorPercentage: {value: 0}", "spec.http[0].mirrorPercentage",
        "got -0.1"}});
}

TEST(ValidateHttpRoute, MirrorPercentIsDeprecatedAndBounded) {
  ExpectWarnings("VirtualService", kRoutedRule,
                 {{"mirror: {host: m}, mirrorPercent: 100",
                   "mirror: {host: m}, mirrorPercentage: {value: 100}",
                   "spec.http[0].mirrorPercent", "use mirrorPercentage"}});
  EXPECT_THAT(Texts(ProblemsOf("VirtualService",
                               Filled(kRoutedRule, "mirror: {host: m}, mirrorPercent: 101"))),
              ElementsAre(HasSubstr("deprecated"), HasSubstr("from 0 to 100, got 101")));
}

TEST(ValidateHttpRoute, TheAuthorityIsSetOnceAtTheRule) {
  ExpectErrors(
      "VirtualService", kRoutedRule,
      {{"rewrite: {authority: x}, headers: {request: {set: {host: y}}}",
        "rewrite: {authority: x}, headers: {request: {set: {x: y}}}", "spec.http[0]",
        "sets it 2 times"},
       {"headers: {request: {set: {Host: x}, add: {':authority': y}}}",
        "headers: {request: {set: {Host: x}}}", "spec.http[0]", "must set the authority once"}});
  // One destination may say it twice: Istio looks at the rule's own edits alone.
  EXPECT_THAT(ProblemsOf("VirtualService",
                         "hosts: [a]\nhttp: [{route: [{destination: {host: b}, headers: {request: "
                         "{set: {host: x}, add: {host: y}}}}]}]"),
              IsEmpty());
}

}  // namespace
}  // namespace meshroute

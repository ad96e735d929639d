// SPDX-License-Identifier: Apache-2.0
#include "tests/config/validation_cases.h"

namespace meshroute {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kRule[] = "hosts: [a]\nhttp: [{route: [{destination: {host: b}}], headers: {@}}]";
constexpr char kDestination[] =
    "hosts: [a]\nhttp: [{route: [{destination: {host: b}, headers: {@}}]}]";

TEST(ValidateHeaders, NamesMayBeEdited) {
  const std::string at = "spec.http[0].headers.";
  ExpectErrors(
      "VirtualService", kRule,
      {{"request: {set: {'': x}}", "request: {set: {y: x}}", at + "request.set.", "empty name"},
       {"request: {set: {':path': x}}", "request: {set: {':authority': x}}",
        at + "request.set.:path", "got \":path\""},
       {"request: {add: {'a b': x}}", "request: {add: {Host: x}}", at + "request.add.a b",
        "got \"a b\""},
       {"request: {remove: [host]}", "request: {remove: [hostname]}", at + "request.remove[0]",
        "got \"host\""},
       {"request: {remove: [x, ':path']}", "request: {remove: [x]}", at + "request.remove[1]",
        "got \":path\""},
       {"response: {set: {HOST: x}}", "response: {set: {x: x}}", at + "response.set.HOST",
        "got \"HOST\""},
       {"response: {add: {':status': x}}", "response: {add: {status: x}}",
        at + "response.add.:status", "got \":status\""},
       {"response: {remove: ['']}", "response: {remove: [x]}", at + "response.remove[0]",
        "empty name"}});
}

TEST(ValidateHeaders, DestinationsAreHeldToTheSameRules) {
  ExpectErrors("VirtualService", kDestination,
               {{"request: {set: {':path': x}}", "request: {set: {host: x}}",
                 "spec.http[0].route[0].headers.request.set.:path", "got \":path\""}});
}

TEST(ValidateHeaders, ValuesHaveNoControlCharacters) {
  ExpectErrors("VirtualService", kRule,
               {{"request: {set: {x: \"a\\r\\nb: c\"}}", "request: {set: {x: \"a\\tb\"}}",
                 "spec.http[0].headers.request.set.x", "control characters"},
                {"response: {add: {x: \"\\x7f\"}}", "response: {add: {x: \"\\xe9\"}}",
                 "spec.http[0].headers.response.add.x", "control characters"}});
}

TEST(ValidateHeaders, APercentSignIsWrittenTwice) {
  const auto set = [](const std::string& value) { return "request: {set: {x: '" + value + "'}}"; };
  const std::string at = "spec.http[0].headers.request.set.x";
  ExpectErrors("VirtualService", kRule,
               {{set("100%"), set("100%%"), at, "write a percent sign as %%"},
                {set("%%%"), set("%%%%"), at, "unfinished operator"},
                {set("%REQ(x"), set("%%REQ(x"), at, "unfinished operator"},
                {set("%REQ(x)"), set("%%REQ(x)"), at, "unfinished operator"},
                {set("%REQ(x) y%"), set("REQ(x)"), at, "unfinished operator"},
                {set("%X([\"a\" \"b\"])%"), set("[]"), at, "unfinished operator"},
                {set("%X([a])%"), set("([a])"), at, "unfinished operator"}});
}

TEST(ValidateHeaders, UnknownOperatorsAreNamed) {
  const auto set = [](const std::string& value) { return "request: {set: {x: '" + value + "'}}"; };
  const std::string at = "spec.http[0].headers.request.set.x";
  ExpectErrors(
      "VirtualService", kRule,
      {{set("a %HOST% b"), set("a %HOSTNAME% b"), at, "operator \"%HOST%\","},
       {set("%req(x-id)%"), set("%REQ(x-id)%"), at, "operator \"%req(x-id)%\","},
       {set("%X(a%b)%"), set("%%"), at, "operator \"%X(a%b)%\","},
       {set("%X([\"a)\", \"b\"] ) %"), set(""), at, "operator \"%X([\"a)\", \"b\"] ) %\","}});
  EXPECT_THAT(Texts(ProblemsOf("VirtualService", Filled(kRule, set("%A%%B%%%")))),
              ElementsAre(HasSubstr("\"%A%\""), HasSubstr("\"%B%\"")));
}

TEST(ValidateHeaders, OperatorsHaveTheArgumentsThatTheyNeed) {
  const auto set = [](const std::string& value) { return "request: {set: {x: '" + value + "'}}"; };
  const std::string at = "spec.http[0].headers.request.set.x";
  ExpectErrors("VirtualService", kRule,
               {{set("%REQ%"), set("%REQ(a?b)%"), at, "name of a header in brackets"},
                {set("%REQ()%"), set("%REQ(:path)%"), at, "name of a header in brackets"},
                {set("%REQ(a?)%"), set("%REQ(a)%"), at, "got \"%REQ(a?)%\""},
                {set("%REQ(a b)%"), set("%REQ(a-b)%"), at, "got \"%REQ(a b)%\""},
                {set("%PROTOCOL(x)%"), set("%PROTOCOL%"), at, "PROTOCOL without brackets"},
                {set("%START_TIME(%H%n)%"), set("%START_TIME(%H%%n)%"), at,
                 "START_TIME a format without line breaks"}});
}

TEST(ValidateHeaders, WhatOnlyTheAnswerTellsStandsInNoRequest) {
  for (const char* name : {"%RESPONSE_CODE%", "%RESPONSE_FLAGS%", "%UPSTREAM_HOST%", "%RESP(x)%"}) {
    const std::string edit = std::string(": {set: {x: '") + name + "'}}";
    ExpectErrors("VirtualService", kRule,
                 {{"request" + edit, "response" + edit, "spec.http[0].headers.request.set.x",
                   "not known before the request is sent"}});
  }
}

TEST(ValidateHeaders, AnAuthorityIsTextAlone) {
  ExpectErrors("VirtualService", kRule,
               {{"request: {set: {host: '%REQ(x)%'}}", "request: {set: {host: 'a%%b'}}",
                 "spec.http[0].headers.request.set.host", "authority without operators"}});
}

}  // namespace
}  // namespace meshroute

// SPDX-License-Identifier: Apache-2.0
#include "meshroute/config/duration.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>

namespace meshroute {
namespace {

using namespace std::chrono_literals;

TEST(ParseDurationTest, ReadsProtobufsAndGosForms) {
  const struct {
    const char* text;
    Duration expected;
  } kCases[] = {
      {"1.5s", 1500ms},
      {"0.030s", 30ms},
      {"1h", 1h},
      {"1m", 1min},
      {"10s", 10s},
      {"30ms", 30ms},
      {"100us", 100us},
      {"1h2m3.5s", 1h + 2min + 3500ms},
      {"0", 0s},
      {"0s", 0s},
      {"-2s", -2s},
      {"+2s", 2s},
      {".5s", 500ms},
      {"5.s", 5s},
      {"7ns", 7ns},
      {"1\u00B5s", 1us},
      {"1\u03BCs", 1us},
      {"1.5h", 90min},
      {"3s2h", 2h + 3s},
      {"1.0000000001s", 1s},
      {"-1h30m", -90min},
      {"0.000000001s", 1ns},
      {"9223372036.854775807s", Duration::max()},
      {"-9223372036.854775808s", Duration::min()},
  };
  for (const auto& [text, expected] : kCases) {
    EXPECT_EQ(ParseDuration(text), expected) << text;
  }
}

TEST(ParseDurationTest, RefusesWhatIsNoDuration) {
  for (const char* text :
       {"",    "5",   "s",    "1",    "-",  "+",      ".",    ".s",  "1x", "1 s",   " 1s",
        "1s ", "1s1", "--1s", "1e3s", "1S", "1.5.5s", "1,5s", "inf", "1d", "1s-1s", "\u00B5s"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(ParseDurationTest, RefusesWhatADurationCannotHold) {
  EXPECT_EQ(ParseDuration("9223372036.854775808s"), std::nullopt);
  EXPECT_EQ(ParseDuration("-9223372036.854775809s"), std::nullopt);
  EXPECT_EQ(ParseDuration("2562048h"), std::nullopt);
  EXPECT_EQ(ParseDuration("2562047h2562047h"), std::nullopt);
  EXPECT_EQ(ParseDuration(std::string(1000, '9') + "s"), std::nullopt);
}

TEST(ParseDurationTest, DigitsBelowANanosecondAreDropped) {
  EXPECT_EQ(ParseDuration("1.9ns"), 1ns);
  EXPECT_EQ(ParseDuration("0." + std::string(100'000, '9') + "s"), 999'999'999ns);
}

TEST(FormatDurationTest, WritesSecondsWithTheDigitsThatMatter) {
  EXPECT_EQ(FormatDuration(0s), "0s");
  EXPECT_EQ(FormatDuration(1500ms), "1.5s");
  EXPECT_EQ(FormatDuration(30ms), "0.03s");
  EXPECT_EQ(FormatDuration(-2s), "-2s");
  EXPECT_EQ(FormatDuration(-1ns), "-0.000000001s");
  EXPECT_EQ(FormatDuration(1h), "3600s");
  EXPECT_EQ(FormatDuration(Duration::min()), "-9223372036.854775808s");
}

TEST(FormatDurationTest, ReadsBackUnchanged) {
  constexpr uint64_t kSeed = 20240817;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    // Of every size, from nanoseconds to centuries.
    const Duration duration(static_cast<int64_t>(random()) >> (random() % 64));
    ASSERT_EQ(ParseDuration(FormatDuration(duration)), duration) << duration.count();
  }
}

}  // namespace
}  // namespace meshroute

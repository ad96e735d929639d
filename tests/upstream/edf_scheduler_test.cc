// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/edf_scheduler.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace meshroute {
namespace {

// Sequences computed by a script apart from the library (Python's floats are the
// same doubles):
//
//   def edf(weights, picks, count):
//       w = [x + 1e-13 for x in weights]; s = 0.0
//       for x in w: s += x
//       picks %= 2**32; picks %= 429496729; e = []; made = 0
//       for i, x in enumerate(w):
//           f = math.floor(x * picks / s)
//           if f > 0 and f / x >= picks / s: f -= 1
//           e.append([(f + 1) / x, i, i]); made += f
//       order = len(w); out = ''
//       for n in range(picks - made + count):
//           m = min(e)
//           out += chr(65 + m[2]); m[0] += 1 / weights[m[2]]; m[1] = order; order += 1
//       return out[picks - made:]
struct Case {
  std::vector<double> weights;
  uint64_t picks;
  const char* sequence;
};

std::string Sequence(EdfScheduler& scheduler, const std::vector<double>& weights, size_t count) {
  std::string letters;
  for (size_t i = 0; i < count; ++i) {
    const size_t picked = scheduler.Pick([&](size_t entry) { return weights[entry]; });
    letters += static_cast<char>('A' + picked);
  }
  return letters;
}

EdfScheduler Make(const std::vector<double>& weights, uint64_t picks) {
  return EdfScheduler(weights.size(), picks, [&](size_t entry) { return weights[entry]; });
}

TEST(EdfSchedulerTest, GivesTheKnownSequences) {
  const Case kCases[] = {
      {{4, 1}, 0u, "AAABAAAABAAAABAAAABA"},
      {{4, 1}, 1u, "AABAAAABAAAABAAAABAA"},
      {{4, 1}, 7u, "ABAAAABAAAABAAAABAAA"},
      {{1, 1, 1}, 0u, "ABCABCABC"},
      {{1, 1, 1}, 4u, "BCABCABCA"},
      {{1, 2, 3}, 0u, "CBCABCCBCABCCBCABCCBCABC"},
      {{1, 2, 3}, 100u, "BCCBCABCCBCABCCBCABCCBCA"},
      {{5, 1, 1}, 0u, "AAAABCAAAAABCAAAAABCA"},
      {{5, 3, 1}, 5u, "ACBAABAABACBAABAAB"},
      {{5, 3, 1}, (uint64_t{1} << 32) + 5, "ACBAABAABACBAABAAB"},  // The low half counts.
      {{128, 64, 1}, 193017u, "AABAABAABAABAABAABAABAAB"},
      {{3, 7, 11, 13}, 18446744073709551615ull, "DCBDACDBCDDCBDCADBCDCDBCDABDCD"},
      {{0.5, 0.25, 1}, 3u, "CBACCACCBACCACCBACCAC"},
      {{100000, 1, 1}, 50000u, "AAAAAAAAAAAA"},
  };
  for (const Case& c : kCases) {
    EdfScheduler scheduler = Make(c.weights, c.picks);
    EXPECT_EQ(Sequence(scheduler, c.weights, std::string_view(c.sequence).size()), c.sequence)
        << testing::PrintToString(c.weights) << " after " << c.picks;
  }
}

TEST(EdfSchedulerTest, GoesOnAsIfNothingHadHappenedWhereEntriesStay) {
  const std::vector<double> weights = {7, 3, 1.5, 0.25};
  EdfScheduler undisturbed = Make(weights, 11);
  EdfScheduler disturbed = Make(weights, 11);
  for (int round = 0; round < 50; ++round) {
    EXPECT_EQ(Sequence(disturbed, weights, 7), Sequence(undisturbed, weights, 7));
    const std::vector<EdfScheduler::Key> keys = disturbed.Keys();
    disturbed = EdfScheduler::GoingOn(
        disturbed, weights.size(),
        [&](size_t entry) -> std::optional<EdfScheduler::Key> { return keys[entry]; },
        [&](size_t entry) { return weights[entry]; });
  }
}

TEST(EdfSchedulerTest, AnEntryThatIsNewHasItsFirstTurnByItsWeight) {
  const std::vector<double> weights = {4, 1, 2};
  EdfScheduler two = Make({4, 1}, 0);
  EXPECT_EQ(Sequence(two, weights, 3), "AAA");  // Time 0.75; A is due at 1, so is B.
  EdfScheduler three = EdfScheduler::GoingOn(
      two, 3,
      [&](size_t entry) {
        return entry == 2 ? std::nullopt : std::optional<EdfScheduler::Key>(two.Keys()[entry]);
      },
      [&](size_t entry) { return weights[entry]; });
  // C is due at 0.75 + 1/2 = 1.25, and is older than A's turn at 1.25.
  EXPECT_EQ(Sequence(three, weights, 7), "BACAACA");
}

TEST(EdfSchedulerTest, GoesOnAsBeforeWhenTheOrdersRunOut) {
  const std::vector<double> weights = {1, 1, 1, 2, 0.5};
  EdfScheduler low = Make(weights, 0);
  const std::vector<EdfScheduler::Key> keys = low.Keys();
  EdfScheduler high = EdfScheduler::GoingOn(
      low, weights.size(),
      [&](size_t entry) -> std::optional<EdfScheduler::Key> {
        return EdfScheduler::Key{keys[entry].deadline,
                                 EdfScheduler::kOrders - 20 + keys[entry].order};
      },
      [&](size_t entry) { return weights[entry]; });
  EXPECT_EQ(Sequence(high, weights, 60), Sequence(low, weights, 60));
  for (const EdfScheduler::Key& key : high.Keys()) EXPECT_LT(key.order, 60u);
}

}  // namespace
}  // namespace meshroute

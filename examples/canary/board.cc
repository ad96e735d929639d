// SPDX-License-Identifier: Apache-2.0
#include "canary/board.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "console/text.h"

namespace canary {
namespace {

using console::Text;
using Colour = console::Terminal::Colour;

constexpr size_t kColumns = 79;
constexpr size_t kBarColumns = 40;

// `text` cut to what a line has room for behind `used` columns.
std::string Cut(const std::string& text, size_t used) {
  const size_t room = kColumns - std::min(used, kColumns);
  return text.size() <= room ? text : text.substr(0, room - 3) + "...";
}

std::string Bar(double share) {
  const auto filled = static_cast<size_t>(std::lround(share * kBarColumns));
  return "[" + std::string(filled, '#') + std::string(kBarColumns - filled, '.') + "]";
}

std::string Row(const char* version, const Calls& calls) {
  return Text("  %-8s %9" PRIu64 " %9" PRIu64 " %10.2f %%", version, calls.all, calls.failed,
              100 * calls.failed_share());
}

std::string LineOf(const Happening& happening) {
  return Text("%6.1f s  ", happening.seconds) + happening.sentence;
}

}  // namespace

void Board::Begin(const std::string& title) {
  printed_ = 0;
  if (!terminal_.live()) terminal_.Print(title);
}

void Board::Refresh(const Tale& tale, const meshroute::RolloutStatus& status) {
  if (terminal_.live()) {
    terminal_.Draw(Picture(tale, status));
  } else {
    PrintNews(tale);
  }
}

void Board::End(const Tale& tale) {
  const std::string word = tale.ok ? terminal_.Paint(Colour::kGreen, "ok      ")
                                   : terminal_.Paint(Colour::kRed, "NOT OK  ");
  if (!terminal_.live()) {
    PrintNews(tale);
    terminal_.Print("  " + word + tale.verdict);
  }
  ended_.push_back("  " + word + Cut(tale.verdict, 10));
}

void Board::PrintNews(const Tale& tale) {
  for (; printed_ < tale.happenings.size(); ++printed_) {
    terminal_.Print("  " + LineOf(tale.happenings[printed_]));
  }
}

std::vector<std::string> Board::Picture(const Tale& tale,
                                        const meshroute::RolloutStatus& status) const {
  const Sample& now = tale.samples.back();
  std::vector<std::string> lines;
  lines.push_back(terminal_.Paint(Colour::kBold, Cut(tale.title, 0)));
  lines.push_back(Text("  %s, step %u of %u%s%*.1f s", meshroute::PhaseName(status.phase),
                       status.step + 1, status.steps, status.holding ? ", holding" : "",
                       status.holding ? 22 : 31, now.seconds));
  lines.emplace_back();
  lines.push_back("  v2 gets " + terminal_.Paint(Colour::kYellow, Bar(now.weight)) +
                  Text(" %.0f %%", 100 * now.weight));
  lines.push_back(
      Text("  score   %.4g against v2; rolled back at %.4g", now.score, tale.score_limit));
  lines.emplace_back();
  lines.push_back(terminal_.Paint(Colour::kFaint, "  version      calls    failed         rate"));
  lines.push_back(Row("v1", now.v1));
  lines.push_back(Row("v2", now.v2));
  lines.emplace_back();
  const size_t count = std::min(kShownHappenings, tale.happenings.size());
  for (size_t i = tale.happenings.size() - count; i < tale.happenings.size(); ++i) {
    lines.push_back(Cut(LineOf(tale.happenings[i]), 0));
  }
  lines.insert(lines.end(), ended_.begin(), ended_.end());
  return lines;
}

}  // namespace canary

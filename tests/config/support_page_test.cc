// SPDX-License-Identifier: Apache-2.0
// docs/support.md says of each field what becomes of it. It is written from the field tables:
//
//   MESHROUTE_WRITE_DOCS=1 build/ci/tests/test_config --gtest_filter='SupportPage.*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "meshroute/config/support.h"

namespace meshroute {
namespace {

constexpr char kPage[] = MESHROUTE_SOURCE_DIR "/docs/support.md";

constexpr char kHead[] =
    "# What becomes of each field\n\n"
    "<!-- Written from the field tables by tests/config/support_page_test.cc; do not edit. -->\n\n"
    "Every field of Istio's VirtualService, DestinationRule, ServiceEntry and WorkloadEntry, and "
    "of "
    "our own Rollout, is read and checked.\n"
    "So is what annotations of a DestinationRule or a VirtualService ask for beyond Istio "
    "(`meshroute.io/...`, as JSON).\n"
    "`meshroute support` prints this table too, `ListFieldSupport()` has it for programs.\n\n"
    "| word | meaning | fields |\n|---|---|---|\n";

constexpr std::pair<Support, const char*> kWords[] = {
    {Support::kHonoured, "obeyed"},
    {Support::kReported, "kept and not obeyed yet; a load that sets it gets a warning (MR0010)"},
    {Support::kIgnored, "means nothing to a client in-process; no warning"},
    {Support::kRefused, "an error: Istio refuses every use of it"},
};

// The fields of one message, by the path that leads to it.
struct Message {
  std::string path;
  std::string rows;
};

// "spec.tls" of "spec.tls.mode=SIMPLE"; the field is what follows. The key of an
// annotation has a dot of its own.
size_t FieldStart(const std::string& path) {
  const size_t start = path.rfind('.', std::min(path.find('='), path.size()));
  return path.find('/', start) == std::string::npos ? start : path.rfind('.', start - 1);
}

std::vector<Message> MessagesOf(const std::string& kind) {
  std::vector<Message> messages;
  std::map<std::string, size_t> places;
  for (const FieldSupport& field : ListFieldSupport()) {
    if (field.kind != kind) continue;
    const size_t start = FieldStart(field.path);
    const std::string path = field.path.substr(0, start);
    const auto [place, is_new] = places.emplace(path, messages.size());
    if (is_new) messages.push_back({path, ""});
    messages[place->second].rows += "| `" + field.path.substr(start + 1) + "` | " +
                                    SupportName(field.support) + " | " + field.note + " |\n";
  }
  return messages;
}

std::string CountsByWord() {
  std::string rows;
  for (const auto& [support, meaning] : kWords) {
    size_t count = 0;
    for (const FieldSupport& field : ListFieldSupport())
      count += field.support == support ? 1U : 0U;
    rows += std::string("| ") + SupportName(support) + " | " + meaning + " | " +
            std::to_string(count) + " |\n";
  }
  return rows;
}

std::string Page() {
  std::string page = kHead + CountsByWord();
  for (const std::string kind :
       {"VirtualService", "DestinationRule", "ServiceEntry", "WorkloadEntry", "Rollout"}) {
    page += "\n## " + kind + "\n";
    std::map<std::string, std::string> first_with_rows;
    for (const Message& message : MessagesOf(kind)) {
      page += "\n### " + kind + " `" + message.path + "`\n\n";
      const auto [first, is_new] = first_with_rows.emplace(message.rows, message.path);
      page += is_new ? "| field | support | note |\n|---|---|---|\n" + message.rows
                     : "As `" + first->second + "`.\n";
    }
  }
  return page;
}

TEST(SupportPage, SaysWhatTheFieldTablesSay) {
  const std::string page = Page();
  if (std::getenv("MESHROUTE_WRITE_DOCS") != nullptr) std::ofstream(kPage) << page;
  std::ostringstream written;
  written << std::ifstream(kPage).rdbuf();
  EXPECT_TRUE(written.str() == page)
      << "docs/support.md is out of date. Write it anew with\n"
         "  MESHROUTE_WRITE_DOCS=1 build/ci/tests/test_config --gtest_filter='SupportPage.*'";
}

TEST(SupportPage, CountsEveryFieldUnderOneWord) {
  size_t rows = 0;
  for (const std::string kind :
       {"VirtualService", "DestinationRule", "ServiceEntry", "WorkloadEntry", "Rollout"}) {
    for (const Message& message : MessagesOf(kind)) {
      for (const char c : message.rows) rows += c == '\n' ? 1U : 0U;
    }
  }
  EXPECT_EQ(rows, ListFieldSupport().size());
}

}  // namespace
}  // namespace meshroute

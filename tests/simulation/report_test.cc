// SPDX-License-Identifier: Apache-2.0
#include "meshroute/simulation/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "lib/simulation/report_numbers.h"
#include "meshroute/config/json.h"
#include "meshroute/simulation/svg_plot.h"
#include "tests/simulation/scenarios.h"

namespace meshroute {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;
using testing::HasSubstr;
using testing::Not;

SimulationReport SmallReport() {
  const LoadedScenario loaded = LoadText(WithResources(
      "name: a <small> run\nduration: 40s\ninterval: 10s\narrivals: {rate: 100}\n"
      "requests: [{authority: \"reviews:9080\"}]\n"
      "incidents: [{name: blip, from: 10s, until: 20s, failures: [{percent: 50}]}]\n"
      "expect:\n- {measure: failedPercent, until: 10s, atMost: 0}\n"
      "- {measure: failedCalls, from: 10s, until: 20s, atLeast: 100}\n"
      "- {measure: sharePercent, of: v2, atLeast: 50}\n"
      "- {measure: rolloutPhase, is: Failed}\n",
      std::string(kReviews) + SplitRules(90, 10, "      retries: {attempts: 0}") + SubsetRules()));
  SimulationReport report;
  report.result = Simulate(loaded, 1);
  report.expectations = CheckExpectations(loaded.scenario, report.result);
  return report;
}

TEST(Expectations, AreJudgedOverTheirSpan) {
  const SimulationReport report = SmallReport();
  ASSERT_EQ(report.expectations.size(), 4u);
  EXPECT_TRUE(report.expectations[0].met);
  EXPECT_EQ(report.expectations[0].expected, "failedPercent until 10s at most 0");
  EXPECT_EQ(report.expectations[0].actual, "0");
  EXPECT_TRUE(report.expectations[1].met);
  EXPECT_FALSE(report.expectations[2].met);
  EXPECT_EQ(report.expectations[2].expected, "sharePercent of v2 at least 50");
  EXPECT_FALSE(report.expectations[3].met);
  EXPECT_EQ(report.expectations[3].actual, "there is no such rollout");
  EXPECT_FALSE(report.all_met());
}

TEST(TextReport, HasARowForEachIntervalAndTheVerdicts) {
  const std::string text = ToText(SmallReport());
  EXPECT_THAT(text, HasSubstr("TIME  CALLS/S  FAILED"));
  EXPECT_THAT(text, HasSubstr("\n30s "));
  EXPECT_THAT(text, HasSubstr("incident  blip begins"));
  EXPECT_THAT(text, HasSubstr("  met      failedPercent until 10s at most 0"));
  EXPECT_THAT(text, HasSubstr("  NOT MET  sharePercent of v2 at least 50"));
}

TEST(JsonReport, ReadsBack) {
  const SimulationReport report = SmallReport();
  ConfigErrors errors;
  const std::unique_ptr<DocumentNode> document =
      ReadJson({"report.json", WriteJson(ToDocument(report))}, LoadOptions(), errors);
  ASSERT_NE(document, nullptr) << errors.ToStatus();
  EXPECT_EQ(document->Find("timeline")->elements().size(), 4u);
  EXPECT_EQ(document->Find("total")->Find("calls")->AsUint64(), report.result.total.all.calls);
  EXPECT_EQ(document->Find("events")->elements()[0].Find("text")->string(), "blip begins");
}

TEST(HtmlReport, IsOnePageWithoutAnythingFromElsewhere) {
  const std::string html = ToHtml(SmallReport());
  EXPECT_THAT(html, HasSubstr("<title>a &lt;small&gt; run</title>"));
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, HasSubstr("prefers-color-scheme: dark"));
  for (const char* const foreign : {"http://", "https://", "src=", "url(", "@import", "<script"}) {
    EXPECT_THAT(html, Not(HasSubstr(foreign)));
  }
  EXPECT_THAT(html, Not(HasSubstr("nan")));
}

TEST(SvgPlot, GapsAreNotDrawnAcross) {
  Plot plot;
  plot.title = "t";
  plot.times = {1, 2, 3, 4};
  plot.end = 4;
  plot.lines.push_back({"a", {1, 2, std::numeric_limits<double>::quiet_NaN(), 4}});
  const std::string svg = ToFigure(plot);
  const size_t path = svg.find(" d=\"");
  const std::string d = svg.substr(path, svg.find('"', path + 4) - path);
  EXPECT_EQ(std::count(d.begin(), d.end(), 'M'), 2);
  EXPECT_EQ(std::count(d.begin(), d.end(), 'L'), 1);
}

TEST(SvgPlot, TellsWhatItsLimitIs) {
  Plot plot;
  plot.times = {1, 2};
  plot.end = 2;
  plot.lines.push_back({"score", {1, 2}});
  plot.limit = {7, "the <limit>"};
  const std::string svg = ToFigure(plot);
  EXPECT_THAT(svg, HasSubstr("<line class=\"limit\""));
  EXPECT_THAT(svg, HasSubstr("<i class=\"dashes\"></i>the &lt;limit&gt;</span>"));
}

TEST(SvgPlot, CountsHaveNoHalves) {
  Plot plot;
  plot.times = {1, 2};
  plot.end = 2;
  plot.lines.push_back({"ejected", {0, 1}});
  EXPECT_THAT(ToFigure(plot), HasSubstr(">0.2</text>"));
  plot.least_step = 1;
  EXPECT_THAT(ToFigure(plot), Not(HasSubstr(">0.2</text>")));
  EXPECT_THAT(ToFigure(plot), HasSubstr(">1</text>"));
}

TEST(ReportNumbers, AreShort) {
  EXPECT_EQ(ShortMoment(0s), "0s");
  EXPECT_EQ(ShortMoment(12500ms), "12.5s");
  EXPECT_EQ(ShortMoment(90s), "1m30s");
  EXPECT_EQ(ShortMoment(60s), "1m");
  EXPECT_EQ(ShortMoment(7500s), "2h5m");
  EXPECT_EQ(ShortMoment(60120ms), "1m0.12s");
  EXPECT_EQ(ShortLatency(750us), "750us");
  EXPECT_EQ(ShortLatency(2500ms), "2.5s");
}

}  // namespace
}  // namespace meshroute

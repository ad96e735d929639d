// SPDX-License-Identifier: Apache-2.0
#include "lib/upstream/outlier_events.h"

#include <gtest/gtest.h>

#include <vector>

namespace meshroute {
namespace {

using Kind = Outcome::Kind;
using LocalOrigin = OutlierEvents::LocalOrigin;

OutlierDetection Split() {
  OutlierDetection settings;
  settings.split_external_local_origin_errors = true;
  return settings;
}

OutlierDetection ErrorCodes(std::vector<uint32_t> codes) {
  OutlierDetection settings;
  settings.outlier_detection_http_error_codes = std::move(codes);
  return settings;
}

OutlierEvents Statuses(int first, int second = 0) {
  OutlierEvents events;
  events.first_status = first;
  events.second_status = second;
  return events;
}

OutlierEvents Origin(LocalOrigin local_origin, int status = 0) {
  OutlierEvents events;
  events.first_status = status;
  events.local_origin = local_origin;
  return events;
}

Outcome Grpc(int grpc_status) {
  Outcome outcome = Outcome::Status(200);
  outcome.grpc_status = grpc_status;
  return outcome;
}

TEST(OutlierEventsTest, WithoutSplitEveryOutcomeIsAStatus) {
  const OutlierDetection settings;
  EXPECT_EQ(ReadOutcome(Outcome::Status(200), settings), Statuses(200));
  EXPECT_EQ(ReadOutcome(Outcome::Status(404), settings), Statuses(404));
  EXPECT_EQ(ReadOutcome(Outcome::Status(503), settings), Statuses(503));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kConnectFailed), settings), Statuses(503));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kConnectTimeout), settings), Statuses(503));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kResetBeforeHeaders), settings), Statuses(503));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kRefusedStream), settings), Statuses(503));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kProtocolError), settings), Statuses(503));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kTimeout), settings), Statuses(504));
}

TEST(OutlierEventsTest, AnAnswerThatBreaksOffIsAnAnswerAndThenAFailure) {
  Outcome outcome = Outcome::Failure(Kind::kResetAfterHeaders);
  EXPECT_EQ(ReadOutcome(outcome, {}), Statuses(200, 503));
  outcome.status = 500;
  EXPECT_EQ(ReadOutcome(outcome, {}), Statuses(500, 503));
  EXPECT_EQ(ReadOutcome(outcome, Split()), Origin(LocalOrigin::kSuccessThenFailure, 500));
}

TEST(OutlierEventsTest, OverflowAndCancelledSayNothing) {
  for (const OutlierDetection& settings : {OutlierDetection(), Split()}) {
    EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kOverflow), settings), OutlierEvents());
    EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kNotReady), settings), OutlierEvents());
    EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kCancelled), settings), OutlierEvents());
  }
  EXPECT_FALSE(IsFailure(Outcome::Failure(Kind::kOverflow)));
  EXPECT_FALSE(IsFailure(Outcome::Failure(Kind::kNotReady)));
  EXPECT_FALSE(IsFailure(Outcome::Failure(Kind::kCancelled)));
}

TEST(OutlierEventsTest, WithSplitOnlyAnswersAreStatuses) {
  EXPECT_EQ(ReadOutcome(Outcome::Status(503), Split()), Origin(LocalOrigin::kSuccess, 503));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kConnectFailed), Split()),
            Origin(LocalOrigin::kFailure));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kConnectTimeout), Split()),
            Origin(LocalOrigin::kFailure));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kResetBeforeHeaders), Split()),
            Origin(LocalOrigin::kSuccessThenFailure));
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kRefusedStream), Split()),
            Origin(LocalOrigin::kSuccessThenFailure));
}

TEST(OutlierEventsTest, WithSplitATimeoutBeforeTheRequestWasSentHadNoConnection) {
  Outcome timeout = Outcome::Failure(Kind::kTimeout);
  EXPECT_EQ(ReadOutcome(timeout, Split()), Origin(LocalOrigin::kSuccessThenFailure));
  timeout.request_sent = false;
  EXPECT_EQ(ReadOutcome(timeout, Split()), Origin(LocalOrigin::kFailure));
}

TEST(OutlierEventsTest, AGrpcStatusInTheHeadersCountsByItsHttpStatus) {
  EXPECT_EQ(ReadOutcome(Grpc(0), {}), Statuses(200));
  EXPECT_EQ(ReadOutcome(Grpc(14), {}), Statuses(503));
  EXPECT_EQ(ReadOutcome(Grpc(4), {}), Statuses(504));
  EXPECT_EQ(ReadOutcome(Grpc(5), {}), Statuses(404));
  EXPECT_TRUE(IsFailure(Grpc(14)));
  EXPECT_FALSE(IsFailure(Grpc(5)));
}

TEST(OutlierEventsTest, ErrorCodesReplaceWhatAnErrorIs) {
  const OutlierDetection settings = ErrorCodes({429, 503});
  EXPECT_EQ(ReadOutcome(Outcome::Status(429), settings), Statuses(500));
  EXPECT_EQ(ReadOutcome(Outcome::Status(503), settings), Statuses(503));
  EXPECT_EQ(ReadOutcome(Outcome::Status(500), settings), Statuses(200));
  EXPECT_EQ(ReadOutcome(Outcome::Status(200), settings), Statuses(200));
  EXPECT_EQ(ReadOutcome(Grpc(14), settings), Statuses(503)) << "not of gRPC";
  EXPECT_EQ(ReadOutcome(Outcome::Failure(Kind::kTimeout), settings), Statuses(504))
      << "not of failures to get an answer";
}

TEST(OutlierEventsTest, FailuresAreServerErrorsAndMissingAnswers) {
  EXPECT_TRUE(IsFailure(Outcome::Status(500)));
  EXPECT_FALSE(IsFailure(Outcome::Status(499)));
  EXPECT_TRUE(IsFailure(Outcome::Failure(Kind::kConnectFailed)));
  EXPECT_TRUE(IsFailure(Outcome::Failure(Kind::kResetAfterHeaders)));
  EXPECT_TRUE(IsFailure(Outcome::Failure(Kind::kTimeout)));
}

}  // namespace
}  // namespace meshroute

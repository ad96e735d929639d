// SPDX-License-Identifier: Apache-2.0
#include "lib/simulation/arrival_stream.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "lib/simulation/latency_sampler.h"

namespace meshroute {
namespace {

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// The rate without bursts at `second`, as it is right after it.
double BaseRate(const Arrivals& arrivals, double second) {
  double rate = arrivals.rate;
  for (const RateChange& change : arrivals.changes) {
    const double at = Seconds(change.at);
    const double over = Seconds(change.over);
    if (second < at) break;
    const double share = over == 0 ? 1 : std::min(1.0, (second - at) / over);
    rate += (change.rate - rate) * share;
  }
  return rate;
}

double BurstRate(const Arrivals& arrivals, double second) {
  double rate = 0;
  for (const Burst& burst : arrivals.bursts) {
    const double at = Seconds(burst.at);
    if (second >= at && second < at + Seconds(burst.lasts)) rate += burst.rate;
  }
  return rate;
}

// How long a rate takes to bring `amount`; more than `length` where it does not.
double TimeFor(double amount, double rate, double growth, double length) {
  const double whole = rate * length + growth * length * length / 2;
  if (amount >= whole) return length + 1;
  if (growth == 0) return amount / rate;
  // The root of growth/2 t^2 + rate t - amount that is stable for small growth.
  return 2 * amount / (rate + std::sqrt(std::max(0.0, rate * rate + 2 * growth * amount)));
}

}  // namespace

double RateAt(const Arrivals& arrivals, Duration moment) {
  const double second = Seconds(moment);
  return BaseRate(arrivals, second) + BurstRate(arrivals, second);
}

ArrivalStream::ArrivalStream(const Arrivals& arrivals, Duration end, RandomSource& random)
    : process_(arrivals.process), end_(end), random_(random), pieces_(PiecesOf(arrivals, end)) {}

std::vector<ArrivalStream::Piece> ArrivalStream::PiecesOf(const Arrivals& arrivals, Duration end) {
  std::vector<double> borders = {0, Seconds(end)};
  for (const RateChange& change : arrivals.changes) {
    borders.push_back(Seconds(change.at));
    borders.push_back(Seconds(change.at + change.over));
  }
  for (const Burst& burst : arrivals.bursts) {
    borders.push_back(Seconds(burst.at));
    borders.push_back(Seconds(burst.at + burst.lasts));
  }
  std::sort(borders.begin(), borders.end());
  std::vector<Piece> pieces;
  for (size_t i = 0; i + 1 < borders.size(); ++i) {
    Piece piece{borders[i], std::min(borders[i + 1], Seconds(end)), 0, 0};
    if (!(piece.until > piece.from) || piece.from < 0) continue;
    // Within a piece the rate is one line: two of its points say which.
    const double length = piece.until - piece.from;
    const double middle = BaseRate(arrivals, piece.from + length / 2);
    const double start = BaseRate(arrivals, piece.from);
    piece.growth = (middle - start) / (length / 2);
    piece.rate = start + BurstRate(arrivals, piece.from);
    pieces.push_back(piece);
  }
  return pieces;
}

Duration ArrivalStream::Next() {
  double amount = process_ == Arrivals::Process::kConstant ? 1 : DrawExponential(random_);
  for (; piece_ < pieces_.size(); ++piece_) {
    const Piece& piece = pieces_[piece_];
    const double gone = std::max(0.0, now_ - piece.from);
    const double left = piece.until - piece.from - gone;
    const double rate = piece.rate + piece.growth * gone;
    const double takes = TimeFor(amount, rate, piece.growth, left);
    if (takes <= left) {
      now_ = piece.from + gone + takes;
      return std::min(end_, Duration(static_cast<int64_t>(now_ * 1e9)));
    }
    amount -= rate * left + piece.growth * left * left / 2;
    now_ = piece.until;
  }
  return end_;
}

}  // namespace meshroute

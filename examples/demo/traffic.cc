// SPDX-License-Identifier: Apache-2.0
#include "demo/traffic.h"

namespace demo {
namespace {

using meshroute::MutexLock;

constexpr const char* kUrl = "http://reviews:9080/reviews/1";

}  // namespace

Traffic::Traffic(meshroute::HttpClient& client, Tally& tally, TrafficOptions options)
    : client_(client), tally_(tally), options_(options), calling_(options.threads) {
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this, i] { Run(i); });
}

Traffic::~Traffic() {
  {
    const MutexLock lock(mutex_);
    wish_ = Wish::kStop;
    changed_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

void Traffic::Pause() {
  const MutexLock lock(mutex_);
  wish_ = Wish::kPause;
  while (calling_ > 0) changed_.Wait(mutex_);
}

void Traffic::Resume() {
  const MutexLock lock(mutex_);
  wish_ = Wish::kRun;
  changed_.NotifyAll();
}

bool Traffic::MayCall() {
  const MutexLock lock(mutex_);
  --calling_;
  if (wish_ == Wish::kPause) changed_.NotifyAll();
  while (wish_ == Wish::kPause) changed_.Wait(mutex_);
  ++calling_;
  return wish_ == Wish::kRun;
}

void Traffic::Run(int thread) {
  meshroute::HttpRequest as_other;
  as_other.url = kUrl;
  meshroute::HttpRequest as_jason = as_other;
  as_jason.headers = {{"end-user", "jason"}};
  for (int call = thread; MayCall(); ++call) {
    const bool is_jason = call % options_.jason_in == 0;
    tally_.Record(is_jason ? User::kJason : User::kOther,
                  client_.Send(is_jason ? as_jason : as_other));
    if (options_.pause.count() > 0) std::this_thread::sleep_for(options_.pause);
  }
}

}  // namespace demo

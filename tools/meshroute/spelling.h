// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_SPELLING_H_
#define MESHROUTE_TOOLS_MESHROUTE_SPELLING_H_

#include <string>
#include <string_view>
#include <vector>

namespace meshroute::tool {

// The word of `words` that someone who typed `typed` most likely meant: the one
// with the fewest letters to add, drop, change or swap, where that is at most a
// third of its length; or one that `typed` is the beginning of. Empty where none
// is near.
std::string_view NearestWord(std::string_view typed, const std::vector<std::string_view>& words);

// The parts of `text` between '|'.
std::vector<std::string_view> SplitChoices(std::string_view text);

// "text, json or yaml".
std::string ListWords(const std::vector<std::string_view>& words, std::string_view last = " or ");

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_SPELLING_H_

// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/source_book.h"

#include <algorithm>

#include "tools/meshroute/display_columns.h"

namespace meshroute::tool {
SourceBook::SourceBook(const std::vector<SourceText>& texts) {
  for (const SourceText& source : texts) {
    texts_[source.name] = {.text = source.text, .order = texts_.size(), .line_starts = {}};
  }
}

size_t SourceBook::OrderOf(std::string_view file) const {
  const auto found = texts_.find(file);
  return found == texts_.end() ? texts_.size() : found->second.order;
}

std::string_view SourceBook::LineOf(Text& text, size_t line) {
  std::vector<size_t>& starts = text.line_starts;
  if (starts.empty()) {
    starts.push_back(0);
    for (size_t i = 0; i < text.text.size(); ++i) {
      if (text.text[i] == '\n') starts.push_back(i + 1);
    }
  }
  if (line == 0 || line > starts.size()) return {};
  std::string_view rest = text.text.substr(starts[line - 1]);
  if (line == 1 && rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

std::string SourceBook::Excerpt(const SourcePosition& position, const Style& style) {
  const auto found = texts_.find(position.file);
  if (found == texts_.end() || position.line == 0) return {};
  const std::string_view line = LineOf(found->second, position.line);
  if (line.empty()) return {};
  const size_t byte = position.column == 0 ? 0 : std::min(position.column - 1, line.size());
  const LineWindow window = CutToWindow(line, byte);

  const std::string number = std::to_string(position.line);
  const std::string margin(std::max<size_t>(number.size(), 4), ' ');
  std::string text = margin.substr(number.size()) + style(Ink::kFaint, number + " | ");
  text += window.text + "\n";
  if (position.column == 0) return text;
  text += margin + style(Ink::kFaint, " | ");
  text.append(window.caret_column, ' ').append(style(Ink::kGood, "^")).append("\n");
  return text;
}

}  // namespace meshroute::tool

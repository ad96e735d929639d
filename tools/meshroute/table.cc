// SPDX-License-Identifier: Apache-2.0
#include "tools/meshroute/table.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "tools/meshroute/display_columns.h"

namespace meshroute::tool {
namespace {

constexpr size_t kGap = 2;

std::vector<std::string> LinesOf(std::string_view cell) {
  std::vector<std::string> lines;
  for (;;) {
    const size_t end = cell.find('\n');
    lines.push_back(Visible(cell.substr(0, end)));
    if (end == std::string_view::npos) return lines;
    cell.remove_prefix(end + 1);
  }
}

}  // namespace

Table::Table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }

void Table::Add(std::vector<std::string> cells) {
  cells.resize(rows_[0].size());
  rows_.push_back(std::move(cells));
}

void Table::Print(const Style& style, std::ostream& out) const {
  std::vector<size_t> widths(rows_[0].size());
  for (const std::vector<std::string>& row : rows_) {
    for (size_t column = 0; column < row.size(); ++column) {
      for (const std::string& line : LinesOf(row[column])) {
        widths[column] = std::max(widths[column], DisplayWidth(line));
      }
    }
  }
  for (const std::vector<std::string>& row : rows_) {
    std::vector<std::vector<std::string>> cells;
    size_t height = 0;
    for (const std::string& cell : row) {
      cells.push_back(LinesOf(cell));
      height = std::max(height, cells.back().size());
    }
    for (size_t line = 0; line < height; ++line) {
      std::string text;
      for (size_t column = 0; column < cells.size(); ++column) {
        const std::string& cell = line < cells[column].size() ? cells[column][line] : "";
        text += cell;
        text.append(widths[column] + kGap - DisplayWidth(cell), ' ');
      }
      text.erase(text.find_last_not_of(' ') + 1);
      out << (&row == rows_.data() ? style(Ink::kStrong, text) : text) << "\n";
    }
  }
}

}  // namespace meshroute::tool

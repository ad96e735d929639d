// SPDX-License-Identifier: Apache-2.0
#ifndef MESHROUTE_TOOLS_MESHROUTE_TABLE_H_
#define MESHROUTE_TOOLS_MESHROUTE_TABLE_H_

#include <ostream>
#include <string>
#include <vector>

#include "tools/meshroute/console.h"

namespace meshroute::tool {

// Rows under headings, columns lined up. A cell with line ends takes as many lines.
class Table {
 public:
  explicit Table(std::vector<std::string> headings);

  // As many cells as there are headings.
  void Add(std::vector<std::string> cells);

  bool empty() const { return rows_.size() == 1; }
  void Print(const Style& style, std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace meshroute::tool

#endif  // MESHROUTE_TOOLS_MESHROUTE_TABLE_H_

#pragma once

#include "report.hpp"

#include <ostream>
#include <string>

namespace fanio::bench {

/// A figure for people: three digits that count, thousands apart: "0.012", "4.25", "12,345".
[[nodiscard]] std::string figure(double value);

/// The table of a run. Below a case stands what of it is not to be trusted, and why, and what was
/// left out; the last line is the sum.
void write_table(std::ostream& out, const report& of);

} // namespace fanio::bench

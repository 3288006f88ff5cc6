#pragma once

#include "report.hpp"

#include <string>

namespace fanio::bench {

/// A report as JSON, a case's row a line.
[[nodiscard]] std::string to_json(const report& of);

/// A case's report in one line, for another process of the harness, and back. *Errors*: throws
/// boost::system::system_error where the text is not such a line.
[[nodiscard]] std::string pack(const case_report& found);
[[nodiscard]] case_report unpack(const std::string& line);

} // namespace fanio::bench

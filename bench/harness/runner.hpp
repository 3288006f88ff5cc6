#pragma once

#include "bench_case.hpp"
#include "report.hpp"
#include "scratch.hpp"
#include "stop_signals.hpp"

#include <chrono>
#include <optional>

namespace fanio::bench {

/// Runs cases, each in a process of its own and with mounts of its own, so that nothing is left of
/// a case that throws, crashes, hangs or is interrupted: no process, no mount and no temporary
/// file.
class runner
{
public:
  /// `patience`: how long a case may take. The temporary files of cases, and of what they start, go
  /// into a directory of this object (TMPDIR). *Errors*: throws std::system_error.
  runner(stop_signals& stop, std::chrono::milliseconds patience);

  /// Runs a case; what it throws, and how else it fails, is in the report. Nothing if it was
  /// interrupted. options.progress is called in this process.
  [[nodiscard]] std::optional<case_report> run(const bench_case& what, const run_options& options);

private:
  [[nodiscard]] std::optional<case_report> supervise(const bench_case& what,
                                                     const run_options& options);

  temporary_directory files_;
  stop_signals& stop_;
  std::chrono::milliseconds patience_;
};

} // namespace fanio::bench

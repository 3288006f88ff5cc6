#pragma once

#include "trace_lines.hpp"
#include <fanio/resolve/process_table.hpp>

namespace fanio::tool {

/// What `format` asks for of a process that `processes` has just found for an event, or that has
/// this pid and nothing else is known of.
[[nodiscard]] told_process tell_process(const resolve::process* p, pid_t pid,
                                        resolve::process_table& processes,
                                        const line_format& format);

} // namespace fanio::tool

#pragma once

#include <fanio/event_mask.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/response.hpp>

#include <string>

namespace fanio::tool {

// What the manual pages and the kernel's headers call it: FAN_REPORT_FID, FAN_MARK_EVICTABLE,
// FAN_DENY_ERRNO(EBUSY).

[[nodiscard]] std::string kernel_name(init_flags flag);
[[nodiscard]] std::string kernel_name(event_mask event);
[[nodiscard]] std::string kernel_name(mark_target target);
[[nodiscard]] std::string kernel_name(mark_flags flag);
[[nodiscard]] std::string kernel_name(const response& form);

} // namespace fanio::tool

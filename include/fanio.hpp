#pragma once

/// Everything of fanio's core.

#include <fanio/async_for_each.hpp>
#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/error.hpp>
#include <fanio/event.hpp>
#include <fanio/event_buffer.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/event_range.hpp>
#include <fanio/event_view.hpp>
#include <fanio/file_flags.hpp>
#include <fanio/file_handle.hpp>
#include <fanio/group_info.hpp>
#include <fanio/group_options.hpp>
#include <fanio/info_record.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/location.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/parse_events.hpp>
#include <fanio/probe.hpp>
#include <fanio/read_options.hpp>
#include <fanio/response.hpp>
#include <fanio/unique_fd.hpp>
#include <fanio/version.hpp>

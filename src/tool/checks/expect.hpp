#pragma once

#include "../trial.hpp"
#include <fanio/error.hpp>
#include <fanio/event.hpp>
#include <fanio/event_mask.hpp>

#include <filesystem>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

namespace fanio::tool {

/// This kernel does another thing than programs rely on.
class difference : public std::runtime_error
{
public:
  using std::runtime_error::runtime_error;
};

/// The check can't be made here, which says nothing about the kernel.
class unfit : public std::runtime_error
{
public:
  using std::runtime_error::runtime_error;
};

/// Whether a refusal is about the filesystem, which can't hold such a mark.
[[nodiscard]] bool is_about_filesystem(const error_code& ec);

// All of these throw `difference`
// ------------------------------------------------------------------

/// Ends the check where something differs, in these words.
void expect(bool holds, const std::string& otherwise);

void expect(event_mask expected, event_mask got);

/// The masks of events, in their order.
void expect(std::initializer_list<event_mask> expected, const std::vector<event>& got);

/// What an act of another process gave: 0, an errno, or that it is still blocked.
void expect_result(int expected, int got);

/// Makes a file that may be executed but is no program: who tries to gets ENOEXEC, and that once it
/// was opened. Throws `unfit` where nothing may be executed.
[[nodiscard]] std::filesystem::path write_program(trial& here);

/// What a call must be refused with.
void expect_refusal(errc expected, const error_code& got);

/// The refusal of a group, and of a mark.
void expect_no_group(trial& here, init_flags flags, errc expected);
void expect_no_mark(fanotify_handle& group, const location& where, event_mask mask, errc expected,
                    mark_target target = mark_target::inode, mark_flags flags = {});

/// Now; what a finished act causes is queued by then.
void expect_nothing(const fanotify_handle& group);

[[nodiscard]] event only(std::vector<event> events);

/// Waits until so many events are queued.
void await_queued(const fanotify_handle& group, std::size_t events);

} // namespace fanio::tool

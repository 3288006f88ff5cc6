#pragma once

#include "../harness/process.hpp"
#include "../load/storm.hpp"
#include "peer.hpp"
#include <fanio/unique_fd.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace fanio::bench {

/// A peer at work: it watches the directories of a storm, and what it prints goes to a file.
class running_peer
{
public:
  running_peer(const peer& what, const storm& made, const std::filesystem::path& output);

  /// Waits until it watches. *Errors*: throws std::runtime_error if it ends before, or after two
  /// minutes.
  void wait_until_ready();

  /// Waits until it has told all that has happened, or has ended, as some do when their queue is
  /// full. *Errors*: throws std::runtime_error after two minutes.
  void wait_until_drained();

  /// Stops it, so that its queue fills.
  void stop() const;
  void go_on() const noexcept;

  /// CPU time so far, also when it has ended.
  [[nodiscard]] std::chrono::nanoseconds cpu_time();

  /// The most memory that it has had.
  [[nodiscard]] double peak_megabytes() const;

private:
  [[nodiscard]] bool has_ended() const;
  [[nodiscard]] bool is_ready();
  [[nodiscard]] bool tells_of(const std::string& text);
  [[nodiscard]] std::string last_words();
  [[nodiscard]] std::string next_marker() const;
  void make_marker();
  void read_output();
  void await_silence();
  [[nodiscard]] std::size_t inotify_marks() const;

  peer::readiness ready_by_;
  const storm& made_;
  process process_;
  unique_fd output_;
  std::size_t markers_ = 0;
  std::size_t lines_ = 0; ///< That it has printed so far.
  std::string recent_;    ///< The end of what it has printed.
  std::optional<process_end> end_;
};

} // namespace fanio::bench

#pragma once

#include "../harness/process.hpp"
#include "../harness/statistics.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace fanio::bench {

/// Who opens what. The openers share a core; each has files of its own in every place.
struct opener_settings
{
  /// Directories that they all go to by turns, to and fro: rivals that answer for one place each
  /// are so measured within milliseconds of each other, and each comes after each of its
  /// neighbours.
  std::vector<std::filesystem::path> places;

  std::size_t openers = 1;  ///< At least one.
  std::size_t files = 16;   ///< Of each opener, in each place. At least one.
  std::size_t opens = 1000; ///< Of each opener, in each turn. 0: as many as `time` has room for.
  std::chrono::nanoseconds time{}; ///< Of a turn, if `opens` is 0.
  std::size_t opens_before = 0;    ///< Of each opener at the start of each turn, not measured.
  std::size_t turns = 1;           ///< Of each place.
};

/// What came of one place.
struct place_result
{
  std::vector<double> opens_a_second; ///< Of all openers together, one a turn.
  time_histogram latencies;           ///< Of open(2) alone.
  std::uint64_t opened = 0;           ///< With those that were not measured.
  std::uint64_t failed = 0;           ///< Opens that were refused.
};

class opener_records;

/// Processes that open and close files, again and again, which somebody is to allow.
///
/// They are forked by the constructor and wait for `start`. No opener may have a copy of the
/// descriptor of a group, which would keep it alive, and the opener blocked, when the responder
/// dies: so a group in this process is opened after the fleet is made, and one of another program
/// when one likes. The destructor kills the openers that are left.
class opener_fleet
{
public:
  /// Makes the files, without opening them: nobody is asked. *Errors*: throws std::system_error.
  explicit opener_fleet(const opener_settings& settings);

  opener_fleet(const opener_fleet&) = delete;
  opener_fleet& operator=(const opener_fleet&) = delete;
  ~opener_fleet();

  void start();

  /// Waits until they are done and tells of each place. *Errors*: throws std::runtime_error if
  /// they aren't within `patience`. The destructor then kills them, also those that are blocked.
  [[nodiscard]] std::vector<place_result> finish(std::chrono::milliseconds patience);

private:
  opener_settings settings_;
  std::unique_ptr<opener_records> records_;
  start_gate gate_;
  std::vector<process> openers_;
};

} // namespace fanio::bench

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fanio::bench {

/// *Precondition* of all three: there is a value.
[[nodiscard]] double median(std::span<const double> values);
[[nodiscard]] double smallest(std::span<const double> values);
[[nodiscard]] double largest(std::span<const double> values);

/// The value below which a share (0 to 1) of the values lies.
[[nodiscard]] double quantile(std::span<const double> values, double share);

/// The quotient of each pair: as many as both have. Of two counts of 0 it is 1.
[[nodiscard]] std::vector<double> quotients(std::span<const double> of, std::span<const double> by);

/// Counts times in buckets whose width grows with the time (64 for each doubling, so that a value
/// is right within 1.6 %): of fixed size, it counts without allocating, also in memory that
/// processes share.
class time_histogram
{
public:
  void count(std::uint64_t nanoseconds) noexcept;
  void merge(const time_histogram& other) noexcept;
  [[nodiscard]] std::uint64_t total() const noexcept;

  /// In nanoseconds. 0 if nothing was counted.
  [[nodiscard]] double quantile(double share) const noexcept;

  /// Points (nanoseconds, share of the values at most so long), for a cumulative curve.
  [[nodiscard]] std::vector<std::pair<double, double>> cumulative() const;

private:
  static constexpr std::size_t buckets_an_octave = 64;
  static constexpr std::size_t octaves = 40; // up to 18 minutes
  std::uint64_t counts_[buckets_an_octave * octaves] = {};
};

} // namespace fanio::bench

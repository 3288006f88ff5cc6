#include "statistics.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>

namespace fanio::bench {

double median(std::span<const double> values)
{
  return quantile(values, 0.5);
}

double smallest(std::span<const double> values)
{
  assert(!values.empty());
  return *std::ranges::min_element(values);
}

double largest(std::span<const double> values)
{
  assert(!values.empty());
  return *std::ranges::max_element(values);
}

double quantile(std::span<const double> values, double share)
{
  assert(!values.empty());
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const auto place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

std::vector<double> quotients(std::span<const double> of, std::span<const double> by)
{
  std::vector<double> result(std::min(of.size(), by.size()));
  std::transform(of.begin(), of.begin() + std::ssize(result), by.begin(), result.begin(),
                 [](double a, double b) { return a == b ? 1 : a / b; });
  return result;
}

namespace {

/// Times that share a bucket: from `first` on, `width` of them.
struct bucket
{
  std::uint64_t first;
  std::uint64_t width;
};

/// In the lowest buckets there is one time each, and the width doubles from octave to octave.
constexpr std::size_t index_of(std::uint64_t time, std::size_t an_octave) noexcept
{
  const auto bits = std::bit_width(time / an_octave);
  const auto shift = static_cast<unsigned>(bits > 1 ? bits - 1 : 0);
  return shift * an_octave + static_cast<std::size_t>(time >> shift);
}

constexpr bucket bucket_at(std::size_t index, std::size_t an_octave) noexcept
{
  const auto shift = index / an_octave > 1 ? index / an_octave - 1 : 0;
  return {static_cast<std::uint64_t>(index - shift * an_octave) << shift,
          std::uint64_t{1} << shift};
}

static_assert(index_of(63, 64) == 63 && index_of(64, 64) == 64 && index_of(128, 64) == 128);
static_assert(index_of(130, 64) == 129 && bucket_at(129, 64).first == 130);
static_assert(bucket_at(129, 64).width == 2 && bucket_at(127, 64).width == 1);

} // namespace

void time_histogram::count(std::uint64_t nanoseconds) noexcept
{
  ++counts_[std::min(index_of(nanoseconds, buckets_an_octave), std::size(counts_) - 1)];
}

void time_histogram::merge(const time_histogram& other) noexcept
{
  std::ranges::transform(counts_, other.counts_, counts_, std::plus<>());
}

std::uint64_t time_histogram::total() const noexcept
{
  return std::accumulate(std::begin(counts_), std::end(counts_), std::uint64_t{0});
}

double time_histogram::quantile(double share) const noexcept
{
  const auto wanted = share * static_cast<double>(total());
  std::uint64_t sum = 0;
  double last = 0;
  for (std::size_t i = 0; i < std::size(counts_); ++i)
  {
    if (counts_[i] == 0)
    {
      continue;
    }
    const auto times = bucket_at(i, buckets_an_octave);
    sum += counts_[i];
    last = static_cast<double>(times.first) + static_cast<double>(times.width - 1) / 2;
    if (static_cast<double>(sum) >= wanted)
    {
      break;
    }
  }
  return last;
}

std::vector<std::pair<double, double>> time_histogram::cumulative() const
{
  std::vector<std::pair<double, double>> points;
  const auto all = static_cast<double>(total());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < std::size(counts_); ++i)
  {
    if (counts_[i] != 0)
    {
      const auto times = bucket_at(i, buckets_an_octave);
      sum += counts_[i];
      points.emplace_back(static_cast<double>(times.first + times.width - 1),
                          static_cast<double>(sum) / all);
    }
  }
  return points;
}

} // namespace fanio::bench

#pragma once

#include "../harness/bench_case.hpp"

namespace fanio::bench {

// The functions of the cases: see all_cases.cpp for what each is called and compares.

void drain_handles_case(const run_options& options, outcome& out);
void drain_names_case(const run_options& options, outcome& out);
void drain_descriptors_case(const run_options& options, outcome& out);
void drain_paths_case(const run_options& options, outcome& out);
void drain_object_paths_case(const run_options& options, outcome& out);
void drain_tokens_case(const run_options& options, outcome& out);
void drain_buffers_case(const run_options& options, outcome& out);
void drain_many_case(const run_options& options, outcome& out);
void growth_case(const run_options& options, outcome& out);

void respond_case(const run_options& options, outcome& out);
void respond_four_case(const run_options& options, outcome& out);
void respond_kept_case(const run_options& options, outcome& out);
void respond_fapolicyd_case(const run_options& options, outcome& out);
void compile_case(const run_options& options, outcome& out);
void trace_case(const run_options& options, outcome& out);
void watch_case(const run_options& options, outcome& out);
void watch_start_case(const run_options& options, outcome& out);

void linger_case(const run_options& options, outcome& out);
void churn_case(const run_options& options, outcome& out);
void delay_case(const run_options& options, outcome& out);
void echo_case(const run_options& options, outcome& out);
void backends_case(const run_options& options, outcome& out);
void steady_case(const run_options& options, outcome& out);

} // namespace fanio::bench

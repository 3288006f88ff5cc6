#include "../harness/program.hpp"

int main(int argc, char** argv)
{
  return fanio::bench::run_program(argc, argv, fanio::bench::all_cases());
}

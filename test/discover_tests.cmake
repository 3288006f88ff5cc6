# Lists the cases of a Boost.Test executable and writes an add_test for each. A case is skipped where
# its precondition says why, in words that start with "needs"...

execute_process(
  COMMAND ${TEST_EXECUTABLE} --list_content=HRF --color_output=no
  OUTPUT_VARIABLE stdout
  ERROR_VARIABLE stderr
  RESULT_VARIABLE result)
if(result)
  message(FATAL_ERROR "${TEST_EXECUTABLE} --list_content failed: ${result}\n${stderr}")
endif()

# One name a line with a '*' behind it, indented by four blanks a level; ": description" may follow.
string(REPLACE ";" "" listing "${stdout}${stderr}")
string(REPLACE "\n" ";" lines "${listing}")
set(paths)
foreach(line IN LISTS lines)
  if(line MATCHES "^( *)([^*: ]+)\\*")
    string(LENGTH "${CMAKE_MATCH_1}" indent)
    math(EXPR level "${indent} / 4")
    math(EXPR last "${level} - 1")
    set(name_${level} "${CMAKE_MATCH_2}")
    set(path "${CMAKE_MATCH_2}")
    while(last GREATER_EQUAL 0)
      set(path "${name_${last}}/${path}")
      math(EXPR last "${last} - 1")
    endwhile()
    # What was last seen one level up is a suite and no case.
    string(REGEX REPLACE "/[^/]*$" "" parent "${path}")
    list(REMOVE_ITEM paths "${parent}")
    list(APPEND paths "${path}")
  endif()
endforeach()

set(script "")
# add_case(name path properties...). Two rows of the kernel's promises change a setting of the whole
# machine for a moment.
function(add_case name path)
  list(JOIN ARGN " " properties)
  if(path MATCHES "/X(21|45)_")
    string(APPEND properties " RUN_SERIAL ON")
  endif()
  string(
    APPEND
    script
    "add_test([==[${name}]==] [==[${TEST_EXECUTABLE}]==] [==[--run_test=${path}]==] --log_level=test_suite --color_output=no)\n"
    "set_tests_properties([==[${name}]==] PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT} SKIP_REGULAR_EXPRESSION \"precondition failed: needs \" ${properties})\n"
  )
  set(script
      "${script}"
      PARENT_SCOPE)
endfunction()

foreach(path IN LISTS paths)
  if(TEST_READINGS)
    foreach(reading IN LISTS TEST_READINGS)
      add_case(${TEST_LABEL}/${reading}/${path} ${path} ENVIRONMENT FANIO_TEST_READING=${reading})
    endforeach()
  else()
    add_case(${TEST_LABEL}/${path} ${path})
  endif()
endforeach()
list(LENGTH paths count)
if(count EQUAL 0)
  message(FATAL_ERROR "${TEST_EXECUTABLE} has no tests")
endif()
file(WRITE ${TEST_LIST} "${script}")

# One step of the consumer tests: installs fanio, or builds a consumer and runs it.

set(prefix ${work_dir}/${linkage}/prefix)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# build(source_dir binary_dir [options of cmake...])
function(build source_dir binary_dir)
  file(REMOVE_RECURSE ${binary_dir})
  run(${CMAKE_COMMAND} -S ${source_dir} -B ${binary_dir} -G ${generator} -C ${work_dir}/cache.cmake
      ${ARGN})
  run(${CMAKE_COMMAND} --build ${binary_dir} --parallel 2)
endfunction()

# The prefix is moved after the installation: nothing in it may know where it was.
function(install_from binary_dir)
  file(REMOVE_RECURSE ${prefix} ${prefix}-at-first)
  run(${CMAKE_COMMAND} --install ${binary_dir} --prefix ${prefix}-at-first)
  file(RENAME ${prefix}-at-first ${prefix})
  if(EXISTS ${prefix}/bin/fanio)
    run(${prefix}/bin/fanio --version)
  endif()
endfunction()

function(run_consumer)
  execute_process(
    COMMAND ${ARGN} COMMAND_ECHO STDOUT ECHO_OUTPUT_VARIABLE
    OUTPUT_VARIABLE output
    TIMEOUT 30 COMMAND_ERROR_IS_FATAL ANY)
  if(NOT output STREQUAL "create hello\n")
    message(FATAL_ERROR "The consumer saw something else than the file that it made.")
  endif()
endfunction()

# consumer(project [options of cmake...])
function(consumer project)
  build(${CMAKE_CURRENT_LIST_DIR}/${project} ${work_dir}/${name} ${ARGN})
  run_consumer(${work_dir}/${name}/consumer)
endfunction()

if(step STREQUAL "install_this")
  install_from(${fanio_binary_dir})
elseif(step STREQUAL "install_other")
  string(COMPARE EQUAL ${linkage} shared shared)
  set(binary_dir ${work_dir}/${linkage}/build)
  build(${fanio_source_dir} ${binary_dir} -DBUILD_SHARED_LIBS=${shared} -DFANIO_BUILD_TESTS=OFF
        -DFANIO_BUILD_EXAMPLES=OFF -DFANIO_BUILD_BENCH=OFF -DFANIO_BUILD_TOOL=OFF)
  install_from(${binary_dir})
elseif(step STREQUAL "find_package")
  consumer(find_package -DCMAKE_PREFIX_PATH=${prefix} -Dfanio_version=${fanio_version})
elseif(step STREQUAL "add_subdirectory")
  consumer(add_subdirectory -Dfanio_source_dir=${fanio_source_dir})
elseif(step STREQUAL "fetch_content")
  consumer(add_subdirectory -DFETCHCONTENT_SOURCE_DIR_FANIO=${fanio_source_dir})
elseif(step STREQUAL "pkg_config")
  find_program(pkg_config pkg-config)
  if(NOT pkg_config)
    message("precondition failed: needs pkg-config")
    return()
  endif()
  file(GLOB_RECURSE pc_file ${prefix}/*/fanio.pc)
  cmake_path(GET pc_file PARENT_PATH pc_dir)
  set(ENV{PKG_CONFIG_PATH} ${pc_dir})
  set(ENV{LD_LIBRARY_PATH} ${pc_dir}/..)
  execute_process(COMMAND ${pkg_config} --cflags --libs "fanio = ${fanio_version}"
                  OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND ${flags})
  set(executable ${work_dir}/${name})
  run(${compiler} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/main.cpp ${flags} -o ${executable})
  run_consumer(${executable})
elseif(step STREQUAL "exports")
  # Weak symbols may be others': inline functions and statics of Asio and the standard library. A
  # program must have one of each, so their headers make them visible.
  file(GLOB_RECURSE library ${prefix}/libfanio.so)
  execute_process(COMMAND ${nm} -DC --defined-only ${library} OUTPUT_VARIABLE symbols
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "[^\n]* [VWu] [^\n]*\n" "" strong "${symbols}")
  string(REGEX REPLACE "[0-9a-f]+ [A-Z] ([^\n]*)" "\\1" strong "${strong}")
  string(REGEX REPLACE "\\[abi:cxx11\\]" "" strong "${strong}")
  foreach(pass 1 2) # llvm-nm closes two templates at once
    string(REPLACE ">>" "> >" strong "${strong}")
  endforeach()
  # A list must not be split where a symbol has a semicolon or a bracket: none has.
  string(STRIP "${strong}" strong)
  string(REPLACE "\n" ";" strong "${strong}")
  list(SORT strong)
  list(REMOVE_DUPLICATES strong)
  list(JOIN strong "\n" strong)
  file(WRITE ${work_dir}/exports "${strong}\n")
  execute_process(COMMAND diff -u ${CMAKE_CURRENT_LIST_DIR}/exports ${work_dir}/exports
                  RESULT_VARIABLE differs)
  if(differs)
    message(
      FATAL_ERROR
        "The public symbols have changed. If that is meant: cp ${work_dir}/exports ${CMAKE_CURRENT_LIST_DIR}/exports"
    )
  endif()
endif()

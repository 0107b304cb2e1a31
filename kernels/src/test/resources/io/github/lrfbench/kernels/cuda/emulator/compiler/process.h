// Runs a program and waits for it.
#pragma once
#include <string>
#include <vector>

namespace emulator {

// The exit status; -1 if it cannot be started. What it prints goes to `output`.
int run_program(const std::vector<std::string>& command, std::string* output);

std::string read_file(const std::string& path);

// So that another process sees the whole file or none.
bool write_file_atomically(const std::string& path, const std::string& content);

}  // namespace emulator

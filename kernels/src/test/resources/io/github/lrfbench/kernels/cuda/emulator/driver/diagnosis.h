// What went wrong, in words: kept for tests and for cuGetErrorString, and printed.
#pragma once
#include <string>

#include "api.h"

namespace emulator {

// Notes the fault and returns the status, so that a call can end with `return fail(...)`.
EXPORT Status fail(Status status, const std::string& diagnosis);

// Everything that was diagnosed since the last clear_diagnoses, a line each.
std::string diagnoses();
void clear_diagnoses();

// What the calling thread was told last with this status, or an empty text.
std::string last_diagnosis(Status status);

// Whether diagnoses are printed to the standard error stream.
void set_printing(bool on);

std::string hex(unsigned long long address);

}  // namespace emulator

#include "diagnosis.h"

#include <cstdio>
#include <mutex>

namespace emulator {
namespace {

std::mutex mutex;
std::string all;
bool printing = true;
constexpr size_t kept_bytes = 1 << 20;

thread_local Status last_status = success;
thread_local std::string last_text;

}  // namespace

Status fail(Status status, const std::string& diagnosis) {
  last_status = status;
  last_text = diagnosis;
  std::lock_guard<std::mutex> lock(mutex);
  if (all.size() < kept_bytes) {
    all += diagnosis + "\n";
  }
  if (printing) {
    std::fprintf(stderr, "[emulator] %s\n", diagnosis.c_str());
  }
  return status;
}

std::string diagnoses() {
  std::lock_guard<std::mutex> lock(mutex);
  return all;
}

void clear_diagnoses() {
  std::lock_guard<std::mutex> lock(mutex);
  all.clear();
}

std::string last_diagnosis(Status status) {
  return status == last_status ? last_text : std::string();
}

void set_printing(bool on) {
  std::lock_guard<std::mutex> lock(mutex);
  printing = on;
}

std::string hex(unsigned long long address) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", address);
  return text;
}

}  // namespace emulator

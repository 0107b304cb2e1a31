// The handles of one kind that are alive. A stale handle is told from a good one instead of followed.
#pragma once
#include <mutex>
#include <unordered_set>

namespace emulator {

template <class T>
class Handles {
 public:
  T* add(T* handle) {
    std::lock_guard<std::mutex> lock(mutex_);
    live_.insert(handle);
    return handle;
  }

  bool contains(T* handle) {
    std::lock_guard<std::mutex> lock(mutex_);
    return live_.count(handle) != 0;
  }

  // Forgets the handle; false if it was not alive.
  bool remove(T* handle) {
    std::lock_guard<std::mutex> lock(mutex_);
    return live_.erase(handle) != 0;
  }

 private:
  std::mutex mutex_;
  std::unordered_set<T*> live_;
};

}  // namespace emulator

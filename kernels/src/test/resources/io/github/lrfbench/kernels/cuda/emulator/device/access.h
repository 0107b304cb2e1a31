// Checks of memory accesses. g++ -fsanitize=thread makes a kernel call one of the __tsan functions before each access;
// they are ours.
#pragma once
#include <cstdint>

namespace emulator {

enum class Access { read, write, atomic, asynchronous };

// Ends the launch unless the current thread may do that.
void check_access(uintptr_t address, unsigned bytes, Access access);

// The bytes that an asynchronous copy was to write are written now.
void finish_asynchronous(uintptr_t address, unsigned bytes);

// Forgets what is known of allocations; they may have changed since the last launch. False if the object has more
// shared memory than can be watched.
bool begin_accesses();

}  // namespace emulator

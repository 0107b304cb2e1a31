// Streams do their work at once, in the order of the calls; a stream under capture records it for a graph instead.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "api.h"

namespace emulator {

using Work = std::function<Status()>;

struct Capture;
struct Stream;
struct Graph;

// Runs the work or, under capture, records it. `stream` may be null: the default stream.
EXPORT Status enqueue(Stream* stream, Work work);

// Whether the stream is under capture.
EXPORT bool capturing(Stream* stream);

// Success, or the status with which a call must end that is unsafe during captures (it would wait, or touch memory
// that the graph may use). A capture that forbids it is broken by it, as on a device.
EXPORT Status check_uncaptured();

// As check_uncaptured, for calls that use the default stream and wait for it.
Status check_default_stream();

// Registers memory that was allocated under capture and belongs to the graph.
void own_memory(Stream* stream, DevicePointer address);

EXPORT bool is_stream(Stream* stream);

}  // namespace emulator

#include "stream.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "context.h"
#include "diagnosis.h"
#include "handles.h"
#include "memory.h"

namespace emulator {

enum CaptureMode { global_mode = 0, thread_mode = 1, relaxed_mode = 2 };

struct Graph {
  std::vector<Work> nodes;
  std::vector<DevicePointer> memory;

  ~Graph() {
    for (DevicePointer address : memory) {
      release(address, MemoryKind::device);
    }
  }
};

struct Capture {
  std::shared_ptr<Graph> graph = std::make_shared<Graph>();
  Stream* origin;
  int mode;
  std::thread::id thread = std::this_thread::get_id();
  bool broken = false;
  std::set<Stream*> forks;     // other streams that it has drawn in
  std::set<Stream*> unjoined;  // of those, the ones that have not come back
};

struct Stream {
  bool blocking;  // waits for the default stream
  unsigned flags;
  int priority;
  std::shared_ptr<Capture> capture;
  int device = current_device();
};

struct Event {
  bool timing;
  bool recorded = false;
  std::chrono::steady_clock::time_point time;
  std::shared_ptr<Capture> capture;  // set while it marks a point within a capture
  Stream* stream = nullptr;
  int device = current_device();
};

namespace {

// A handle of the API: it shares the recorded work with executable graphs made of it.
struct GraphHandle {
  std::shared_ptr<Graph> graph;
};

std::recursive_mutex mutex;  // guards streams' and events' capture state
std::set<std::shared_ptr<Capture>> captures;
Handles<Stream> streams;
Handles<Event> events;
Handles<GraphHandle> graphs;
Handles<GraphHandle> executables;
Stream default_stream{true, 0, 0, nullptr};
thread_local int thread_capture_mode = global_mode;

// The default stream is 0, or 1 and 2 where it is named as legacy or per thread.
Stream* resolve(Stream* stream) { return reinterpret_cast<uintptr_t>(stream) <= 2 ? &default_stream : stream; }

Status break_capture(Capture& capture, Status status, const std::string& why) {
  capture.broken = true;
  return fail(status, why);
}

// The default stream would have to wait for a capturing stream, which never runs.
Status check_implicit(Stream* stream) {
  if (stream != &default_stream) {
    return success;
  }
  for (const auto& capture : captures) {
    if (capture->origin->blocking) {
      return break_capture(*capture, capture_implicit, "the default stream was used during the capture of a stream");
    }
  }
  return success;
}

Status check_stream(Stream*& stream) {
  Status status = check_context();
  if (status != success) {
    return status;
  }
  if (!is_stream(stream)) {
    return fail(invalid_handle, "a stream that does not exist, or no longer");
  }
  stream = resolve(stream);
  if (stream != &default_stream && stream->device != current_device()) {
    return fail(invalid_handle, "a stream of device " + std::to_string(stream->device) + " is used in the context of " +
                                    std::to_string(current_device()));
  }
  return success;
}

Status run(const Graph& graph) {
  for (const Work& work : graph.nodes) {
    Status status = work();
    if (status != success) {
      return status;
    }
  }
  return success;
}

}  // namespace

bool is_stream(Stream* stream) { return resolve(stream) == &default_stream || streams.contains(stream); }

bool capturing(Stream* stream) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  return is_stream(stream) && resolve(stream)->capture != nullptr;
}

Status enqueue(Stream* stream, Work work) {
  Status status = check_stream(stream);
  if (status != success) {
    return status;
  }
  {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    status = check_implicit(stream);
    if (status != success) {
      return status;
    }
    if (stream->capture != nullptr) {
      if (stream->capture->broken) {
        return capture_invalidated;
      }
      stream->capture->graph->nodes.push_back(std::move(work));
      return success;
    }
  }
  return work();
}

Status check_uncaptured() {
  if (thread_capture_mode == relaxed_mode) {
    return success;
  }
  std::lock_guard<std::recursive_mutex> lock(mutex);
  for (const auto& capture : captures) {
    bool own = capture->thread == std::this_thread::get_id();
    bool forbids = capture->mode == global_mode ? own || thread_capture_mode == global_mode
                                                : capture->mode == thread_mode && own;
    if (forbids) {
      return break_capture(*capture, capture_unsupported, "a call that is unsafe during the capture of a stream");
    }
  }
  return success;
}

Status check_default_stream() {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  Status status = check_implicit(&default_stream);
  return status != success ? status : check_uncaptured();
}

void own_memory(Stream* stream, DevicePointer address) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  resolve(stream)->capture->graph->memory.push_back(address);
}

}  // namespace emulator

using namespace emulator;

API Status cuStreamCreateWithPriority(Stream** stream, unsigned flags, int priority) {
  Status status = check_context();
  if (status != success) {
    return status;
  }
  if (stream == nullptr || flags > 1) {
    return invalid_value;
  }
  int clamped = std::min(0, std::max(-5, priority));
  *stream = streams.add(new Stream{flags == 0, flags, clamped, nullptr});
  return success;
}

API Status cuStreamCreate(Stream** stream, unsigned flags) { return cuStreamCreateWithPriority(stream, flags, 0); }

API Status cuStreamDestroy_v2(Stream* stream) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (!streams.remove(stream)) {
    return fail(invalid_handle, "destroys a stream that does not exist, or no longer");
  }
  if (stream->capture != nullptr) {
    captures.erase(stream->capture);
    stream->capture->forks.erase(stream);
  }
  delete stream;
  return success;
}

API Status cuStreamSynchronize(Stream* stream) {
  Status status = check_stream(stream);
  if (status != success) {
    return status;
  }
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (stream->capture != nullptr) {
    return break_capture(*stream->capture, capture_unsupported, "a wait for a stream under capture");
  }
  return check_implicit(stream);
}

API Status cuStreamQuery(Stream* stream) { return cuStreamSynchronize(stream); }

API Status cuStreamGetFlags(Stream* stream, unsigned* flags) {
  Status status = check_stream(stream);
  if (status == success) {
    *flags = stream->flags;
  }
  return status;
}

API Status cuStreamGetPriority(Stream* stream, int* priority) {
  Status status = check_stream(stream);
  if (status == success) {
    *priority = stream->priority;
  }
  return status;
}

API Status cuStreamGetCtx(Stream* stream, Context** context) {
  Status status = check_stream(stream);
  if (status == success) {
    *context = current_context();
  }
  return status;
}

API Status cuStreamWaitEvent(Stream* stream, Event* event, unsigned) {
  Status status = check_stream(stream);
  if (status != success) {
    return status;
  }
  if (!events.contains(event)) {
    return invalid_handle;
  }
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (event->capture != nullptr) {
    if (stream->capture == nullptr) {
      if (stream == &default_stream) {
        return break_capture(*event->capture, capture_implicit, "the default stream waits for a captured event");
      }
      stream->capture = event->capture;
      stream->capture->forks.insert(stream);
      stream->capture->unjoined.insert(stream);
    } else if (stream->capture != event->capture) {
      return break_capture(*stream->capture, capture_isolation, "waits for an event of another capture");
    } else {
      stream->capture->unjoined.erase(event->stream);
    }
    return success;
  }
  if (stream->capture != nullptr) {
    return break_capture(*stream->capture, capture_isolation, "a capture waits for an event from outside of it");
  }
  return success;
}

API Status cuStreamBeginCapture_v2(Stream* stream, int mode) {
  Status status = check_stream(stream);
  if (status != success) {
    return status;
  }
  if (mode < global_mode || mode > relaxed_mode) {
    return invalid_value;
  }
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (stream == &default_stream) {
    return fail(capture_unsupported, "the default stream cannot be captured");
  }
  if (stream->capture != nullptr) {
    return fail(illegal_state, "the stream is already under capture");
  }
  stream->capture = std::make_shared<Capture>();
  stream->capture->origin = stream;
  stream->capture->mode = mode;
  captures.insert(stream->capture);
  return success;
}

API Status cuStreamEndCapture(Stream* stream, GraphHandle** graph) {
  *graph = nullptr;
  Status status = check_stream(stream);
  if (status != success) {
    return status;
  }
  std::lock_guard<std::recursive_mutex> lock(mutex);
  std::shared_ptr<Capture> capture = stream->capture;
  if (capture == nullptr) {
    return fail(illegal_state, "the stream is not under capture");
  }
  if (capture->origin != stream) {
    return break_capture(*capture, capture_unmatched, "the capture did not begin on this stream");
  }
  if (capture->mode != relaxed_mode && capture->thread != std::this_thread::get_id()) {
    return break_capture(*capture, capture_wrong_thread, "the capture was begun by another thread");
  }
  captures.erase(capture);
  stream->capture = nullptr;
  bool joined = capture->unjoined.empty();
  for (Stream* fork : capture->forks) {
    fork->capture = nullptr;
  }
  if (capture->broken) {
    return capture_invalidated;
  }
  if (!joined) {
    return fail(capture_unjoined, "a stream that was forked off into the capture was not joined");
  }
  *graph = graphs.add(new GraphHandle{capture->graph});
  return success;
}

API Status cuStreamIsCapturing(Stream* stream, int* state) {
  Status status = check_stream(stream);
  if (status != success) {
    return status;
  }
  std::lock_guard<std::recursive_mutex> lock(mutex);
  *state = stream->capture == nullptr ? 0 : stream->capture->broken ? 2 : 1;
  return success;
}

API Status cuThreadExchangeStreamCaptureMode(int* mode) {
  std::swap(*mode, thread_capture_mode);
  return success;
}

API Status cuGraphCreate(GraphHandle** graph, unsigned) {
  *graph = graphs.add(new GraphHandle{std::make_shared<Graph>()});
  return success;
}

API Status cuGraphGetNodes(GraphHandle* graph, void**, size_t* count) {
  if (!graphs.contains(graph)) {
    return invalid_handle;
  }
  *count = graph->graph->nodes.size();
  return success;
}

API Status cuGraphDestroy(GraphHandle* graph) {
  if (!graphs.remove(graph)) {
    return fail(invalid_handle, "destroys a graph that does not exist, or no longer");
  }
  delete graph;
  return success;
}

API Status cuGraphInstantiateWithFlags(GraphHandle** executable, GraphHandle* graph, unsigned long long) {
  Status status = check_context();
  if (status != success) {
    return status;
  }
  if (!graphs.contains(graph)) {
    return invalid_handle;
  }
  *executable = executables.add(new GraphHandle{graph->graph});
  return success;
}

API Status cuGraphExecDestroy(GraphHandle* executable) {
  if (!executables.remove(executable)) {
    return fail(invalid_handle, "destroys an executable graph that does not exist, or no longer");
  }
  delete executable;
  return success;
}

API Status cuGraphUpload(GraphHandle* executable, Stream* stream) {
  Status status = check_stream(stream);
  return status != success ? status : executables.contains(executable) ? success : invalid_handle;
}

API Status cuGraphLaunch(GraphHandle* executable, Stream* stream) {
  if (!executables.contains(executable)) {
    return fail(invalid_handle, "launches a graph that does not exist, or no longer");
  }
  std::shared_ptr<Graph> graph = executable->graph;
  return enqueue(stream, [graph] { return run(*graph); });
}

API Status cuEventCreate(Event** event, unsigned flags) {
  Status status = check_context();
  if (status != success) {
    return status;
  }
  bool timing = (flags & 2) == 0;
  *event = events.add(new Event{timing, false, {}, nullptr, nullptr});
  return success;
}

API Status cuEventDestroy_v2(Event* event) {
  if (!events.remove(event)) {
    return fail(invalid_handle, "destroys an event that does not exist, or no longer");
  }
  delete event;
  return success;
}

API Status cuEventRecord(Event* event, Stream* stream) {
  Status status = check_stream(stream);
  if (status != success) {
    return status;
  }
  if (!events.contains(event)) {
    return fail(invalid_handle, "records an event that does not exist, or no longer");
  }
  if (event->device != current_device()) {
    return fail(invalid_handle, "records an event of device " + std::to_string(event->device) + " in a stream of " +
                                    std::to_string(current_device()));
  }
  std::lock_guard<std::recursive_mutex> lock(mutex);
  status = check_implicit(stream);
  if (status != success) {
    return status;
  }
  event->capture = stream->capture;
  event->stream = stream;
  event->recorded = true;
  event->time = std::chrono::steady_clock::now();
  return success;
}

API Status cuEventRecordWithFlags(Event* event, Stream* stream, unsigned flags) {
  if (flags == 0) {
    return cuEventRecord(event, stream);
  }
  // An external event: under capture it becomes a node that takes the time at every replay.
  return enqueue(stream, [event] {
    if (!events.contains(event)) {
      return invalid_handle;
    }
    event->recorded = true;
    event->time = std::chrono::steady_clock::now();
    return success;
  });
}

API Status cuEventSynchronize(Event* event) {
  Status status = check_context();
  if (status != success) {
    return status;
  }
  if (!events.contains(event)) {
    return fail(invalid_handle, "waits for an event that does not exist, or no longer");
  }
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (event->capture != nullptr) {
    return break_capture(*event->capture, captured_event, "a wait for a captured event");
  }
  return check_uncaptured();
}

API Status cuEventQuery(Event* event) { return cuEventSynchronize(event); }

API Status cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
  if (!events.contains(start) || !events.contains(end)) {
    return fail(invalid_handle, "an event that does not exist, or no longer");
  }
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (!start->timing || !end->timing || !start->recorded || !end->recorded) {
    return fail(invalid_handle, "the time between events that were not recorded, or take no time");
  }
  if (start->capture != nullptr || end->capture != nullptr) {
    return captured_event;
  }
  *milliseconds = std::chrono::duration<float, std::milli>(end->time - start->time).count();
  return success;
}

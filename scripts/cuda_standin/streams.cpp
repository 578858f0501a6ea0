// Devices, contexts, streams and events.
//
// A stream is a queue, and CUDA_STANDIN_PACE says when it moves. `lazy` (the default): only when somebody waits for it, so that whoever looks at results or
// changes inputs too early finds nothing done. `eager`: at once. `random`: any stream, any time, the same way in every run. Real hardware lies between.
#include "standin.h"

#include <cstdlib>
#include <cstring>

namespace standin {

thread_local Context *current = nullptr;

enum class Pace { Lazy, Eager, Random };

struct Event {
    Context *context;
    Stream *stream = nullptr;
    uint64_t at = 0;
};

static bool initialised = false;
// Never taken down: threads may come back after the end of the program.
static Context *const contexts = new Context[8];
static auto &events = *new std::set<Event *>;

static int devices() { return (int)std::min<size_t>(setting("CUDA_STANDIN_DEVICES", 2), 8); }

static Pace pace() {
    const char *value = std::getenv("CUDA_STANDIN_PACE");
    if (value != nullptr && std::strcmp(value, "eager") == 0) return Pace::Eager;
    return value != nullptr && std::strcmp(value, "random") == 0 ? Pace::Random : Pace::Lazy;
}

bool is_alive(const Stream *stream) {
    for (int i = 0; i < 8; i++)
        if (contexts[i].streams.count(const_cast<Stream *>(stream)) > 0) return true;
    return false;
}

static Status in_context(const char *call) {
    if (!initialised) return fault(call, NOT_INITIALIZED, "cuInit was not called");
    if (current == nullptr || current->retained == 0) return fault(call, INVALID_CONTEXT, "no context is current on this thread");
    return current->broken;
}

Status usable(const char *call, const Stream *stream) {
    if (Status status = in_context(call)) return status;
    if (!is_alive(stream)) return fault(call, INVALID_HANDLE, "there is no stream %p", (const void *)stream);
    if (stream->context != current) return fault(call, INVALID_CONTEXT, "the stream is of another context than the current one");
    return OK;
}

Status run(Stream *stream, uint64_t upto) {
    while (stream->done < upto && !stream->queue.empty()) {
        Operation operation = std::move(stream->queue.front());
        stream->queue.pop_front();
        stream->done++;
        if (stream->context->broken != OK) continue;
        running = operation.what;
        Status status = operation.run();
        running = nullptr;
        if (status != OK) stream->context->broken = status;
    }
    return stream->context->broken;
}

static uint64_t draw() {
    static uint64_t state = 88172645463325252u;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

Status submit(Stream *stream, const char *what, std::function<Status()> operation, const void *module) {
    stream->queue.push_back({what, std::move(operation), module});
    stream->asked++;
    size_t under_way = 0;
    for (Stream *other : stream->context->streams) under_way += !other->queue.empty();
    highest("streams under way at once on cuda:" + std::to_string(stream->context->device), under_way);
    if (pace() == Pace::Eager) return run(stream, stream->asked);
    if (pace() == Pace::Random && draw() % 4 == 0) {
        auto at = stream->context->streams.begin();
        std::advance(at, draw() % stream->context->streams.size());
        run(*at, (*at)->done + draw() % 8);
    }
    return OK;
}

}  // namespace standin

using namespace standin;

extern "C" {

Status cuInit(unsigned flags) {
    ENTER("cuInit");
    if (flags != 0) return fault("cuInit", INVALID_VALUE, "flags %u", flags);
    if (devices() == 0) return NO_DEVICE;
    if (!initialised) catch_signals();
    initialised = true;
    return OK;
}

Status cuDriverGetVersion(int *version) {
    ENTER("cuDriverGetVersion");
    *version = 12000;
    return OK;
}

Status cuDeviceGetCount(int *count) {
    ENTER("cuDeviceGetCount");
    if (!initialised) return fault("cuDeviceGetCount", NOT_INITIALIZED, "cuInit was not called");
    *count = devices();
    return OK;
}

Status cuDeviceGet(int *device, int ordinal) {
    ENTER("cuDeviceGet");
    if (!initialised) return fault("cuDeviceGet", NOT_INITIALIZED, "cuInit was not called");
    if (ordinal < 0 || ordinal >= devices()) return fault("cuDeviceGet", INVALID_DEVICE, "there is no device %d", ordinal);
    *device = ordinal;
    return OK;
}

Status cuDeviceGetName(char *name, int length, int device) {
    ENTER("cuDeviceGetName");
    if (device < 0 || device >= devices() || length < 64) return fault("cuDeviceGetName", INVALID_VALUE, "device %d, room for %d", device, length);
    std::strcpy(name, "stand-in, no GPU");
    return OK;
}

Status cuDeviceGetAttribute(int *value, int attribute, int device) {
    ENTER("cuDeviceGetAttribute");
    if (device < 0 || device >= devices()) return fault("cuDeviceGetAttribute", INVALID_DEVICE, "there is no device %d", device);
    int capability = (int)setting("CUDA_STANDIN_CAPABILITY", 80);
    switch (attribute) {
        case 75: *value = capability / 10; return OK;
        case 76: *value = capability % 10; return OK;
        case 115: *value = (int)setting("CUDA_STANDIN_POOLS", 1); return OK;
        default: return fault("cuDeviceGetAttribute", INVALID_VALUE, "the stand-in knows no attribute %d", attribute);
    }
}

Status cuDevicePrimaryCtxRetain(Context **context, int device) {
    ENTER("cuDevicePrimaryCtxRetain");
    if (!initialised || device < 0 || device >= devices()) return fault("cuDevicePrimaryCtxRetain", INVALID_DEVICE, "there is no device %d", device);
    contexts[device].device = device;
    contexts[device].retained++;
    *context = &contexts[device];
    return OK;
}

Status cuDevicePrimaryCtxRelease_v2(int device) {
    ENTER("cuDevicePrimaryCtxRelease_v2");
    if (device < 0 || device >= devices() || contexts[device].retained == 0)
        return fault("cuDevicePrimaryCtxRelease_v2", INVALID_CONTEXT, "device %d has no context", device);
    Context &context = contexts[device];
    if (--context.retained > 0) return OK;
    // What is left of it goes with it.
    count("streams that are left", context.streams.size());
    context.broken = OK;
    return OK;
}

Status cuCtxSetCurrent(Context *context) {
    ENTER("cuCtxSetCurrent");
    if (context != nullptr && (context < contexts || context >= contexts + 8 || context->retained == 0))
        return fault("cuCtxSetCurrent", INVALID_CONTEXT, "that is no context");
    current = context;
    return OK;
}

Status cuCtxGetCurrent(Context **context) {
    ENTER("cuCtxGetCurrent");
    if (!initialised) return fault("cuCtxGetCurrent", NOT_INITIALIZED, "cuInit was not called");
    *context = current;
    return OK;
}

Status cuStreamCreate(Stream **stream, unsigned flags) {
    ENTER("cuStreamCreate");
    if (Status status = in_context("cuStreamCreate")) return status;
    if (flags > 1) return fault("cuStreamCreate", INVALID_VALUE, "flags %u", flags);
    *stream = new Stream{current, {}};
    current->streams.insert(*stream);
    return OK;
}

Status cuStreamSynchronize(Stream *stream) {
    ENTER("cuStreamSynchronize");
    if (Status status = usable("cuStreamSynchronize", stream)) return status;
    return run(stream, stream->asked);
}

Status cuStreamDestroy_v2(Stream *stream) {
    ENTER("cuStreamDestroy_v2");
    if (!is_alive(stream)) return fault("cuStreamDestroy_v2", INVALID_HANDLE, "there is no stream %p", (void *)stream);
    // What was asked of it is still done.
    run(stream, stream->asked);
    for (Event *event : events)
        if (event->stream == stream) event->stream = nullptr;
    stream->context->given_back -= stream->given_back;
    stream->context->streams.erase(stream);
    // Kept, so that no later stream has its address.
    return OK;
}

Status cuEventCreate(Event **event, unsigned flags) {
    ENTER("cuEventCreate");
    if (Status status = in_context("cuEventCreate")) return status;
    // BLOCKING_SYNC and DISABLE_TIMING; INTERPROCESS wants more than a stand-in has.
    if (flags > 3) return fault("cuEventCreate", INVALID_VALUE, "flags %u", flags);
    *event = new Event{current};
    events.insert(*event);
    count("events that are left");
    return OK;
}

Status cuEventRecord(Event *event, Stream *stream) {
    ENTER("cuEventRecord");
    if (Status status = usable("cuEventRecord", stream)) return status;
    if (events.count(event) == 0) return fault("cuEventRecord", INVALID_HANDLE, "there is no such event");
    if (event->context != stream->context) return fault("cuEventRecord", INVALID_HANDLE, "event and stream are of two contexts");
    event->stream = stream;
    event->at = stream->asked + 1;
    return submit(stream, "an event", [] { return OK; });
}

Status cuEventSynchronize(Event *event) {
    ENTER("cuEventSynchronize");
    if (Status status = in_context("cuEventSynchronize")) return status;
    if (events.count(event) == 0) return fault("cuEventSynchronize", INVALID_HANDLE, "there is no such event");
    // As the driver does, an event that was never recorded is taken for passed. cudarc waits so before it hands page-locked memory out; a program that
    // meant to wait for a copy meets its memory locked instead.
    if (event->stream == nullptr) return OK;
    return run(event->stream, event->at);
}

Status cuEventDestroy_v2(Event *event) {
    ENTER("cuEventDestroy_v2");
    if (events.erase(event) == 0) return fault("cuEventDestroy_v2", INVALID_HANDLE, "there is no such event");
    count("events that are left", (size_t)-1);
    return OK;
}

}  // extern "C"

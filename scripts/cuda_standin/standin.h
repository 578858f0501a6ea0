// What the parts of the stand-in share. One lock over everything: a call holds it from its beginning to its end, and so does what a stream runs.
//
// Two kinds of error. A *fault* is a call that no program should make (a dead handle, a size beyond its allocation): it is counted and told on
// stderr, and a run with one fault has failed, even if nobody looks at the code that came back. What a real device says in its normal
// life (no memory left, no such device) is a plain code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

typedef int Status;

// Codes of cuda.h.
enum : Status {
    OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101, INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201, NO_BINARY_FOR_GPU = 209, INVALID_HANDLE = 400, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700,
    LAUNCH_OUT_OF_RESOURCES = 701, LAUNCH_FAILED = 719,
};

namespace standin {

struct Stream;

// The primary context of a device.
struct Context {
    int device = 0;
    unsigned retained = 0;
    // An error that stays, as one of a kernel does.
    Status broken = OK;
    // Bytes in use, and what was given back on streams that have not come to it.
    size_t live = 0, given_back = 0, most = 0, before_launches = 0;
    std::set<Stream *> streams;
};

struct Operation {
    const char *what;
    std::function<Status()> run;
    // The module that must stay loaded until then.
    const void *module;
};

struct Stream {
    Context *context;
    std::deque<Operation> queue;
    // Operations asked for and done since the beginning.
    uint64_t asked = 0, done = 0;
    size_t given_back = 0;
    bool launched = false;
};

// A piece of device memory. Its address is never mapped, so that a program that reads it as its own dies; `data` is where the bytes are.
struct Allocation {
    uint64_t address;
    size_t bytes;
    char *data;
    Context *context;
    // Where it was asked for, and whether that stream has come to it; null where it was asked for without a stream.
    Stream *stream;
    bool ready, given_back;
};

// A place in device memory that a call was given.
struct Place {
    Allocation *in = nullptr;
    size_t offset = 0;
    // Null once it was given back.
    char *now() const { return in->data == nullptr ? nullptr : in->data + offset; }
};

extern std::recursive_mutex lock;

// report.cpp
// Count a call; what it returns is to be returned, where it is not OK: a failure that was asked for (CUDA_STANDIN_FAIL=call:nth:code).
Status enter(const char *call);
Status fault(const char *call, Status code, const char *text, ...) __attribute__((format(printf, 3, 4)));
void count(const std::string &what, size_t n = 1);
void highest(const std::string &what, size_t n);
size_t setting(const char *name, size_t otherwise);
// What a signal is blamed on.
extern const char *running;
void catch_signals();

// streams.cpp
extern thread_local Context *current;
bool is_alive(const Stream *stream);
// Check that `stream` lives and that its context is the thread's.
Status usable(const char *call, const Stream *stream);
// Put an operation at the end of a stream. When it runs depends on CUDA_STANDIN_PACE.
Status submit(Stream *stream, const char *what, std::function<Status()> run, const void *module = nullptr);
// Run a stream up to its `upto`th operation.
Status run(Stream *stream, uint64_t upto);

// memory.cpp
// Where `bytes` from `address` on are; false after a fault.
bool locate(const char *call, const Stream *stream, uint64_t address, size_t bytes, size_t alignment, Place &place);
bool explain_address(const void *address, const char *&text);
void count_what_is_left();

}  // namespace standin

// The beginning of every entry point.
#define ENTER(call)                                                \
    std::lock_guard<std::recursive_mutex> held(standin::lock);     \
    if (Status wanted = standin::enter(call)) return wanted

// Device memory, page-locked memory, and copies between them.
//
// A piece of device memory ends where its page ends, and the pages before and behind it are nobody's: a kernel that reads beyond it dies. Fresh
// memory is all ones, which is no number in bf16 and f32 and no id of any table. Page-locked memory that a copy still has to read cannot be written, and memory that a
// copy still has to write cannot be touched, until the stream has come to that copy.
#include "standin.h"

#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace standin {

struct Pinned {
    char *data;
    size_t bytes, mapped;
    // Copies under way out of it and into it.
    unsigned out = 0, in = 0;
};

static const size_t PAGE = 4096;
// Between two pieces, so that what runs over one is in none.
static const uint64_t GAP = 1 << 16;
static const uint64_t SPACE = 1ull << 40;

// Never taken down: the report at the end counts them.
static auto &allocations = *new std::map<uint64_t, Allocation *>;
static auto &page_locked = *new std::map<uint64_t, Pinned>;
// Addresses of device memory: asked for and never mapped to anything.
static uint64_t space = 0, next_address = 0;

static size_t rounded(size_t n, size_t to) { return (n + to - 1) / to * to; }
static size_t capacity() { return setting("CUDA_STANDIN_MEMORY_MIB", 4096) << 20; }

static Allocation *allocation_at(uint64_t address) {
    auto after = allocations.upper_bound(address);
    if (after == allocations.begin()) return nullptr;
    Allocation *found = std::prev(after)->second;
    return address < found->address + found->bytes ? found : nullptr;
}

static Pinned *pinned_at(const void *address, size_t bytes) {
    auto after = page_locked.upper_bound((uint64_t)address);
    if (after == page_locked.begin()) return nullptr;
    Pinned &found = std::prev(after)->second;
    return (const char *)address + bytes <= found.data + found.bytes ? &found : nullptr;
}

static void protect(const Pinned &memory) {
    mprotect(memory.data, memory.mapped, memory.in > 0 ? PROT_NONE : memory.out > 0 ? PROT_READ : PROT_READ | PROT_WRITE);
}

bool explain_address(const void *address, const char *&text) {
    uint64_t at = (uint64_t)address;
    if (space != 0 && at >= space && at < space + SPACE) {
        text = "that is an address of device memory";
        return true;
    }
    if (const Pinned *memory = pinned_at(address, 1)) {
        text = memory->in > 0 ? "a copy into this page-locked memory was not waited for" : "a copy out of this page-locked memory was not waited for";
        return true;
    }
    text = "no memory of the device";
    return false;
}

bool locate(const char *call, const Stream *stream, uint64_t address, size_t bytes, size_t alignment, Place &place) {
    Allocation *found = allocation_at(address);
    const char *wrong = nullptr;
    if (found == nullptr) wrong = "is no device memory";
    else if (found->given_back) wrong = "was given back";
    else if (found->context != stream->context) wrong = "is of another device";
    else if (found->stream != stream && !found->ready) wrong = "was asked for on another stream, which has not come to it";
    else if (address - found->address + bytes > found->bytes) wrong = "ends too early";
    else if (address % alignment != 0) wrong = "is not aligned";
    if (wrong == nullptr) {
        place = {found, address - found->address};
        return true;
    }
    fault(call, INVALID_VALUE, "%zu bytes at %#lx: the memory %s", bytes, (unsigned long)address, wrong);
    return false;
}

static Status allocate(uint64_t *address, size_t bytes, Context *context, Stream *stream) {
    const char *call = stream == nullptr ? "cuMemAlloc_v2" : "cuMemAllocAsync";
    if (bytes == 0) return fault(call, INVALID_VALUE, "no bytes");
    // What was given back on this stream may serve again, on others only when the stream has come to it.
    size_t in_the_way = context->given_back - (stream == nullptr ? 0 : stream->given_back);
    if (context->live + in_the_way + rounded(bytes, 512) > capacity()) {
        count("out of memory");
        return OUT_OF_MEMORY;
    }
    if (space == 0) {
        void *reserved = mmap(nullptr, SPACE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (reserved == MAP_FAILED) return OUT_OF_MEMORY;
        space = (uint64_t)reserved, next_address = space + GAP;
    }
    size_t mapped = rounded(bytes, PAGE);
    char *pages = (char *)mmap(nullptr, mapped + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + PAGE, mapped, PROT_READ | PROT_WRITE) != 0) return OUT_OF_MEMORY;
    std::memset(pages + PAGE, 0xff, mapped);
    // Kernels read 16 bytes at a time; nothing of this program has an odd size.
    char *data = pages + PAGE + mapped - rounded(bytes, 16);
    auto *made = new Allocation{next_address, bytes, data, context, stream, stream == nullptr, false};
    next_address += rounded(bytes, 512) + GAP;
    allocations[made->address] = made;
    context->live += rounded(bytes, 512);
    context->most = std::max(context->most, context->live);
    highest("most bytes on cuda:" + std::to_string(context->device), context->most);
    *address = made->address;
    if (stream == nullptr) return OK;
    return submit(stream, "an allocation", [made] {
        made->ready = true;
        return OK;
    });
}

static void unmap(Allocation *allocation) {
    size_t mapped = rounded(allocation->bytes, PAGE);
    char *pages = allocation->data + rounded(allocation->bytes, 16) - mapped - PAGE;
    munmap(pages, mapped + 2 * PAGE);
    allocation->data = nullptr;
}

static Status give_back(uint64_t address, Stream *stream) {
    const char *call = stream == nullptr ? "cuMemFree_v2" : "cuMemFreeAsync";
    Allocation *found = allocation_at(address);
    if (found == nullptr || found->address != address) return fault(call, INVALID_VALUE, "nothing was allocated at %#lx", (unsigned long)address);
    if (found->given_back) return fault(call, INVALID_VALUE, "the memory at %#lx was given back before", (unsigned long)address);
    size_t bytes = rounded(found->bytes, 512);
    found->given_back = true;
    found->context->live -= bytes;
    if (stream == nullptr) {
        unmap(found);
        return OK;
    }
    if (found->context != stream->context) return fault(call, INVALID_VALUE, "the memory is of another device");
    stream->given_back += bytes;
    found->context->given_back += bytes;
    return submit(stream, "giving memory back", [found, stream, bytes] {
        unmap(found);
        stream->given_back -= bytes;
        found->context->given_back -= bytes;
        return OK;
    });
}

void count_what_is_left() {
    for (const auto &[address, allocation] : allocations) count("pieces of device memory that are left", !allocation->given_back);
    count("pieces of page-locked memory that are left", page_locked.size());
}

}  // namespace standin

using namespace standin;

extern "C" {

Status cuMemGetInfo_v2(size_t *free, size_t *total) {
    ENTER("cuMemGetInfo_v2");
    if (current == nullptr) return fault("cuMemGetInfo_v2", INVALID_CONTEXT, "no context is current on this thread");
    *total = capacity();
    *free = capacity() - std::min(capacity(), current->live + current->given_back);
    return OK;
}

// A stream is enough to know the context by; none need be current.
Status cuMemAllocAsync(uint64_t *address, size_t bytes, Stream *stream) {
    ENTER("cuMemAllocAsync");
    if (!is_alive(stream)) return fault("cuMemAllocAsync", INVALID_HANDLE, "there is no such stream");
    if (stream->context->broken) return stream->context->broken;
    return allocate(address, bytes, stream->context, stream);
}

Status cuMemFreeAsync(uint64_t address, Stream *stream) {
    ENTER("cuMemFreeAsync");
    if (!is_alive(stream)) return fault("cuMemFreeAsync", INVALID_HANDLE, "there is no such stream");
    if (stream->context->broken) return stream->context->broken;
    return give_back(address, stream);
}

Status cuMemAlloc_v2(uint64_t *address, size_t bytes) {
    ENTER("cuMemAlloc_v2");
    if (current == nullptr) return fault("cuMemAlloc_v2", INVALID_CONTEXT, "no context is current on this thread");
    if (current->broken) return current->broken;
    return allocate(address, bytes, current, nullptr);
}

Status cuMemFree_v2(uint64_t address) {
    ENTER("cuMemFree_v2");
    if (current == nullptr) return fault("cuMemFree_v2", INVALID_CONTEXT, "no context is current on this thread");
    if (current->broken) return current->broken;
    // Waits for the device, as the driver's does.
    for (Stream *stream : current->streams) run(stream, stream->asked);
    return give_back(address, nullptr);
}

Status cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) {
    ENTER("cuMemHostAlloc");
    if (current == nullptr) return fault("cuMemHostAlloc", INVALID_CONTEXT, "no context is current on this thread");
    if (bytes == 0 || flags > 7) return fault("cuMemHostAlloc", INVALID_VALUE, "%zu bytes with flags %u", bytes, flags);
    size_t mapped = rounded(bytes, PAGE);
    char *data = (char *)mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) return OUT_OF_MEMORY;
    std::memset(data, 0xff, mapped);
    page_locked[(uint64_t)data] = {data, bytes, mapped};
    *memory = data;
    return OK;
}

Status cuMemFreeHost(void *memory) {
    ENTER("cuMemFreeHost");
    auto found = page_locked.find((uint64_t)memory);
    if (found == page_locked.end()) return fault("cuMemFreeHost", INVALID_VALUE, "that is no page-locked memory");
    if (current != nullptr && current->broken) return current->broken;
    if (found->second.in + found->second.out > 0) return fault("cuMemFreeHost", INVALID_VALUE, "a copy is still under way");
    munmap(found->second.data, found->second.mapped);
    page_locked.erase(found);
    return OK;
}

Status cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, Stream *stream) {
    const char *call = "cuMemcpyHtoDAsync_v2";
    ENTER(call);
    if (Status status = usable(call, stream)) return status;
    Place place;
    if (from == nullptr || !locate(call, stream, to, bytes, 1, place)) return INVALID_VALUE;
    Pinned *pinned = pinned_at(from, bytes);
    if (pinned == nullptr) {
        count("copies from memory that is not page-locked");
        if (stream->launched) return fault(call, INVALID_VALUE, "a batch was copied from memory that is not page-locked");
        // The driver makes a copy of its own before it comes back.
        std::vector<char> staged((const char *)from, (const char *)from + bytes);
        return submit(stream, call, [place, staged = std::move(staged)] {
            if (place.now() == nullptr) return ILLEGAL_ADDRESS;
            std::memcpy(place.now(), staged.data(), staged.size());
            return OK;
        });
    }
    count("copies from page-locked memory");
    pinned->out++;
    protect(*pinned);
    return submit(stream, call, [place, pinned, from, bytes] {
        mprotect(pinned->data, pinned->mapped, PROT_READ | PROT_WRITE);
        if (place.now() != nullptr) std::memcpy(place.now(), from, bytes);
        pinned->out--;
        protect(*pinned);
        return place.now() == nullptr ? ILLEGAL_ADDRESS : OK;
    });
}

Status cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, Stream *stream) {
    const char *call = "cuMemcpyDtoHAsync_v2";
    ENTER(call);
    if (Status status = usable(call, stream)) return status;
    Place place;
    if (to == nullptr || !locate(call, stream, from, bytes, 1, place)) return INVALID_VALUE;
    Pinned *pinned = pinned_at(to, bytes);
    if (pinned == nullptr) return fault(call, INVALID_VALUE, "results were copied to memory that is not page-locked");
    count("copies to page-locked memory");
    pinned->in++;
    protect(*pinned);
    return submit(stream, call, [place, pinned, to, bytes] {
        mprotect(pinned->data, pinned->mapped, PROT_READ | PROT_WRITE);
        if (place.now() != nullptr) std::memcpy(to, place.now(), bytes);
        pinned->in--;
        protect(*pinned);
        return place.now() == nullptr ? ILLEGAL_ADDRESS : OK;
    });
}

}  // extern "C"

// What CUDA C++ gives a kernel, on a processor: every thread of a block is a fiber, blocks run one after the other. Barriers and shuffles that not
// all threads reach end the program, as they would hang a GPU.
#pragma once

#include <cmath>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <ucontext.h>
#include <vector>

#define __global__
#define __device__
#define __shared__ static

struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(16) float4 { float x, y, z, w; };
struct Index { unsigned x, y, z; };

static Index threadIdx, blockIdx, blockDim;

static inline float __uint_as_float(unsigned bits) { float value; std::memcpy(&value, &bits, 4); return value; }
static inline unsigned __float_as_uint(float value) { unsigned bits; std::memcpy(&bits, &value, 4); return bits; }

namespace emulate {

struct Barrier { unsigned waiting = 0, generation = 0; };

// Where somebody left off.
struct Place { ucontext_t context; jmp_buf jump; bool was_here; };

struct Fiber : Place { std::vector<char> stack; bool done; };

static std::vector<Fiber> fibers;
static Place scheduler;
static unsigned current;
static Barrier block_barrier;
static std::vector<Barrier> warp_barriers;
static std::vector<float> exchanged;
static const std::function<void()> *body;
static bool moved;

// Go on at `to`. swapcontext asks the operating system for the mask of signals every time, which would be most of the work; only the sanitizer, which
// has to know of other stacks, needs it.
static void change(Place &from, Place &to) {
#ifdef __SANITIZE_ADDRESS__
    swapcontext(&from.context, &to.context);
#else
    from.was_here = true;
    if (_setjmp(from.jump) != 0) return;
    if (to.was_here) _longjmp(to.jump, 1);
    setcontext(&to.context);
#endif
}

static void leave() {
    unsigned self = current;
    change(fibers[self], scheduler);
    current = self;
    threadIdx.x = self;
}

static void wait(Barrier &barrier, unsigned threads) {
    moved = true;
    unsigned generation = barrier.generation;
    if (++barrier.waiting == threads) {
        barrier.waiting = 0;
        barrier.generation++;
        return;
    }
    while (barrier.generation == generation) leave();
}

static unsigned warp_size(unsigned thread) {
    unsigned first = thread / 32 * 32;
    return blockDim.x - first < 32 ? blockDim.x - first : 32;
}

static void run() {
    (*body)();
    fibers[current].done = true;
    moved = true;
    change(fibers[current], scheduler);
}

// Run a kernel with all its arguments bound.
static void launch(unsigned blocks_x, unsigned blocks_y, unsigned threads, const std::function<void()> &kernel) {
    body = &kernel;
    blockDim = {threads, 1, 1};
    fibers.resize(threads);
    for (auto &fiber : fibers) fiber.stack.resize(256 << 10);
    for (unsigned block = 0; block < blocks_x * blocks_y; block++) {
        blockIdx = {block % blocks_x, block / blocks_x, 0};
        block_barrier = {};
        warp_barriers.assign((threads + 31) / 32, {});
        exchanged.assign(threads, 0.0f);
        for (auto &fiber : fibers) {
            getcontext(&fiber.context);
            fiber.context.uc_stack.ss_sp = fiber.stack.data();
            fiber.context.uc_stack.ss_size = fiber.stack.size();
            fiber.context.uc_link = &scheduler.context;
            fiber.done = false;
            fiber.was_here = false;
            makecontext(&fiber.context, run, 0);
        }
        for (unsigned left = threads; left > 0;) {
            moved = false;
            left = 0;
            for (current = 0; current < threads; current++) {
                if (fibers[current].done) continue;
                left++;
                threadIdx.x = current;
                unsigned self = current;
                change(scheduler, fibers[self]);
                current = self;
            }
            if (left > 0 && !moved) {
                std::fprintf(stderr, "a barrier that %u threads wait at is not reached by the others\n", left);
                std::exit(2);
            }
        }
    }
}

}  // namespace emulate

static inline void __syncthreads() { emulate::wait(emulate::block_barrier, blockDim.x); }
static inline void __syncwarp() { emulate::wait(emulate::warp_barriers[threadIdx.x / 32], emulate::warp_size(threadIdx.x)); }

static inline float __shfl_xor_sync(unsigned, float value, int mask) {
    emulate::exchanged[threadIdx.x] = value;
    __syncwarp();
    float other = emulate::exchanged[threadIdx.x ^ mask];
    __syncwarp();
    return other;
}

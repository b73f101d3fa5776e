// Only in builds with the thread sanitizer: the locks of Synchronization.Mutex where they have to wait.
//
// Swift's own waiting (`_MutexHandle._lockSlow`) is in a library that is not instrumented, and asks the kernel for the
// lock, which the sanitizer does not see: whoever had to wait seemed to hold no lock, and everything behind a Mutex
// was reported as a race. Here it waits by looking again, with atomics that are seen. Never asleep in the kernel, it
// leaves nothing for `_unlockSlow` to wake.

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

// The function's name, and its calling convention: `self` is the address of the lock's word, which holds the thread's
// id while it is locked.
__attribute__((swiftcall)) void postern_lock_slowly(
    uint32_t thread, __attribute__((swift_context)) _Atomic(uint32_t) *word)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void postern_lock_slowly(
    uint32_t thread, __attribute__((swift_context)) _Atomic(uint32_t) *word) {
    uint32_t unlocked = 0;
    while (!atomic_compare_exchange_weak_explicit(
        word, &unlocked, thread, memory_order_acquire, memory_order_relaxed)) {
        unlocked = 0;
        usleep(50);
    }
}

#endif
#endif

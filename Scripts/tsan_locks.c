// Tells the thread sanitizer of locks that it cannot see: the slow ways of Swift's Mutex and the semaphores of Dispatch, which
// lie in libraries that were built without it. Without this it takes all that a contended Mutex guards for a race.
// Preloaded by Scripts/sanitize; in a program without the sanitizer it does nothing.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

static void acquired(void *lock) {
  if (__tsan_acquire) __tsan_acquire(lock);
}

static void releasing(void *lock) {
  if (__tsan_release) __tsan_release(lock);
}

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

// Synchronization._MutexHandle._lockSlow(_: UInt32) and so on, whose fast ways are compiled into each program.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF) {
  SWIFT void (*real)(uint32_t, SELF) = (SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK);
  real(thread, self);
  acquired(self);
}

SWIFT bool try_lock_slow(SELF) __asm__(TRY_LOCK);
SWIFT bool try_lock_slow(SELF) {
  SWIFT bool (*real)(SELF) = (SWIFT bool (*)(SELF))dlsym(RTLD_NEXT, TRY_LOCK);
  bool locked = real(self);
  if (locked) acquired(self);
  return locked;
}

SWIFT void unlock_slow(SELF) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF) {
  SWIFT void (*real)(SELF) = (SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK);
  releasing(self);
  real(self);
}

long dispatch_semaphore_wait(void *semaphore, uint64_t timeout) {
  long (*real)(void *, uint64_t) = (long (*)(void *, uint64_t))dlsym(RTLD_NEXT, "dispatch_semaphore_wait");
  long result = real(semaphore, timeout);
  if (result == 0) acquired(semaphore);
  return result;
}

long dispatch_semaphore_signal(void *semaphore) {
  long (*real)(void *) = (long (*)(void *))dlsym(RTLD_NEXT, "dispatch_semaphore_signal");
  releasing(semaphore);
  return real(semaphore);
}

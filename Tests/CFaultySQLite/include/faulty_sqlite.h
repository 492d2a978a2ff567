// Faults below SQLite, for tests: the n-th call to the file system, or the n-th allocation, fails.
// The state is one for the process; one thread at a time may arm and disarm it.
#pragma once

// What a failing call says. Only calls that can say so count.
typedef enum {
  faulty_sqlite_input_output,  // every call: that the disk does not answer
  faulty_sqlite_full,          // writes, and what makes files larger: that the disk is full
  faulty_sqlite_busy,          // locks: that somebody else has them
  faulty_sqlite_memory,        // every call: that there is no memory
} faulty_sqlite_kind;

// Puts a file system under SQLite that passes everything on. Connections that are open already do not see it.
int faulty_sqlite_install(void);

// From now on, counts calls on files whose path begins with `prefix`, and lets the one with this number fail, counted from
// 1, and those after it as well if `forever`. Number 0 fails none.
void faulty_sqlite_arm(const char *prefix, faulty_sqlite_kind kind, long number, int forever);

// Ends that, and says how many calls were counted.
long faulty_sqlite_disarm(void);

// Puts an allocator under SQLite that can fail. Before SQLite is used at all in the process.
int faulty_sqlite_install_allocator(void);

// From now on, counts allocations, and lets the one with this number fail, and those after it as well if `forever`.
void faulty_sqlite_arm_allocator(long number, int forever);

// Ends that, and says how many allocations were counted.
long faulty_sqlite_disarm_allocator(void);

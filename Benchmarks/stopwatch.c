// Runs a command and says what it took, without the weight of an interpreter in its peak of memory.
//
//   stopwatch [-b] COMMAND [ARGUMENT…]
//
// The command's standard output goes to /dev/null; with -b it goes through a pipe, and the time to its first byte is taken.
// Prints one JSON object: seconds, first_byte (seconds or null), user, system, peak_kb, status.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec * 1e-6; }

int main(int count, char **arguments) {
  int takes_bytes = count > 1 && strcmp(arguments[1], "-b") == 0;
  char **command = arguments + 1 + takes_bytes;
  if (count < 2 + takes_bytes) {
    fputs("usage: stopwatch [-b] COMMAND [ARGUMENT…]\n", stderr);
    return 64;
  }
  int ends[2];
  if (takes_bytes ? pipe2(ends, O_CLOEXEC) != 0 : (ends[1] = open("/dev/null", O_WRONLY | O_CLOEXEC)) < 0) return 1;
  double begin = now(), first = 0;
  pid_t process = fork();
  if (process < 0) return 1;
  if (process == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
  }
  close(ends[1]);
  if (takes_bytes) {
    char bytes[1 << 16];
    while (read(ends[0], bytes, sizeof bytes) > 0)
      if (!first) first = now();
  }
  int status;
  struct rusage usage;
  if (wait4(process, &status, 0, &usage) < 0) return 1;
  double end = now();
  printf("{\"seconds\":%.6f,\"first_byte\":", end - begin);
  if (first) printf("%.6f", first - begin);
  else printf("null");
  printf(",\"user\":%.6f,\"system\":%.6f,\"peak_kb\":%ld,\"status\":%d}\n", seconds(usage.ru_utime), seconds(usage.ru_stime),
         usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
